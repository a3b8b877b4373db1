/** One anchor of a grid. */
#ifndef FRCNN_ANCHOR_GRID_BODY_H
#define FRCNN_ANCHOR_GRID_BODY_H

#include <stdint.h>

#include "tensor/body.h"

/** Anchor index = (row * grid_w + column) * n_base + base, to out [4]. The shift is a whole number of pixels, rounded to
 *  f32 before it is added. */
FRCNN_HD void frcnn_anchor_at(const float *base, int n_base, int grid_w, int stride_y, int stride_x, int64_t index,
                              float *out)
{
    const int64_t cell = index / n_base;
    const float *anchor = base + 4 * (index % n_base);
    const int64_t row = cell / grid_w;
    const float x = (float)((cell - row * grid_w) * stride_x);
    const float y = (float)(row * stride_y);
    out[0] = x + anchor[0];
    out[1] = y + anchor[1];
    out[2] = x + anchor[2];
    out[3] = y + anchor[3];
}

#endif
