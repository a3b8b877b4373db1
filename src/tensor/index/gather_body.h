/** Where the elements of a gather come from. */
#ifndef FRCNN_GATHER_BODY_H
#define FRCNN_GATHER_BODY_H

#include "tensor/body.h"
#include "tensor/index/gather.h"

/** Where a row of dst, along its last dimension, starts in src: its coordinates but that in dim, and not the last one. */
FRCNN_HD int64_t frcnn_gather_get_row_start(const frcnn_gather *gather, int64_t row)
{
    int64_t start = 0;
    int d;
    for (d = gather->n_dims - 2; d >= 0; d--) {
        if (d != gather->dim) start += row % gather->shape[d] * gather->strides[d];
        row /= gather->shape[d];
    }
    return start;
}

/** How far apart neighbours of a row are in src where they have one index. */
FRCNN_HD int64_t frcnn_gather_get_step(const frcnn_gather *gather)
{
    const int last = gather->n_dims - 1;
    return last == gather->dim ? 0 : gather->strides[last];
}

#endif
