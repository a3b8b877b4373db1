/** The k largest of n scores, on raw arrays: what a plan runs. */
#ifndef FRCNN_TOPK_H
#define FRCNN_TOPK_H

#include <stdint.h>

/** The indices of the k largest of n values, best first: NaN above all numbers, -0 equal to 0, among equals the lower
 *  index first.
 *  values   value i is values[i * stride]
 *  keys     [n] workspace
 *  indices  [k] out
 *  0 <= k <= n < 2^32. Time grows with n + k. Allocates nothing; one thread. */
void frcnn_topk_cpu(const float *values, int64_t n, int64_t stride, int64_t k, uint64_t *keys, int64_t *indices);

#endif
