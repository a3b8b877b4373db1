/** Where one position of a padded array comes from. */
#ifndef FRCNN_PAD_BODY_H
#define FRCNN_PAD_BODY_H

#include <stdint.h>

#include "tensor/body.h"
#include "tensor/layers/pad.h"

/** The position in a side of in values that output position out shows; -1: none, the constant. before values were put
 *  in front. */
FRCNN_HD int64_t frcnn_pad_get_source(frcnn_pad_mode mode, int64_t out, int64_t before, int64_t in)
{
    const int64_t at = out - before;
    if (at >= 0 && at < in) return at;
    switch (mode) {
    case FRCNN_PAD_REFLECT:
        return at < 0 ? -at : 2 * (in - 1) - at;
    case FRCNN_PAD_REPLICATE:
        return at < 0 ? 0 : in - 1;
    case FRCNN_PAD_CIRCULAR:
        return at % in < 0 ? at % in + in : at % in;
    case FRCNN_PAD_CONSTANT:
        break;
    }
    return -1;
}

/** The row of src, row-major in the dimensions before dim, that a row of dst shows; -1: the constant. */
FRCNN_HD int64_t frcnn_pad_get_source_row(const frcnn_pad_run *run, int dim, int64_t row)
{
    int64_t src_row = 0;
    int64_t scale = 1;
    int d;
    for (d = dim - 1; d >= 0; d--) {
        const int64_t at = frcnn_pad_get_source(run->mode, row % run->out[d], run->before[d], run->in[d]);
        if (at < 0) return -1;
        src_row += at * scale;
        scale *= run->in[d];
        row /= run->out[d];
    }
    return src_row;
}

/** The last dimension that is padded; what follows it moves in blocks. */
FRCNN_HD int frcnn_pad_get_last_dim(const frcnn_pad_run *run)
{
    int dim = run->n_dims - 1;
    while (dim > 0 && run->before[dim] == 0 && run->in[dim] == run->out[dim]) dim--;
    return dim;
}

#endif
