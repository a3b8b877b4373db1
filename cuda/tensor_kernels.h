/** The CUDA backend's entries of the tensor core's tables; each does what the CPU's does, on the tensors' stream. */
#ifndef FRCNN_TENSOR_KERNELS_H
#define FRCNN_TENSOR_KERNELS_H

extern "C" {
#include "tensor/tensor_ops.h"
}

extern "C" {

frcnn_status frcnn_arange_cuda(const frcnn_range *range);
frcnn_status frcnn_linspace_cuda(const frcnn_range *range);
frcnn_status frcnn_map_cuda(const frcnn_map *map);
frcnn_status frcnn_randint_cuda(const frcnn_randint *randint, frcnn_generator *generator, void *dst);
frcnn_status frcnn_randn_cuda(frcnn_dtype dtype, int64_t n, frcnn_generator *generator, void *dst);
frcnn_status frcnn_randperm_cuda(int64_t n, frcnn_generator *generator, int64_t *dst);
frcnn_status frcnn_strided_copy_cuda(const frcnn_strided_copy *copy);
frcnn_status frcnn_uniform_cuda(const frcnn_uniform *uniform, frcnn_generator *generator, void *dst);
}

#endif
