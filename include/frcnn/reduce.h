/** Along a dimension: sums, extremes, softmax. See frcnn/ops.h for what all operations share. */
#ifndef FRCNN_REDUCE_H
#define FRCNN_REDUCE_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/** exp(x - max) / sum along dim, in the tensor's dtype: f32, f64, f16 or bf16, the last two computed in f32; dim is in
 *  [-n, n-1], and 0 or -1 for a scalar. -infinity gives 0; a run of -infinity alone, or with NaN or +infinity, gives NaN.
 *  Errors: INVALID (dim, with its range). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_softmax(frcnn_tensor **out, const frcnn_tensor *tensor, int dim);

/** The logarithm of that, (x - max) - log(sum), which is finite where softmax is too small for its dtype. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_log_softmax(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                                int dim);

#ifdef __cplusplus
}
#endif
#endif
