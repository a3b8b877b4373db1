/** Tensors joined into one. See frcnn/ops.h for what all operations share.
 *
 *      const frcnn_tensor *both[] = {a, b};                       [2, 3] and [4, 3]
 *      status = frcnn_tensor_cat(&out, both, 2, 0);               [6, 3]
 */
#ifndef FRCNN_JOIN_H
#define FRCNN_JOIN_H

#include "frcnn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/** n tensors one after the other along dim, in [-n_dims, n_dims - 1]; all other sizes are equal. The dtype is what
 *  frcnn_dtype_promote makes of all. A tensor of shape [0] adds its dtype only, whatever the others' dimensions are, as
 *  in PyTorch. Errors: INVALID (n below 1, a scalar, sizes that differ). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_cat(frcnn_tensor **out, const frcnn_tensor *const *tensors, int n,
                                                        int dim);

/** n tensors of one shape along a new dimension in front of dim, in [-(n_dims + 1), n_dims]: two of [A, B] at 1 are
 *  [A, 2, B]. Dtypes as for cat. Errors: INVALID (n below 1, shapes that differ). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_stack(frcnn_tensor **out, const frcnn_tensor *const *tensors, int n,
                                                          int dim);

#ifdef __cplusplus
}
#endif
#endif
