#include "cuda_check.h"

frcnn_status frcnn_cuda_check(cudaError_t error, const char *what)
{
    if (error == cudaSuccess) return FRCNN_OK;
    (void)cudaGetLastError();
    return frcnn_fail(error == cudaErrorMemoryAllocation ? FRCNN_ERROR_NO_MEMORY : FRCNN_ERROR_BACKEND, "%s: CUDA: %s",
                      what, cudaGetErrorString(error));
}
