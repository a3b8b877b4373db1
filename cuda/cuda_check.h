/** CUDA's errors as the library's. */
#ifndef FRCNN_CUDA_CHECK_H
#define FRCNN_CUDA_CHECK_H

#include <cuda_runtime_api.h>

extern "C" {
#include "tensor/error.h"
}

/** OK, or NO_MEMORY or BACKEND with CUDA's words for it; what says what was done. An error that CUDA only remembers is taken off. */
FRCNN_NODISCARD frcnn_status frcnn_cuda_check(cudaError_t error, const char *what);

#endif
