/** What max pooling does with one window. */
#ifndef FRCNN_MAX_POOL2D_BODY_H
#define FRCNN_MAX_POOL2D_BODY_H

#include <stdint.h>

#include "tensor/body.h"

/** 1 where a value takes the place of the maximum so far: it is larger, or NaN. So the first of equals stays, and of
 *  several NaN the last one is found, as in PyTorch. */
FRCNN_HD int frcnn_max_pool2d_wins_f32(float value, float best)
{
    return value > best || value != value;
}

FRCNN_HD int frcnn_max_pool2d_wins_f64(double value, double best)
{
    return value > best || value != value;
}

FRCNN_HD int frcnn_max_pool2d_wins_i64(int64_t value, int64_t best)
{
    return value > best;
}

#endif
