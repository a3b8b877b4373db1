#include "kernel.h"

#include "item_grid.h"
#include "loss_sums.h"
#include "tensor_loss.h"
#include "tensor_memory.h"

extern "C" {
#include "tensor/loss/class_loss_body.h"
}

struct f32_losses {
    typedef float Real;
    FRCNN_DEVICE frcnn_loss_sums at(const frcnn_class_loss &loss, int64_t i)
    {
        return frcnn_class_loss_at_f32(&loss, i);
    }
};

struct f64_losses {
    typedef double Real;
    FRCNN_DEVICE frcnn_loss_sums at(const frcnn_class_loss &loss, int64_t i)
    {
        return frcnn_class_loss_at_f64(&loss, i);
    }
};

template <class Losses>
FRCNN_KERNEL(FRCNN_LOSS_THREADS)
find_losses(frcnn_class_loss loss, int64_t n, frcnn_loss_sums *parts)
{
    FRCNN_SHARED frcnn_loss_sums shared[FRCNN_LOSS_THREADS];
    const int64_t first = (int64_t)blockIdx.x * FRCNN_LOSS_BLOCK;
    frcnn_loss_sums sums = {0.0, 0.0};
    for (int k = 0; k < FRCNN_LOSS_OWN; k++) {
        const int64_t i = first + k * FRCNN_LOSS_THREADS + threadIdx.x;
        if (i >= n) break;
        const frcnn_loss_sums own = Losses::at(loss, i);
        if (loss.losses != nullptr)
            static_cast<typename Losses::Real *>(loss.losses)[i] = (typename Losses::Real)own.loss;
        sums.loss += own.loss;
        sums.weight += own.weight;
    }
    sums = frcnn_loss_add_up(sums, shared);
    if (threadIdx.x == 0) parts[blockIdx.x] = sums;
}

frcnn_status frcnn_class_loss_cuda(const frcnn_class_loss *loss, frcnn_loss_sums *sums)
{
    const cudaStream_t stream = frcnn_tensor_stream_get()->handle;
    const int64_t n = loss->n_outer * loss->n_inner;
    unsigned n_blocks = 0;
    frcnn_scratch memory;
    if (n == 0) {
        *sums = frcnn_loss_sums{0.0, 0.0};
        return FRCNN_OK;
    }
    FRCNN_TRY(frcnn_loss_count_blocks(&n_blocks, n));
    FRCNN_TRY(memory.alloc(n_blocks * sizeof(frcnn_loss_sums), "loss"));
    frcnn_loss_sums *const parts = memory.get<frcnn_loss_sums>();
    if (loss->dtype == FRCNN_F64)
        FRCNN_TRY(FRCNN_LAUNCH((find_losses<f64_losses>), n_blocks, FRCNN_LOSS_THREADS, 0, stream, *loss, n, parts));
    else
        FRCNN_TRY(FRCNN_LAUNCH((find_losses<f32_losses>), n_blocks, FRCNN_LOSS_THREADS, 0, stream, *loss, n, parts));
    return frcnn_loss_finish(sums, parts, n_blocks);
}

/* The lowest position of a wrong class to first. */
FRCNN_KERNEL(FRCNN_ITEM_THREADS) find_first_wrong(frcnn_class_range range, unsigned long long *first)
{
    for (int64_t i = frcnn_item_first(); i < range.n; i += frcnn_item_step())
        if (frcnn_class_is_wrong(&range, range.classes[i])) atomicMin(first, (unsigned long long)i);
}

frcnn_status frcnn_class_loss_find_wrong_class_cuda(const frcnn_class_range *range, int64_t *at, int64_t *found)
{
    frcnn_stream *stream = frcnn_tensor_stream_get();
    unsigned long long first = 0;
    frcnn_scratch memory;
    *at = range->n;
    if (range->n == 0) return FRCNN_OK;
    FRCNN_TRY(memory.alloc(sizeof first, "loss"));
    FRCNN_TRY(frcnn_cuda_check(cudaMemsetAsync(memory.get<void>(), 0xff, sizeof first, stream->handle), "loss"));
    FRCNN_TRY(FRCNN_LAUNCH(find_first_wrong, frcnn_item_blocks(range->n), FRCNN_ITEM_THREADS, 0, stream->handle, *range,
                           memory.get<unsigned long long>()));
    FRCNN_TRY(frcnn_stream_ops_cuda.download(stream, &first, memory.get<void>(), sizeof first));
    FRCNN_TRY(frcnn_stream_ops_cuda.wait(stream));
    if (first >= (unsigned long long)range->n) return FRCNN_OK;
    FRCNN_TRY(frcnn_stream_ops_cuda.download(stream, found, range->classes + first, sizeof *found));
    FRCNN_TRY(frcnn_stream_ops_cuda.wait(stream));
    *at = (int64_t)first;
    return FRCNN_OK;
}
