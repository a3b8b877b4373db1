/** Evenly spaced values, on raw arrays. */
#ifndef FRCNN_ARANGE_H
#define FRCNN_ARANGE_H

#include <stdint.h>

/** dst[i] = start + i * step, in f64 and rounded once. */
void frcnn_arange_f32_cpu(double start, double step, int64_t n, float *dst);
/** The same in integers; the caller has checked that the last value fits. */
void frcnn_arange_i64_cpu(int64_t start, int64_t step, int64_t n, int64_t *dst);

#endif
