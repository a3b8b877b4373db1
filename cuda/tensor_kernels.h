/** The CUDA backend's entries of the tensor core's tables; each does what the CPU's does, on the tensors' stream. */
#ifndef FRCNN_TENSOR_KERNELS_H
#define FRCNN_TENSOR_KERNELS_H

extern "C" {
#include "tensor/tensor_ops.h"
}

extern "C" {

frcnn_status frcnn_map_cuda(const frcnn_map *map);
}

#endif
