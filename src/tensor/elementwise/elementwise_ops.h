/** What a backend brings for include/frcnn/arithmetic.h; each entry is described where the CPU's is declared. */
#ifndef FRCNN_ELEMENTWISE_OPS_H
#define FRCNN_ELEMENTWISE_OPS_H

#include "tensor/elementwise/add.h"
#include "tensor/elementwise/elementwise.h"

typedef struct frcnn_elementwise_ops {
    void (*add)(const frcnn_broadcast *shape, const float *a, const float *b, float *dst);
    void (*elementwise)(frcnn_elementwise function, int64_t n, const float *src, float *dst);
} frcnn_elementwise_ops;

extern const frcnn_elementwise_ops frcnn_elementwise_ops_cpu;

#endif
