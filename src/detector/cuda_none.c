/* What a build without CUDA answers in the place of the files under cuda/. */
#include <stddef.h>

#include "detector/backend.h"
#include "tensor/cuda_devices.h"
#include "tensor/tensor_ops.h"

int frcnn_cuda_count_devices(void)
{
    return -1;
}

void frcnn_cuda_get_libraries(frcnn_cuda_libraries *out)
{
    *out = (frcnn_cuda_libraries){"", ""};
}

const frcnn_backend *frcnn_cuda_get_backend(void)
{
    return NULL;
}

const frcnn_tensor_ops *frcnn_cuda_get_tensor_ops(void)
{
    return NULL;
}
