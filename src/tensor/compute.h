/** The few types that operations compute in: f32 (for f16 and bf16 too), f64, and i64 for all integers. Inputs are widened
 *  before, results narrowed after; what is of its type already costs nothing. */
#ifndef FRCNN_COMPUTE_H
#define FRCNN_COMPUTE_H

#include "frcnn/tensor.h"

/** The type that a dtype is computed in. */
frcnn_dtype frcnn_compute_get_dtype(frcnn_dtype dtype);
/** 1 for f32, f64, f16, bf16. */
int frcnn_compute_is_float(frcnn_dtype dtype);
/** Errors: INVALID (a dtype that is no floating-point one). what begins the message. */
FRCNN_NODISCARD frcnn_status frcnn_compute_check_float(const char *what, frcnn_dtype dtype);

/** The tensor row-major in dtype: shared where it is so already. The caller owns *out. */
FRCNN_NODISCARD frcnn_status frcnn_compute_open(frcnn_tensor **out, const frcnn_tensor *tensor, frcnn_dtype dtype);
/** Hands *result out in dtype: itself, which *result loses then, or narrowed. */
FRCNN_NODISCARD frcnn_status frcnn_compute_close(frcnn_tensor **out, frcnn_tensor **result, frcnn_dtype dtype);

#endif
