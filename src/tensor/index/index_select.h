/** Parts of a tensor along a dimension, on raw arrays. */
#ifndef FRCNN_INDEX_SELECT_H
#define FRCNN_INDEX_SELECT_H

#include <stddef.h>
#include <stdint.h>

#include "tensor/rows.h"

/** src [n_outer, n, n_inner] -> dst [n_outer, n_indices, n_inner]: part i is part indices[i] of src. */
typedef struct frcnn_index_select {
    frcnn_rows rows;
    size_t element_bytes;
    int64_t n_indices;
    const int64_t *indices; /**< each in [0, n) */
    const void *src;
    void *dst;
} frcnn_index_select;

/** Allocates nothing; parallel over parts. */
FRCNN_NODISCARD frcnn_status frcnn_index_select_cpu(const frcnn_index_select *select);

#endif
