/** Elements of a tensor along a dimension, each place with an index of its own, on raw arrays. */
#ifndef FRCNN_GATHER_H
#define FRCNN_GATHER_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/tensor.h"

/** dst and indices row-major of shape; dst[…, i, …] is the element of src at the same place, but at index indices[…, i, …]
 *  of dimension dim. */
typedef struct frcnn_gather {
    int n_dims; /**< 1 or more */
    int dim;
    int64_t shape[FRCNN_MAX_DIMS];
    int64_t strides[FRCNN_MAX_DIMS]; /**< of src, in elements */
    size_t element_bytes;
    const int64_t *indices; /**< each inside src */
    const void *src;
    void *dst;
} frcnn_gather;

/** Allocates nothing; parallel over rows. */
FRCNN_NODISCARD frcnn_status frcnn_gather_cpu(const frcnn_gather *gather);

#endif
