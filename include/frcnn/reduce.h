/** Along a dimension: sums, extremes, softmax. See frcnn/ops.h for what all operations share. */
#ifndef FRCNN_REDUCE_H
#define FRCNN_REDUCE_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/** @name Over any dimensions, each of them once in dims; n_dims 0 (dims may be NULL) stands for all. A scalar counts as [1]:
 *  its dim is 0 or -1. f16 and bf16 are computed in f32 and rounded at the end.
 *  Errors: INVALID (a dim out of range, or twice), and as named. @{ */

/** Floats keep their dtype: f64 is summed in double, f32 too, in groups of eight that are summed in f32 first; integers and
 *  bool give i64, which wraps. Of no values: 0. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_sum(frcnn_tensor **out, const frcnn_tensor *tensor, const int *dims,
                                                        int n_dims, int keep_dims);
/** The sum divided by the number of values. Of no values: NaN. Errors: INVALID (integers and bool; cast first). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_mean(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                         const int *dims, int n_dims, int keep_dims);
/** The sum of (x - mean)^2 divided by n - correction (not below 0), n the number of values: correction 1 estimates the
 *  variance of what the values were drawn from, 0 is that of the values. Of no values, and for 0 / 0: NaN.
 *  Errors: INVALID (integers and bool). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_var(frcnn_tensor **out, const frcnn_tensor *tensor, const int *dims,
                                                        int n_dims, int keep_dims, double correction);
/** The product, with the dtypes of the sum. Of no values: 1. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_prod(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                         const int *dims, int n_dims, int keep_dims);
/** The largest value, of the tensor's dtype; NaN where there is one. Errors: INVALID (a reduced dimension of 0). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_amax(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                         const int *dims, int n_dims, int keep_dims);
/** The smallest value, of the tensor's dtype; NaN where there is one. Errors: INVALID (a reduced dimension of 0). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_amin(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                         const int *dims, int n_dims, int keep_dims);
/** Whether any value is not 0, as bool (of u8: as u8, 1 or 0); NaN is not 0. Of no values: false. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_any(frcnn_tensor **out, const frcnn_tensor *tensor, const int *dims,
                                                        int n_dims, int keep_dims);
/** Whether no value is 0, as bool (of u8: as u8, 1 or 0); NaN is not 0. Of no values: true. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_all(frcnn_tensor **out, const frcnn_tensor *tensor, const int *dims,
                                                        int n_dims, int keep_dims);
/** @} */

/** @name Along one dimension; a scalar counts as [1].
 *  Errors: INVALID (a dim out of range), and as named. @{ */

/** The largest values along dim and where they are (i64): of equal values the first, and the first NaN before all
 *  numbers. dim goes, or with keep_dims stays as 1. Errors: INVALID (dim is 0 long). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_max(frcnn_tensor **values, frcnn_tensor **indices,
                                                        const frcnn_tensor *tensor, int dim, int keep_dims);
/** The smallest values along dim and where they are, as frcnn_tensor_max. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_min(frcnn_tensor **values, frcnn_tensor **indices,
                                                        const frcnn_tensor *tensor, int dim, int keep_dims);

/** As dim of argmax and argmin: the whole tensor, and an index into its elements in row-major order. */
#define FRCNN_ALL_DIMS INT32_MIN

/** The indices of frcnn_tensor_max, i64; dim may be FRCNN_ALL_DIMS. Errors: INVALID (bool; dim is 0 long). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_argmax(frcnn_tensor **out, const frcnn_tensor *tensor, int dim,
                                                           int keep_dims);
/** The indices of frcnn_tensor_min, as frcnn_tensor_argmax. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_argmin(frcnn_tensor **out, const frcnn_tensor *tensor, int dim,
                                                           int keep_dims);
/** Sums of the values up to each, along dim, in the tensor's shape and with the dtypes of the sum: added in order, f32 in
 *  double. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_cumsum(frcnn_tensor **out, const frcnn_tensor *tensor, int dim);
/** @} */

/** exp(x - max) / sum along dim, in the tensor's dtype: f32, f64, f16 or bf16, the last two computed in f32; dim is 0
 *  or -1 for a scalar. -infinity gives 0; a run of -infinity alone, or with NaN or +infinity, gives NaN.
 *  Errors: INVALID (another dtype, dim). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_softmax(frcnn_tensor **out, const frcnn_tensor *tensor, int dim);

/** The logarithm of that, (x - max) - log(sum), which is finite where softmax is too small for its dtype. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_log_softmax(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                                int dim);

#ifdef __cplusplus
}
#endif
#endif
