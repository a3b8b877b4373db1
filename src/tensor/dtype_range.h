/** Which numbers a dtype holds. */
#ifndef FRCNN_DTYPE_RANGE_H
#define FRCNN_DTYPE_RANGE_H

#include "frcnn/tensor.h"

/** Bounds of an integer dtype or bool, both included; those of i64 for a floating-point one. */
void frcnn_dtype_get_range(frcnn_dtype dtype, int64_t *least, int64_t *greatest);
/** The largest finite value of a floating-point dtype. */
double frcnn_dtype_get_max(frcnn_dtype dtype);

/** 1 where value is one of the dtype's or can be cut or rounded to one: what PyTorch converts without an error. An
 *  unsigned dtype takes a negative integer whose magnitude it holds, and wraps it. */
int frcnn_dtype_holds(frcnn_dtype dtype, frcnn_scalar value);
/** what begins the message. Errors: INVALID (a value that the dtype does not hold). */
FRCNN_NODISCARD frcnn_status frcnn_dtype_check_holds(const char *what, frcnn_dtype dtype, frcnn_scalar value);

#endif
