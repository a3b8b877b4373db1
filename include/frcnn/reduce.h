/** Along a dimension: sums, extremes, softmax. See frcnn/ops.h for what all operations share. */
#ifndef FRCNN_REDUCE_H
#define FRCNN_REDUCE_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/** exp(x - max) / sum along dim, f32; dim is in [-n, n-1]. A run of -infinity alone gives NaN.
 *  Errors: INVALID (dim, with its range). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_softmax(frcnn_tensor **out, const frcnn_tensor *tensor, int dim);

#ifdef __cplusplus
}
#endif
#endif
