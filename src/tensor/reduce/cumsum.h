/** Running sums, on raw arrays. */
#ifndef FRCNN_CUMSUM_H
#define FRCNN_CUMSUM_H

#include <stdint.h>

#include "frcnn/tensor.h"

/** src, dst [n_outer, n, n_inner] of dtype f32, f64 or i64, apart from each other: dst[i] is the sum of src[0] … src[i]
 *  along the middle, in order; f32 is summed in double and every sum rounded, i64 wraps. Allocates nothing; parallel
 *  over outer and inner. */
FRCNN_NODISCARD frcnn_status frcnn_cumsum_cpu(frcnn_dtype dtype, int64_t n_outer, int64_t n, int64_t n_inner,
                                              const void *src, void *dst);

#endif
