/** Shapes and dims as every operation checks and names them. */
#ifndef FRCNN_SHAPE_H
#define FRCNN_SHAPE_H

#include <stdint.h>

#include "frcnn/tensor.h"

enum { FRCNN_SHAPE_TEXT_BYTES = 24 * FRCNN_MAX_DIMS };

/** "[1, 256, 50, 68]" into text; returns text. */
const char *frcnn_shape_format(char text[FRCNN_SHAPE_TEXT_BYTES], int n_dims, const int64_t *shape);

/** Row-major strides and the number of elements; NULL where one isn't asked for. A dimension of 0 strides as one of 1.
 *  what begins the message. Errors: INVALID (n_dims, a negative size, more bytes than memory can address). */
FRCNN_NODISCARD frcnn_status frcnn_shape_check(const char *what, frcnn_dtype dtype, int n_dims, const int64_t *shape,
                                               int64_t *strides, int64_t *n_elements);

/** Broadcasts a shape of *n_dims sizes, in place, with another: aligned at the last dimension, a dimension of 1, or one that
 *  is not there, repeats. shape has room for FRCNN_MAX_DIMS. Returns 1, or 0 and the shape as it was where sizes differ and
 *  are not 1. */
int frcnn_shape_broadcast(int *n_dims, int64_t *shape, int n_other_dims, const int64_t *other);

/** dim in [-n_dims, n_dims - 1] as an index from the front. Errors: INVALID, with that range. */
FRCNN_NODISCARD frcnn_status frcnn_dim_resolve(int *out, const char *what, int dim, int n_dims);
/** The same where a scalar has dims -1 and 0, as most of PyTorch's operations take it. */
FRCNN_NODISCARD frcnn_status frcnn_dim_wrap(int *out, const char *what, int dim, int n_dims);

#endif
