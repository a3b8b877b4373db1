/** Softmax along one dimension, on raw arrays. */
#ifndef FRCNN_SOFTMAX_H
#define FRCNN_SOFTMAX_H

#include <stdint.h>

#include "frcnn/tensor.h"

/** src, dst [n_outer, n, n_inner], f32 or f64, row-major, apart; all three at least 1. */
typedef struct frcnn_softmax {
    frcnn_dtype dtype;
    int64_t n_outer, n, n_inner;
    int is_log; /**< 1: the logarithm of the result */
    const void *src;
    void *dst;
} frcnn_softmax;

/** Each run of n along the middle becomes exp(x - max) / sum, or (x - max) - log(sum). The sum of f32 is made of short
 *  sums in f32, in a fixed order, which are added in f64. A run with NaN or +infinity, or of -infinity alone, becomes NaN.
 *  Allocates nothing. */
FRCNN_NODISCARD frcnn_status frcnn_softmax_cpu(const frcnn_softmax *softmax);

#endif
