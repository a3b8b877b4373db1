/** What max pooling does with one window. */
#ifndef FRCNN_MAX_POOL2D_BODY_H
#define FRCNN_MAX_POOL2D_BODY_H

#include <stdint.h>

#include "tensor/layers/window_body.h"

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

/* The maximum of a window in one channel, lowest where nothing is in it, and its position y * in_w + x in *at. src is the
   first pixel's value in a map of in_w columns and c channels. */
#define FRCNN_DEFINE_MAX_POOL2D(suffix, type)                                                                          \
    FRCNN_HD type frcnn_max_pool2d_find_##suffix(frcnn_span rows, frcnn_span columns, int64_t in_w, int64_t c,         \
                                                 const type *src, type lowest, int64_t *at)                            \
    {                                                                                                                  \
        type best = lowest;                                                                                            \
        int64_t y, x;                                                                                                  \
        *at = rows.first * in_w + columns.first;                                                                       \
        for (y = rows.first; y < rows.end; y += rows.step)                                                             \
            for (x = columns.first; x < columns.end; x += columns.step) {                                              \
                const type value = src[(y * in_w + x) * c];                                                            \
                if (frcnn_max_pool2d_wins_##suffix(value, best)) {                                                     \
                    best = value;                                                                                      \
                    *at = y * in_w + x;                                                                                \
                }                                                                                                      \
            }                                                                                                          \
        return best;                                                                                                   \
    }

FRCNN_DEFINE_MAX_POOL2D(f32, float)
FRCNN_DEFINE_MAX_POOL2D(f64, double)
FRCNN_DEFINE_MAX_POOL2D(i64, int64_t)

#endif
