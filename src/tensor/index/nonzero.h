/** Where a tensor is not zero, on raw arrays. */
#ifndef FRCNN_NONZERO_H
#define FRCNN_NONZERO_H

#include <stdint.h>

#include "frcnn/tensor.h"

/** src, row-major -> dst [hits, n_dims], the coordinates of each hit in row-major order. */
typedef struct frcnn_nonzero {
    frcnn_dtype dtype;
    int n_dims;
    int64_t shape[FRCNN_MAX_DIMS];
    int64_t n_elements;
    const void *src;
    const int64_t *starts; /**< of src, as frcnn_hits_count_cpu gives them */
    int64_t *dst;
} frcnn_nonzero;

/** Allocates nothing; parallel over blocks. */
FRCNN_NODISCARD frcnn_status frcnn_nonzero_cpu(const frcnn_nonzero *nonzero);

#endif
