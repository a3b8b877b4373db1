/** A row-major tensor as rows along one of its dimensions: [n_outer, n, n_inner]. */
#ifndef FRCNN_ROWS_H
#define FRCNN_ROWS_H

#include <stdint.h>

#include "tensor/storage.h"

/** Elements of a row lie n_inner apart; there are n_outer * n_inner rows. */
typedef struct frcnn_rows {
    int64_t n_outer, n, n_inner;
} frcnn_rows;

/** A scalar is one row of one. */
static inline frcnn_rows frcnn_rows_get(const frcnn_tensor *tensor, int dim)
{
    frcnn_rows rows = {1, 1, 1};
    for (int d = 0; d < tensor->n_dims; d++) {
        int64_t *const size = d < dim ? &rows.n_outer : d == dim ? &rows.n : &rows.n_inner;
        *size *= tensor->shape[d];
    }
    return rows;
}

#endif
