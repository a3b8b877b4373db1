#include "frcnn/tensor.h"
#include "tensor/index/element.h"
#include "tensor/index/hits.h"
#include "tensor/index/masked_select.h"
#include "tensor/parallel.h"

enum { MIN_PARALLEL_BLOCKS = 8 };

static void run_block(const frcnn_masked_select *select, int64_t block)
{
    int32_t positions[FRCNN_HITS_BLOCK];
    const int64_t first = block * FRCNN_HITS_BLOCK;
    const int64_t left = select->n_elements - first;
    const int64_t n_hits =
        frcnn_hits_find(FRCNN_BOOL, left < FRCNN_HITS_BLOCK ? left : FRCNN_HITS_BLOCK, select->mask + first, positions);
    const int64_t start = select->starts[block];
    FRCNN_ELEMENT_DISPATCH(
        select->element_bytes, for (int64_t hit = 0; hit < n_hits; hit++) {
            frcnn_element_copy(size, select->dst, start + hit, select->src, first + positions[hit]);
        });
}

frcnn_status frcnn_masked_select_cpu(const frcnn_masked_select *select)
{
    const int64_t n_blocks = frcnn_hits_get_n_blocks(select->n_elements);
    if (n_blocks < MIN_PARALLEL_BLOCKS) {
        for (int64_t block = 0; block < n_blocks; block++) run_block(select, block);
    } else {
        FRCNN_PARALLEL_FOR
        for (int64_t block = 0; block < n_blocks; block++) run_block(select, block);
    }
    return FRCNN_OK;
}
