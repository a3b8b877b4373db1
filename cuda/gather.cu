#include "kernel.h"

#include "item_grid.h"
#include "moved_words.h"
#include "tensor_index.h"
#include "tensor_memory.h"

extern "C" {
#include "tensor/index/gather_body.h"
}

template <typename Word> FRCNN_KERNEL(FRCNN_ITEM_THREADS) gather_elements(frcnn_gather gather, int64_t n)
{
    const int64_t length = gather.shape[gather.n_dims - 1];
    const Word *src = static_cast<const Word *>(gather.src);
    Word *dst = static_cast<Word *>(gather.dst);
    for (int64_t i = frcnn_item_first(); i < n; i += frcnn_item_step()) {
        const int64_t row_start = frcnn_gather_get_row_start(&gather, i / length);
        const int64_t start = row_start + i % length * frcnn_gather_get_step(&gather);
        dst[i] = src[start + gather.indices[i] * gather.strides[gather.dim]];
    }
}

frcnn_status frcnn_gather_cuda(const frcnn_gather *gather)
{
    int64_t n = 1;
    for (int d = 0; d < gather->n_dims; d++) n *= gather->shape[d];
    if (n == 0) return FRCNN_OK;
    FRCNN_WORD_DISPATCH(gather->element_bytes,
                        return FRCNN_LAUNCH((gather_elements<Word>), frcnn_item_blocks(n), FRCNN_ITEM_THREADS, 0,
                                            frcnn_tensor_stream_get()->handle, *gather, n));
}
