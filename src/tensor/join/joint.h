/** What cat and stack share: a result that is filled part by part. */
#ifndef FRCNN_JOINT_H
#define FRCNN_JOINT_H

#include "frcnn/tensor.h"

/** The dtype of n tensors together. n is 1 or more. */
frcnn_dtype frcnn_joint_get_dtype(const frcnn_tensor *const *tensors, int n);

/** Writes tensor, in the result's dtype, to where dim of the row-major result is start. has_dim 1: tensor has the
 *  result's dimensions, with its own size of dim; 0: it has all but dim. */
FRCNN_NODISCARD frcnn_status frcnn_joint_fill(frcnn_tensor *result, const char *what, const frcnn_tensor *tensor,
                                              int dim, int64_t start, int has_dim);

#endif
