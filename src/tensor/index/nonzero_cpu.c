#include "tensor/index/hits.h"
#include "tensor/index/nonzero.h"
#include "tensor/parallel.h"

enum { MIN_PARALLEL_BLOCKS = 8 };

/* Coordinates of hits that ascend: those in front of the last dimension change only where a row ends. */
static void write_coordinates(const frcnn_nonzero *nonzero, int64_t first, int64_t n_hits, const int32_t *positions,
                              int64_t *dst)
{
    const int last = nonzero->n_dims - 1;
    int64_t outer[FRCNN_MAX_DIMS] = {0};
    int64_t row_first = -1;
    int64_t row_end = -1;
    for (int64_t hit = 0; hit < n_hits; hit++) {
        const int64_t at = first + positions[hit];
        if (at >= row_end) {
            int64_t row = at / nonzero->shape[last];
            row_first = row * nonzero->shape[last];
            row_end = row_first + nonzero->shape[last];
            for (int d = last - 1; d >= 0; d--) {
                outer[d] = row % nonzero->shape[d];
                row /= nonzero->shape[d];
            }
        }
        for (int d = 0; d < last; d++) dst[d] = outer[d];
        dst[last] = at - row_first;
        dst += nonzero->n_dims;
    }
}

static void run_block(const frcnn_nonzero *nonzero, int64_t block)
{
    int32_t positions[FRCNN_HITS_BLOCK];
    const int64_t first = block * FRCNN_HITS_BLOCK;
    const int64_t left = nonzero->n_elements - first;
    const int64_t n_hits = frcnn_hits_find(
        nonzero->dtype, left < FRCNN_HITS_BLOCK ? left : FRCNN_HITS_BLOCK,
        (const unsigned char *)nonzero->src + (size_t)first * frcnn_dtype_get_size(nonzero->dtype), positions);
    write_coordinates(nonzero, first, n_hits, positions, nonzero->dst + nonzero->starts[block] * nonzero->n_dims);
}

frcnn_status frcnn_nonzero_cpu(const frcnn_nonzero *nonzero)
{
    if (nonzero->n_dims == 0) return FRCNN_OK;
    const int64_t n_blocks = frcnn_hits_get_n_blocks(nonzero->n_elements);
    if (n_blocks < MIN_PARALLEL_BLOCKS) {
        for (int64_t block = 0; block < n_blocks; block++) run_block(nonzero, block);
    } else {
        FRCNN_PARALLEL_FOR
        for (int64_t block = 0; block < n_blocks; block++) run_block(nonzero, block);
    }
    return FRCNN_OK;
}
