#include "detector/plan_memory.h"

#include "tensor/error.h"

static frcnn_status grow(const frcnn_executor *executor, void **block, size_t *size, size_t bytes, const char *what)
{
    const frcnn_stream_ops *ops = executor->backend->stream;
    if (bytes <= *size) return FRCNN_OK;
    ops->free(executor->stream, *block);
    *block = NULL;
    *size = 0;
    FRCNN_TRY(ops->alloc(executor->stream, block, bytes, what));
    *size = bytes;
    return FRCNN_OK;
}

frcnn_status frcnn_plan_memory_reserve(frcnn_plan_memory *memory, const frcnn_executor *executor, size_t arena_bytes,
                                       size_t pixels_bytes, size_t staging_bytes)
{
    const frcnn_stream_ops *ops = executor->backend->stream;
    FRCNN_TRY(grow(executor, &memory->arena, &memory->arena_bytes, arena_bytes, "buffers"));
    FRCNN_TRY(grow(executor, &memory->pixels, &memory->pixels_bytes, pixels_bytes, "pixels"));
    if (staging_bytes <= memory->staging_bytes) return FRCNN_OK;
    ops->free_staging(executor->stream, memory->staging);
    memory->staging = NULL;
    memory->staging_bytes = 0;
    FRCNN_TRY(ops->alloc_staging(executor->stream, &memory->staging, staging_bytes));
    memory->staging_bytes = staging_bytes;
    return FRCNN_OK;
}

void frcnn_plan_memory_free(frcnn_plan_memory *memory, const frcnn_executor *executor)
{
    const frcnn_stream_ops *ops = executor->backend->stream;
    ops->free(executor->stream, memory->arena);
    ops->free(executor->stream, memory->pixels);
    ops->free_staging(executor->stream, memory->staging);
    *memory = (frcnn_plan_memory){0};
}
