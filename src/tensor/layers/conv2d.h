/** Convolutions on NHWC activations: their sizes, and what is fused into them. A linear layer on rows is a 1x1
 *  convolution on a map one pixel wide: as fast, and the order of its sums does not depend on the number of threads. */
#ifndef FRCNN_CONV2D_H
#define FRCNN_CONV2D_H

#include <stdint.h>

#include "frcnn/status.h"

/** Applied to the sum of convolution, bias and residual. */
typedef enum frcnn_activation { FRCNN_LINEAR = 0, FRCNN_RELU = 1, FRCNN_RELU6 = 2 } frcnn_activation;

/** src [n, in_h, in_w, in_c] * weight [out_c, in_c / groups, kernel, kernel] + bias [out_c] -> dst [n, out_h, out_w,
 *  out_c]. groups == in_c == out_c is a depthwise convolution. Padding is zeros on all four sides. */
typedef struct frcnn_conv2d {
    int64_t n, in_h, in_w, in_c;
    int64_t out_h, out_w, out_c;
    int kernel, stride, padding, dilation, groups;
    frcnn_activation activation;
    int has_residual; /**< 1: dst holds a tensor that is added before the activation */
} frcnn_conv2d;

/** Sets out_h and out_w: floor((in + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1.
 *  Errors: INVALID (a size below 1, channels that groups do not divide, a kernel larger than the padded map). */
FRCNN_NODISCARD frcnn_status frcnn_conv2d_set_output(frcnn_conv2d *conv);

/** One run on raw arrays: makes the primitive, packs the weights, runs, and forgets both. weight [out_c, in_c / groups,
 *  kernel, kernel], bias [out_c]. Errors: BACKEND, NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_conv2d_cpu(const frcnn_conv2d *conv, const float *src, const float *weight,
                                              const float *bias, float *dst);

/** Multiply-adds of one run. */
int64_t frcnn_conv2d_get_macs(const frcnn_conv2d *conv);

#endif
