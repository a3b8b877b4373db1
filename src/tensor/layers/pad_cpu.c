#include <string.h>

#include "tensor/layers/pad.h"
#include "tensor/layers/pad_body.h"
#include "tensor/parallel.h"

static void fill(const frcnn_pad_run *run, unsigned char *dst, int64_t n_elements)
{
    const size_t bytes = run->element_bytes;
    for (int64_t i = 0; i < n_elements; i++) memcpy(dst + (size_t)i * bytes, run->value, bytes);
}

/* Positions first … end - 1 of a row along dim, one by one; each is block elements. */
static void pad_slowly(const frcnn_pad_run *run, int dim, int64_t block, const unsigned char *src, unsigned char *dst,
                       int64_t first, int64_t end)
{
    const size_t bytes = (size_t)block * run->element_bytes;
    for (int64_t i = first; i < end; i++) {
        const int64_t at = frcnn_pad_get_source(run->mode, i, run->before[dim], run->in[dim]);
        if (at < 0)
            fill(run, dst + (size_t)i * bytes, block);
        else
            memcpy(dst + (size_t)i * bytes, src + (size_t)at * bytes, bytes);
    }
}

/* One row along the last dimension that is padded; what is inside is one copy. */
static void pad_row(const frcnn_pad_run *run, int dim, int64_t block, int64_t row)
{
    const size_t bytes = (size_t)block * run->element_bytes;
    const int64_t in = run->in[dim], out = run->out[dim], before = run->before[dim];
    unsigned char *dst = run->dst + (size_t)(row * out) * bytes;
    const int64_t src_row = frcnn_pad_get_source_row(run, dim, row);
    if (src_row < 0) {
        fill(run, dst, out * block);
        return;
    }
    const unsigned char *src = run->src + (size_t)(src_row * in) * bytes;
    int64_t first = before > 0 ? before : 0;
    int64_t end = before + in;
    if (first > out) first = out;
    if (end > out) end = out;
    if (end < first) end = first;
    pad_slowly(run, dim, block, src, dst, 0, first);
    if (end > first)
        memcpy(dst + (size_t)first * bytes, src + (size_t)(first - before) * bytes, (size_t)(end - first) * bytes);
    pad_slowly(run, dim, block, src, dst, end, out);
}

frcnn_status frcnn_pad_cpu(const frcnn_pad_run *run)
{
    const int dim = frcnn_pad_get_last_dim(run);
    int64_t block = 1;
    int64_t n_rows = 1;
    for (int d = dim + 1; d < run->n_dims; d++) block *= run->in[d];
    for (int d = 0; d < dim; d++) n_rows *= run->out[d];
    FRCNN_PARALLEL_FOR_IF(n_rows * run->out[dim] * block >= FRCNN_PARALLEL_MIN)
    for (int64_t row = 0; row < n_rows; row++) pad_row(run, dim, block, row);
    return FRCNN_OK;
}
