#include "image/stb_memory.h"

#include "tensor/memory.h"

void *frcnn_stb_malloc(size_t size)
{
    void *block = NULL;
    return frcnn_alloc_zeroed(&block, size, 1, "image") == FRCNN_OK ? block : NULL;
}

void *frcnn_stb_realloc(void *block, size_t old_size, size_t new_size)
{
    return frcnn_realloc(&block, old_size, new_size, 1, "image") == FRCNN_OK ? block : NULL;
}

void frcnn_stb_free(void *block)
{
    frcnn_free(block);
}
