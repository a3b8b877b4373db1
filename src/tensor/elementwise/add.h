/** Sums with broadcasting, on raw arrays. */
#ifndef FRCNN_ADD_H
#define FRCNN_ADD_H

#include <stdint.h>

#include "frcnn/tensor.h"

/** The shape of a result and how its two inputs are walked: stride 0 where an input is broadcast. */
typedef struct frcnn_broadcast {
    int n_dims; /**< 1 or more */
    int64_t shape[FRCNN_MAX_DIMS];
    int64_t a_strides[FRCNN_MAX_DIMS];
    int64_t b_strides[FRCNN_MAX_DIMS];
} frcnn_broadcast;

/** dst[i] = a[i] + b[i]; dst is row-major and overlaps no input. Allocates nothing; parallel over rows. */
void frcnn_add_cpu(const frcnn_broadcast *shape, const float *a, const float *b, float *dst);

#endif
