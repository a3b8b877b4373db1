#include "tensor/memory_ops.h"

#include <string.h>

#include "tensor/memory.h"

static frcnn_status select_cpu(int index)
{
    (void)index;
    return FRCNN_OK;
}

static frcnn_status alloc_cpu(int index, void **out, size_t bytes, const char *what)
{
    (void)index;
    return frcnn_alloc(out, bytes, 1, what);
}

static void free_cpu(int index, void *memory)
{
    (void)index;
    frcnn_free(memory);
}

static frcnn_status clear_cpu(int index, void *memory, size_t bytes)
{
    (void)index;
    memset(memory, 0, bytes);
    return FRCNN_OK;
}

static frcnn_status copy_cpu(int index, void *dst, const void *src, size_t bytes)
{
    (void)index;
    if (bytes > 0) memcpy(dst, src, bytes);
    return FRCNN_OK;
}

static frcnn_status fetch_cpu(int index, void *dst, int src_index, const void *src, size_t bytes)
{
    (void)src_index;
    return copy_cpu(index, dst, src, bytes);
}

const frcnn_memory_ops frcnn_memory_ops_cpu = {
    .select = select_cpu,
    .alloc = alloc_cpu,
    .free = free_cpu,
    .clear = clear_cpu,
    .upload = copy_cpu,
    .download = copy_cpu,
    .fetch = fetch_cpu,
};
