/** Random order, on raw arrays. */
#ifndef FRCNN_RANDPERM_H
#define FRCNN_RANDPERM_H

#include "tensor/random/generator.h"

/** dst [n] becomes 0 … n - 1 in random order. */
frcnn_status frcnn_randperm_cpu(int64_t n, frcnn_generator *generator, int64_t *dst);

#endif
