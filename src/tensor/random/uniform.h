/** Uniform numbers, on raw arrays. */
#ifndef FRCNN_UNIFORM_H
#define FRCNN_UNIFORM_H

#include "tensor/random/generator.h"

typedef struct frcnn_uniform {
    frcnn_dtype dtype; /**< a float */
    int64_t n;
    double low, high;
} frcnn_uniform;

frcnn_status frcnn_uniform_cpu(const frcnn_uniform *uniform, frcnn_generator *generator, void *dst);

/** n numbers in [0, 1), as rand's. */
void frcnn_uniform_unit_f32(frcnn_generator *generator, int64_t n, float *dst);
void frcnn_uniform_unit_f64(frcnn_generator *generator, int64_t n, double *dst);

#endif
