#include "loss_sums.h"

#include "tensor_memory.h"

/* The sum of all parts to the first of them. */
FRCNN_KERNEL(FRCNN_LOSS_THREADS) add_parts(int64_t n, frcnn_loss_sums *parts)
{
    FRCNN_SHARED frcnn_loss_sums shared[FRCNN_LOSS_THREADS];
    frcnn_loss_sums sums = {0.0, 0.0};
    for (int64_t i = threadIdx.x; i < n; i += FRCNN_LOSS_THREADS) {
        sums.loss += parts[i].loss;
        sums.weight += parts[i].weight;
    }
    sums = frcnn_loss_add_up(sums, shared);
    if (threadIdx.x == 0) parts[0] = sums;
}

frcnn_status frcnn_loss_count_blocks(unsigned *n_blocks, int64_t n)
{
    const int64_t count = (n - 1) / FRCNN_LOSS_BLOCK + 1;
    FRCNN_FAIL_IF(count > INT32_MAX, FRCNN_ERROR_UNSUPPORTED, "loss: %lld positions are more than a grid holds",
                  (long long)n);
    *n_blocks = (unsigned)count;
    return FRCNN_OK;
}

frcnn_status frcnn_loss_finish(frcnn_loss_sums *sums, frcnn_loss_sums *parts, unsigned n_blocks)
{
    frcnn_stream *stream = frcnn_tensor_stream_get();
    frcnn_loss_sums found;
    if (n_blocks > 1)
        FRCNN_TRY(FRCNN_LAUNCH(add_parts, 1, FRCNN_LOSS_THREADS, 0, stream->handle, (int64_t)n_blocks, parts));
    FRCNN_TRY(frcnn_stream_ops_cuda.download(stream, &found, parts, sizeof found));
    FRCNN_TRY(frcnn_stream_ops_cuda.wait(stream));
    *sums = found;
    return FRCNN_OK;
}
