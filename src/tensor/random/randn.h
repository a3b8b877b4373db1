/** Normal numbers, on raw arrays. */
#ifndef FRCNN_RANDN_H
#define FRCNN_RANDN_H

#include "tensor/random/generator.h"

/** n numbers of a float dtype. */
frcnn_status frcnn_randn_cpu(frcnn_dtype dtype, int64_t n, frcnn_generator *generator, void *dst);

#endif
