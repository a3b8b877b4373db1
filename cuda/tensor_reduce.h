/** The family reduce of the tensor core on a GPU. All work on the device that this thread has selected. */
#ifndef FRCNN_TENSOR_REDUCE_H
#define FRCNN_TENSOR_REDUCE_H

extern "C" {
#include "tensor/reduce/reduce_ops.h"
}

/** As frcnn_reduce_cpu; sums of f32 are double sums throughout. Errors: also BACKEND, UNSUPPORTED (more results than a grid
 *  holds). */
FRCNN_NODISCARD frcnn_status frcnn_reduce_cuda(const frcnn_reduction_job *job);
/** As frcnn_softmax_cpu; the sum of f32 is a double sum throughout. Errors: BACKEND, UNSUPPORTED. */
FRCNN_NODISCARD frcnn_status frcnn_softmax_cuda(const frcnn_softmax *softmax);
/** As frcnn_cumsum_cpu, but that src and dst may be the same; sums of floats are sums of sums. Errors: BACKEND, NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_cumsum_cuda(frcnn_dtype dtype, int64_t n_outer, int64_t n, int64_t n_inner,
                                               const void *src, void *dst);

extern "C" const frcnn_reduce_ops frcnn_reduce_ops_cuda;

#endif
