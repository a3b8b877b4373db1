/** Softmax along one dimension, on raw arrays. */
#ifndef FRCNN_SOFTMAX_H
#define FRCNN_SOFTMAX_H

#include <stdint.h>

/** src, dst [n_outer, n, n_inner]; n >= 1; each run of n along the middle becomes exp(x - max) / sum, in f32, summed in order.
 *  A run with NaN or +infinity, or of -infinity alone, becomes NaN. dst may be src. Allocates nothing; parallel over
 *  outer and inner. */
void frcnn_softmax_cpu(int64_t n_outer, int64_t n, int64_t n_inner, const float *src, float *dst);

#endif
