/** What average pooling makes of one window. */
#ifndef FRCNN_AVG_POOL2D_BODY_H
#define FRCNN_AVG_POOL2D_BODY_H

#include "tensor/layers/avg_pool2d.h"
#include "tensor/layers/window_body.h"

/** The positions of a sliding window along one side, with those in the padding but none beyond it. */
FRCNN_HD int64_t frcnn_avg_pool2d_get_reach(const frcnn_window *window, int64_t out)
{
    const int64_t start = out * window->stride - window->padding;
    const int64_t stop = start + window->kernel;
    const int64_t last = window->in + window->padding;
    return (stop < last ? stop : last) - start;
}

/** A window's sum is divided by first, and then by second where that isn't 1. */
typedef struct frcnn_avg_divisors {
    int64_t first, second;
} frcnn_avg_divisors;

FRCNN_HD frcnn_avg_divisors frcnn_avg_pool2d_get_divisors(const frcnn_avg_pool2d *pool, int64_t y, int64_t x)
{
    frcnn_avg_divisors by = {pool->number, 1};
    if (pool->by == FRCNN_AVG_BY_WINDOW) {
        by.first = frcnn_avg_pool2d_get_reach(&pool->y, y) * frcnn_avg_pool2d_get_reach(&pool->x, x);
    } else if (pool->by != FRCNN_AVG_BY_NUMBER) {
        const frcnn_span rows = frcnn_window_get_span(&pool->y, y);
        const frcnn_span columns = frcnn_window_get_span(&pool->x, x);
        by.first = rows.end - rows.first;
        by.second = columns.end - columns.first;
        if (pool->by == FRCNN_AVG_BY_INSIDE) {
            by.first *= by.second;
            by.second = 1;
        }
    }
    return by;
}

/* i64 wraps, and divides toward zero. */
#define FRCNN_AVG_ADD(a, b) ((a) + (b))
#define FRCNN_AVG_DIVIDE(a, b) ((a) / (b))
#define FRCNN_AVG_ADD_I64(a, b) ((int64_t)((uint64_t)(a) + (uint64_t)(b)))
#define FRCNN_AVG_DIVIDE_I64(a, b) ((b) == -1 ? (int64_t)(0 - (uint64_t)(a)) : (a) / (b))

/* The average of a window in one channel. src is the first pixel's value in a map of in_w columns and c channels. */
#define FRCNN_DEFINE_AVG_POOL2D(suffix, type, ADD, DIVIDE)                                                             \
    FRCNN_HD type frcnn_avg_pool2d_of_##suffix(frcnn_span rows, frcnn_span columns, int64_t in_w, int64_t c,           \
                                               const type *src, frcnn_avg_divisors by)                                 \
    {                                                                                                                  \
        const type first = (type)by.first;                                                                             \
        const type second = (type)by.second;                                                                           \
        type sum = 0;                                                                                                  \
        int64_t y, x;                                                                                                  \
        for (y = rows.first; y < rows.end; y++)                                                                        \
            for (x = columns.first; x < columns.end; x++) sum = ADD(sum, src[(y * in_w + x) * c]);                     \
        sum = DIVIDE(sum, first);                                                                                      \
        return DIVIDE(sum, second);                                                                                    \
    }

FRCNN_DEFINE_AVG_POOL2D(f32, float, FRCNN_AVG_ADD, FRCNN_AVG_DIVIDE)
FRCNN_DEFINE_AVG_POOL2D(f64, double, FRCNN_AVG_ADD, FRCNN_AVG_DIVIDE)
FRCNN_DEFINE_AVG_POOL2D(i64, int64_t, FRCNN_AVG_ADD_I64, FRCNN_AVG_DIVIDE_I64)

#endif
