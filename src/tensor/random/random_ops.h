/** What a backend brings for include/frcnn/random.h; each entry is described where the CPU's is declared. */
#ifndef FRCNN_RANDOM_OPS_H
#define FRCNN_RANDOM_OPS_H

#include "tensor/random/randint.h"
#include "tensor/random/randn.h"
#include "tensor/random/randperm.h"
#include "tensor/random/uniform.h"

typedef struct frcnn_random_ops {
    frcnn_status (*randint)(const frcnn_randint *randint, frcnn_generator *generator, void *dst);
    frcnn_status (*randn)(frcnn_dtype dtype, int64_t n, frcnn_generator *generator, void *dst);
    frcnn_status (*randperm)(int64_t n, frcnn_generator *generator, int64_t *dst);
    frcnn_status (*uniform)(const frcnn_uniform *uniform, frcnn_generator *generator, void *dst);
} frcnn_random_ops;

extern const frcnn_random_ops frcnn_random_ops_cpu;

#endif
