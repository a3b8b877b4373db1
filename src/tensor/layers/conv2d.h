/** Convolutions on NHWC activations: their sizes, and what is fused into them. A linear layer on rows is a 1x1
 *  convolution on a map one pixel wide: as fast, and the order of its sums does not depend on the number of threads. */
#ifndef FRCNN_CONV2D_H
#define FRCNN_CONV2D_H

#include <stdint.h>

#include "frcnn/status.h"
#include "tensor/precision.h"

/** Applied to the sum of convolution, bias and residual. */
typedef enum frcnn_activation {
    FRCNN_LINEAR = 0,
    FRCNN_RELU = 1,
    FRCNN_RELU6 = 2,
    FRCNN_HARDSWISH = 3 /**< x * min(max(x + 3, 0), 6) / 6 (Howard et al. 2019) */
} frcnn_activation;

/** src [n, in_h, in_w, in_c] * weight [out_c, in_c / groups, kernel_h, kernel_w] + bias [out_c] -> dst [n, out_h, out_w,
 *  out_c]. groups == in_c == out_c is a depthwise convolution. Padding is zeros, as many below as above and right as left. */
typedef struct frcnn_conv2d {
    int64_t n, in_h, in_w, in_c;
    int64_t out_h, out_w, out_c;
    int kernel_h, kernel_w, stride_h, stride_w, padding_h, padding_w, dilation_h, dilation_w, groups;
    frcnn_activation activation;
    int has_residual;         /**< 1: dst holds a tensor that is added before the activation */
    int weight_is_transposed; /**< 1, of one group only: weight is [in_c, out_c, kernel_h, kernel_w] */
    /** @name Of a plan's convolutions on a device that has them; the CPU computes in f32. @{ */
    frcnn_precision precision;
    int dst_is_f32;                 /**< 1: dst is f32 though the precision's maps are not */
    int64_t residual_h, residual_w; /**< of a residual that is upsampled to dst's size, nearest; 0: it has dst's size */
    /** @} */
} frcnn_conv2d;

/** A linear layer, or a product of matrices, [n_rows, in_c] -> [n_rows, out_c]: a 1x1 convolution on a map one pixel wide. */
frcnn_conv2d frcnn_conv2d_on_rows(int64_t n_rows, int64_t in_c, int64_t out_c);

/** Sets out_h and out_w: floor((in + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1. n may be 0.
 *  Errors: INVALID (another size below 1, channels that groups do not divide, a kernel larger than the padded map). */
FRCNN_NODISCARD frcnn_status frcnn_conv2d_set_output(frcnn_conv2d *conv);

/** One run on raw arrays; n is 1 or more. Makes the primitive, packs the weights, runs, and forgets both.
 *  Errors: BACKEND, NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_conv2d_cpu(const frcnn_conv2d *conv, const float *src, const float *weight,
                                              const float *bias, float *dst);
/** The same in f64, without activation and residual; each sum goes over rows, columns and channels of the kernel in that
 *  order. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_conv2d_f64_cpu(const frcnn_conv2d *conv, const double *src, const double *weight,
                                                  const double *bias, double *dst);

/** Multiply-adds of one run. */
int64_t frcnn_conv2d_get_macs(const frcnn_conv2d *conv);

#endif
