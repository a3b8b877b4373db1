/** Whole numbers, on raw arrays. */
#ifndef FRCNN_RANDINT_H
#define FRCNN_RANDINT_H

#include "tensor/random/generator.h"

typedef struct frcnn_randint {
    frcnn_dtype dtype;
    int64_t n;
    int64_t low;
    uint64_t range; /**< 1 or more: low … low + range - 1 */
} frcnn_randint;

frcnn_status frcnn_randint_cpu(const frcnn_randint *randint, frcnn_generator *generator, void *dst);

#endif
