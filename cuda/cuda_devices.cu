#include <cuda_runtime_api.h>

extern "C" {
#include "tensor/cuda_devices.h"
}

extern "C" int frcnn_cuda_count_devices(void)
{
    int n = 0;
    if (cudaGetDeviceCount(&n) == cudaSuccess) return n;
    (void)cudaGetLastError();
    return 0;
}
