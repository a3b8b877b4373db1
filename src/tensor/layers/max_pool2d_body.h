/** What max pooling does with one window. */
#ifndef FRCNN_MAX_POOL2D_BODY_H
#define FRCNN_MAX_POOL2D_BODY_H

#include <stdint.h>

#include "tensor/body.h"

/** The larger of the maximum so far and a value; NaN is larger than all, and the first one stays. */
FRCNN_HD float frcnn_max_pool2d_keep(float best, float value)
{
    return value > best || value != value ? value : best;
}

/** The first tap of the window at output index out that lies inside [0, in). */
FRCNN_HD int frcnn_max_pool2d_first_tap(int64_t out, int stride, int padding, int dilation)
{
    const int64_t outside = padding - out * stride;
    return outside <= 0 ? 0 : (int)((outside + dilation - 1) / dilation);
}

/** One past the last tap of that window that lies inside [0, in). */
FRCNN_HD int frcnn_max_pool2d_end_tap(int64_t out, int64_t in, int kernel, int stride, int padding, int dilation)
{
    const int64_t inside = in + padding - out * stride;
    const int64_t end = inside <= 0 ? 0 : (inside + dilation - 1) / dilation;
    return end < kernel ? (int)end : kernel;
}

#endif
