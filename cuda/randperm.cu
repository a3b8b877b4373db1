/* Each place takes one of what the places before have left: the CPU shuffles. */
#include "tensor_kernels.h"
#include "tensor_memory.h"

extern "C" {
#include "tensor/error.h"
#include "tensor/memory.h"
}

extern "C" frcnn_status frcnn_randperm_cuda(int64_t n, frcnn_generator *generator, int64_t *dst)
{
    const frcnn_generator before = *generator;
    void *order = nullptr;
    FRCNN_TRY(frcnn_alloc(&order, (size_t)n, sizeof *dst, "randperm"));
    frcnn_status status = frcnn_randperm_cpu(n, generator, static_cast<int64_t *>(order));
    if (status == FRCNN_OK)
        status = frcnn_stream_ops_cuda.upload(frcnn_tensor_stream_get(), dst, order, (size_t)n * sizeof *dst);
    if (status != FRCNN_OK) *generator = before;
    frcnn_free(order);
    return status;
}
