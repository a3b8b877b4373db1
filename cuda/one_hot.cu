#include "kernel.h"

#include "item_grid.h"
#include "tensor_index.h"
#include "tensor_memory.h"

FRCNN_KERNEL(FRCNN_ITEM_THREADS) set_ones(int64_t n, int64_t n_classes, const int64_t *classes, int64_t *dst)
{
    for (int64_t i = frcnn_item_first(); i < n; i += frcnn_item_step()) dst[i * n_classes + classes[i]] = 1;
}

frcnn_status frcnn_one_hot_cuda(int64_t n, int64_t n_classes, const int64_t *classes, int64_t *dst)
{
    if (n == 0) return FRCNN_OK;
    return FRCNN_LAUNCH(set_ones, frcnn_item_blocks(n), FRCNN_ITEM_THREADS, 0, frcnn_tensor_stream_get()->handle, n,
                        n_classes, classes, dst);
}
