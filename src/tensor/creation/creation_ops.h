/** What a backend brings for include/frcnn/creation.h; each entry is described where the CPU's is declared. */
#ifndef FRCNN_CREATION_OPS_H
#define FRCNN_CREATION_OPS_H

#include "tensor/creation/arange.h"

typedef struct frcnn_creation_ops {
    void (*arange_f32)(double start, double step, int64_t n, float *dst);
    void (*arange_i64)(int64_t start, int64_t step, int64_t n, int64_t *dst);
} frcnn_creation_ops;

extern const frcnn_creation_ops frcnn_creation_ops_cpu;

#endif
