/** What average pooling divides a window's sum by. */
#ifndef FRCNN_AVG_POOL2D_BODY_H
#define FRCNN_AVG_POOL2D_BODY_H

#include "tensor/layers/window_body.h"

/** The positions of a sliding window along one side, with those in the padding but none beyond it. */
FRCNN_HD int64_t frcnn_avg_pool2d_get_reach(const frcnn_window *window, int64_t out)
{
    const int64_t start = out * window->stride - window->padding;
    const int64_t stop = start + window->kernel;
    const int64_t last = window->in + window->padding;
    return (stop < last ? stop : last) - start;
}

#endif
