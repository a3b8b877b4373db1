/** Element by element: arithmetic with broadcasting, comparison, activations. See frcnn/ops.h for what all operations share. */
#ifndef FRCNN_ARITHMETIC_H
#define FRCNN_ARITHMETIC_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/** a + b, f32. Shapes are aligned at the last dimension; a dimension of 1, or one that is not there, repeats.
 *  Errors: INVALID (sizes that differ and are not 1). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_add(frcnn_tensor **out, const frcnn_tensor *a,
                                                        const frcnn_tensor *b);

/** @name Activations, f32 of any shape; NaN stays NaN. @{ */

/** max(x, 0) */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_relu(frcnn_tensor **out, const frcnn_tensor *tensor);
/** min(max(x, 0), 6) */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_relu6(frcnn_tensor **out, const frcnn_tensor *tensor);
/** x * min(max(x + 3, 0), 6) / 6 */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_hardswish(frcnn_tensor **out, const frcnn_tensor *tensor);
/** min(max(x + 3, 0), 6) / 6 */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_hardsigmoid(frcnn_tensor **out, const frcnn_tensor *tensor);
/** 1 / (1 + exp(-x)) */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_sigmoid(frcnn_tensor **out, const frcnn_tensor *tensor);
/** @} */

#ifdef __cplusplus
}
#endif
#endif
