/** Sorting along a dimension, whole or only as far as the first k: what the backends bring. */
#ifndef FRCNN_SORT_H
#define FRCNN_SORT_H

#include <stdint.h>

#include "frcnn/tensor.h"
#include "tensor/rows.h"

/** src [n_outer, n, n_inner] -> values and indices [n_outer, k, n_inner], each row in order. */
typedef struct frcnn_sort {
    frcnn_rows rows;
    int64_t k; /**< in [0, rows.n] */
    frcnn_dtype dtype;
    int is_descending;
    const void *src;
    void *values;
    int64_t *indices;
} frcnn_sort;

/** The order of frcnn_order_select in every row. Parallel over rows. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_sort_cpu(const frcnn_sort *sort);

/** The first k values along dim in order and where they are; k -1: all. A scalar is a row of one, and stays a scalar.
 *  what begins messages. Errors: INVALID (dim, k), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_sort_run(frcnn_tensor **values, frcnn_tensor **indices, const char *what,
                                            const frcnn_tensor *tensor, int64_t k, int dim, int is_descending);

#endif
