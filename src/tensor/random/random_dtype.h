/** What random numbers ask of a dtype. */
#ifndef FRCNN_RANDOM_DTYPE_H
#define FRCNN_RANDOM_DTYPE_H

#include "frcnn/tensor.h"

/** f32, f64, f16 or bf16. */
int frcnn_random_is_float(frcnn_dtype dtype);
/** Errors: INVALID (no float). what begins the message. */
FRCNN_NODISCARD frcnn_status frcnn_random_check_float(const char *what, frcnn_dtype dtype);
/** The largest finite value of a float dtype. */
double frcnn_random_get_float_max(frcnn_dtype dtype);

#endif
