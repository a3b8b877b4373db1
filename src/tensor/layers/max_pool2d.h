/** Max pooling of NHWC maps: its sizes, and the run on raw arrays. */
#ifndef FRCNN_MAX_POOL2D_H
#define FRCNN_MAX_POOL2D_H

#include <stdint.h>

#include "frcnn/status.h"

/** src [n, in_h, in_w, c] -> dst [n, out_h, out_w, c]. Kernel, stride, padding and dilation are the same in y and x. */
typedef struct frcnn_max_pool2d {
    int64_t n, in_h, in_w, c, out_h, out_w;
    int kernel, stride, padding, dilation;
} frcnn_max_pool2d;

/** Sets out_h and out_w from the rest: floor((in + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1. With
 *  ceil_mode 1 the division rounds up, but the last window must start inside the map or its left padding.
 *  Errors: INVALID (kernel, stride or dilation below 1; padding beyond half of the kernel's reach; a map smaller than
 *  the kernel). Source: PyTorch's MaxPool2d. */
FRCNN_NODISCARD frcnn_status frcnn_max_pool2d_get_size(frcnn_max_pool2d *pool, int ceil_mode);

/** Padding never wins, NaN always does. Allocates nothing; parallel over rows. dst must not overlap src. */
void frcnn_max_pool2d_cpu(const frcnn_max_pool2d *pool, const float *src, float *dst);

#endif
