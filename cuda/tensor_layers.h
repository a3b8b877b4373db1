/** The family layers of the tensor core on a GPU. All work on the device that this thread has selected. */
#ifndef FRCNN_TENSOR_LAYERS_H
#define FRCNN_TENSOR_LAYERS_H

extern "C" {
#include "tensor/layers/layers_ops.h"
}

/** As the CPU's of the same names. Errors: BACKEND, and NO_MEMORY where they need memory of their own. */
FRCNN_NODISCARD frcnn_status frcnn_avg_pool2d_run_cuda(const frcnn_avg_pool2d_run *run);
FRCNN_NODISCARD frcnn_status frcnn_batch_norm_cuda(const frcnn_batch_norm_run *run);
/** dst is aligned to 16 bytes. Errors: also UNSUPPORTED (more elements than 32 bits count). */
FRCNN_NODISCARD frcnn_status frcnn_conv2d_cuda(const frcnn_conv2d *conv, const float *src, const float *weight,
                                               const float *bias, float *dst);
FRCNN_NODISCARD frcnn_status frcnn_conv2d_f64_cuda(const frcnn_conv2d *conv, const double *src, const double *weight,
                                                   const double *bias, double *dst);
FRCNN_NODISCARD frcnn_status frcnn_dropout_cuda(const frcnn_dropout *dropout, frcnn_generator *generator,
                                                const void *src, void *dst);
/** The tables of run's sides are the CPU's memory. */
FRCNN_NODISCARD frcnn_status frcnn_interpolate_linear_cuda(const frcnn_interpolate_run *run);
FRCNN_NODISCARD frcnn_status frcnn_interpolate_nearest_cuda(const frcnn_interpolate_run *run);
/** Sums are double sums throughout. */
FRCNN_NODISCARD frcnn_status frcnn_map_mean_cuda(const frcnn_map_mean_run *run);
FRCNN_NODISCARD frcnn_status frcnn_matmul_cuda(const frcnn_matmul *matmul);
FRCNN_NODISCARD frcnn_status frcnn_max_pool2d_run_cuda(const frcnn_max_pool2d_run *run);
FRCNN_NODISCARD frcnn_status frcnn_pad_cuda(const frcnn_pad_run *run);

extern "C" const frcnn_layers_ops frcnn_layers_ops_cuda;

#endif
