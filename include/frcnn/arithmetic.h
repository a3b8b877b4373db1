/** Element by element: arithmetic with broadcasting, comparison, logic, activations. See frcnn/ops.h for what all
 *  operations share.
 *
 *  Shapes are aligned at the last dimension; a dimension of 1, or one that is not there, repeats. Any dtypes may meet:
 *  they are taken to a common one as in PyTorch. Tensors with dimensions decide; one without dimensions, or a number, has a
 *  say only where it is of a higher kind (bool, integer, float), so that u8 * 300 stays u8 and u8 * 1.5 is f32. Of f16
 *  and bf16 the result is computed in f32 and rounded once; a number beside them, or a tensor without dimensions, is
 *  rounded to their dtype first, but for the right side of mul, div and floor_divide. Integers wrap.
 *
 *  Errors of all, besides those of frcnn/ops.h: INVALID (sizes that differ and are not 1).
 */
#ifndef FRCNN_ARITHMETIC_H
#define FRCNN_ARITHMETIC_H

#include "frcnn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/** @name Of two tensors, or of a tensor and a number. Bool counts as 0 and 1. @{ */

/** a + b; of two bools, or */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_add(frcnn_tensor **out, const frcnn_tensor *a,
                                                        const frcnn_tensor *b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_add_scalar(frcnn_tensor **out, const frcnn_tensor *a,
                                                               frcnn_scalar b);
/** a - b. Errors: INVALID (a bool) */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_sub(frcnn_tensor **out, const frcnn_tensor *a,
                                                        const frcnn_tensor *b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_sub_scalar(frcnn_tensor **out, const frcnn_tensor *a,
                                                               frcnn_scalar b);
/** a * b; of two bools, and */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_mul(frcnn_tensor **out, const frcnn_tensor *a,
                                                        const frcnn_tensor *b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_mul_scalar(frcnn_tensor **out, const frcnn_tensor *a,
                                                               frcnn_scalar b);
/** a / b, a float: integers and bools are divided as f32 */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_div(frcnn_tensor **out, const frcnn_tensor *a,
                                                        const frcnn_tensor *b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_div_scalar(frcnn_tensor **out, const frcnn_tensor *a,
                                                               frcnn_scalar b);
/** a / b rounded down. Errors: INVALID (bools, an integer divided by 0) */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_floor_divide(frcnn_tensor **out, const frcnn_tensor *a,
                                                                 const frcnn_tensor *b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_floor_divide_scalar(frcnn_tensor **out, const frcnn_tensor *a,
                                                                        frcnn_scalar b);
/** What a / b rounded down leaves, with b's sign. Errors: INVALID (bools, an integer divided by 0) */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_remainder(frcnn_tensor **out, const frcnn_tensor *a,
                                                              const frcnn_tensor *b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_remainder_scalar(frcnn_tensor **out, const frcnn_tensor *a,
                                                                     frcnn_scalar b);
/** The lesser; NaN where either is NaN. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_minimum(frcnn_tensor **out, const frcnn_tensor *a,
                                                            const frcnn_tensor *b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_minimum_scalar(frcnn_tensor **out, const frcnn_tensor *a,
                                                                   frcnn_scalar b);
/** The greater; NaN where either is NaN. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_maximum(frcnn_tensor **out, const frcnn_tensor *a,
                                                            const frcnn_tensor *b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_maximum_scalar(frcnn_tensor **out, const frcnn_tensor *a,
                                                                   frcnn_scalar b);
/** @} */

/** @name Comparisons and logic: bool. NaN equals nothing; for logic whatever is not 0 is true, NaN too. @{ */

FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_eq(frcnn_tensor **out, const frcnn_tensor *a,
                                                       const frcnn_tensor *b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_eq_scalar(frcnn_tensor **out, const frcnn_tensor *a,
                                                              frcnn_scalar b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_ne(frcnn_tensor **out, const frcnn_tensor *a,
                                                       const frcnn_tensor *b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_ne_scalar(frcnn_tensor **out, const frcnn_tensor *a,
                                                              frcnn_scalar b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_lt(frcnn_tensor **out, const frcnn_tensor *a,
                                                       const frcnn_tensor *b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_lt_scalar(frcnn_tensor **out, const frcnn_tensor *a,
                                                              frcnn_scalar b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_le(frcnn_tensor **out, const frcnn_tensor *a,
                                                       const frcnn_tensor *b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_le_scalar(frcnn_tensor **out, const frcnn_tensor *a,
                                                              frcnn_scalar b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_gt(frcnn_tensor **out, const frcnn_tensor *a,
                                                       const frcnn_tensor *b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_gt_scalar(frcnn_tensor **out, const frcnn_tensor *a,
                                                              frcnn_scalar b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_ge(frcnn_tensor **out, const frcnn_tensor *a,
                                                       const frcnn_tensor *b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_ge_scalar(frcnn_tensor **out, const frcnn_tensor *a,
                                                              frcnn_scalar b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_logical_and(frcnn_tensor **out, const frcnn_tensor *a,
                                                                const frcnn_tensor *b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_logical_and_scalar(frcnn_tensor **out, const frcnn_tensor *a,
                                                                       frcnn_scalar b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_logical_or(frcnn_tensor **out, const frcnn_tensor *a,
                                                               const frcnn_tensor *b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_logical_or_scalar(frcnn_tensor **out, const frcnn_tensor *a,
                                                                      frcnn_scalar b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_logical_xor(frcnn_tensor **out, const frcnn_tensor *a,
                                                                const frcnn_tensor *b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_logical_xor_scalar(frcnn_tensor **out, const frcnn_tensor *a,
                                                                       frcnn_scalar b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_logical_not(frcnn_tensor **out, const frcnn_tensor *tensor);
/** @} */

/** @name Into the first tensor, which keeps its dtype, shape and strides. What the second broadcasts to must be that shape,
 *  and the result's kind must fit: no float goes into an integer. The second may be a view of the first.
 *  Errors: INVALID also for a tensor whose elements share memory (an expanded one), or whose strides do not
 *  rule that out: by rising stride, each dimension steps over those before it. @{ */

FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_add_in_place(frcnn_tensor *a, const frcnn_tensor *b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_add_scalar_in_place(frcnn_tensor *a, frcnn_scalar b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_sub_in_place(frcnn_tensor *a, const frcnn_tensor *b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_sub_scalar_in_place(frcnn_tensor *a, frcnn_scalar b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_mul_in_place(frcnn_tensor *a, const frcnn_tensor *b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_mul_scalar_in_place(frcnn_tensor *a, frcnn_scalar b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_div_in_place(frcnn_tensor *a, const frcnn_tensor *b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_div_scalar_in_place(frcnn_tensor *a, frcnn_scalar b);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_relu_in_place(frcnn_tensor *tensor);
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_clamp_in_place(frcnn_tensor *tensor, const frcnn_scalar *min,
                                                                   const frcnn_scalar *max);
/** src, of any dtype, converted as frcnn_tensor_cast does. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_copy(frcnn_tensor *dst, const frcnn_tensor *src);
/** The number, converted as frcnn_tensor_cast does. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_fill(frcnn_tensor *tensor, frcnn_scalar value);
/** @} */

/** a where the condition (bool) holds, else b. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_where(frcnn_tensor **out, const frcnn_tensor *condition,
                                                          const frcnn_tensor *a, const frcnn_tensor *b);

/** min(max(x, min), max): max where min is the greater; NaN stays NaN. min or max may be NULL. Errors: INVALID (both are). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_clamp(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                          const frcnn_scalar *min, const frcnn_scalar *max);

/** @name Of one tensor, any dtype but bool. Integers stay what they are. @{ */

/** -x; an unsigned integer wraps */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_neg(frcnn_tensor **out, const frcnn_tensor *tensor);
/** |x|; the smallest integer stays itself */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_abs(frcnn_tensor **out, const frcnn_tensor *tensor);
/** The whole number at or below x */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_floor(frcnn_tensor **out, const frcnn_tensor *tensor);
/** The whole number at or above x */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_ceil(frcnn_tensor **out, const frcnn_tensor *tensor);
/** The nearest whole number, the even one of two: 0.5 -> 0, 1.5 -> 2 */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_round(frcnn_tensor **out, const frcnn_tensor *tensor);
/** max(x, 0) */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_relu(frcnn_tensor **out, const frcnn_tensor *tensor);
/** @} */

/** @name Of one tensor, a float: integers and bools are taken as f32. NaN stays NaN. @{ */

/** e^x */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_exp(frcnn_tensor **out, const frcnn_tensor *tensor);
/** The natural logarithm; NaN below 0 */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_log(frcnn_tensor **out, const frcnn_tensor *tensor);
/** The square root, rounded to nearest; NaN below 0 */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_sqrt(frcnn_tensor **out, const frcnn_tensor *tensor);
/** 1 / (1 + exp(-x)) */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_sigmoid(frcnn_tensor **out, const frcnn_tensor *tensor);
/** The hyperbolic tangent */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_tanh(frcnn_tensor **out, const frcnn_tensor *tensor);
/** @} */

/** @name Activations of one tensor of floats; NaN stays NaN. @{ */

/** min(max(x, 0), 6) */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_relu6(frcnn_tensor **out, const frcnn_tensor *tensor);
/** x * min(max(x + 3, 0), 6) / 6 */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_hardswish(frcnn_tensor **out, const frcnn_tensor *tensor);
/** min(max(x + 3, 0), 6) / 6 */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_hardsigmoid(frcnn_tensor **out, const frcnn_tensor *tensor);
/** @} */

#ifdef __cplusplus
}
#endif
#endif
