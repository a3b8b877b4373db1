#include "kernel.h"

#include "item_grid.h"
#include "moved_words.h"
#include "tensor_index.h"
#include "tensor_memory.h"

extern "C" {
#include "list_stages.h"
#include "tensor/index/order.h"
}

/* Where a value in order differs from the one before. */
template <typename Word>
FRCNN_KERNEL(FRCNN_ITEM_THREADS)
flag_starts(frcnn_order order, int64_t n, const Word *src, const int64_t *places, uint8_t *flags)
{
    for (int64_t i = frcnn_item_first(); i < n; i += frcnn_item_step()) {
        const uint64_t key = frcnn_order_key(order, src[places[i]]);
        flags[i] = i == 0 || key != frcnn_order_key(order, src[places[i - 1]]) || frcnn_order_is_nan(order, key);
    }
}

template <typename Word>
FRCNN_KERNEL(FRCNN_ITEM_THREADS)
write_groups(frcnn_unique unique, Word *values, int64_t *counts)
{
    const Word *src = static_cast<const Word *>(unique.src);
    for (int64_t g = frcnn_item_first(); g < unique.n_groups; g += frcnn_item_step()) {
        values[g] = src[unique.order[unique.starts[g]]];
        if (counts != nullptr) counts[g] = unique.starts[g + 1] - unique.starts[g];
    }
}

/* The last group that starts at i or before. */
FRCNN_DEVICE int64_t find_group(const frcnn_unique &unique, int64_t i)
{
    int64_t first = 0;
    int64_t end = unique.n_groups;
    while (end - first > 1) {
        const int64_t middle = first + (end - first) / 2;
        if (unique.starts[middle] <= i)
            first = middle;
        else
            end = middle;
    }
    return first;
}

FRCNN_KERNEL(FRCNN_ITEM_THREADS) write_inverse(frcnn_unique unique, int64_t *inverse)
{
    for (int64_t i = frcnn_item_first(); i < unique.n; i += frcnn_item_step())
        inverse[unique.order[i]] = find_group(unique, i);
}

template <typename Word> static frcnn_status flag(const frcnn_unique *unique, uint8_t *flags)
{
    return FRCNN_LAUNCH((flag_starts<Word>), frcnn_item_blocks(unique->n), FRCNN_ITEM_THREADS, 0,
                        frcnn_tensor_stream_get()->handle, frcnn_order_get(unique->dtype, 0), unique->n,
                        static_cast<const Word *>(unique->src), static_cast<const int64_t *>(unique->order), flags);
}

static frcnn_status flag_any(const frcnn_unique *unique, uint8_t *flags)
{
    FRCNN_WORD_DISPATCH(frcnn_dtype_get_size(unique->dtype), return flag<Word>(unique, flags));
}

/* The positions of flags, which begin groups, to starts. */
static frcnn_status find_starts(frcnn_unique *unique, const uint8_t *flags)
{
    frcnn_stream *stream = frcnn_tensor_stream_get();
    const size_t bytes = frcnn_cuda_select_get_workspace(unique->n);
    int64_t n_groups = 0;
    frcnn_scratch count;
    frcnn_scratch workspace;
    FRCNN_TRY(count.alloc(sizeof n_groups, "unique"));
    FRCNN_TRY(workspace.alloc(bytes, "unique"));
    FRCNN_TRY(frcnn_cuda_select_i64(flags, unique->n, unique->starts, count.get<int64_t>(), workspace.get<void>(),
                                    bytes, stream->handle));
    FRCNN_TRY(frcnn_stream_ops_cuda.download(stream, &n_groups, count.get<int64_t>(), sizeof n_groups));
    FRCNN_TRY(frcnn_stream_ops_cuda.wait(stream));
    unique->n_groups = n_groups;
    return FRCNN_OK;
}

frcnn_status frcnn_unique_find_cuda(frcnn_unique *unique)
{
    const frcnn_sort sort = {{1, unique->n, 1}, unique->n, unique->dtype, 0, unique->src, nullptr, unique->order};
    frcnn_scratch flags;
    unique->n_groups = 0;
    if (unique->n > 0) {
        FRCNN_TRY(flags.alloc((size_t)unique->n, "unique"));
        FRCNN_TRY(frcnn_sort_cuda(&sort));
        FRCNN_TRY(flag_any(unique, flags.get<uint8_t>()));
        FRCNN_TRY(find_starts(unique, flags.get<uint8_t>()));
    }
    return frcnn_stream_ops_cuda.upload(frcnn_tensor_stream_get(), unique->starts + unique->n_groups, &unique->n,
                                        sizeof unique->n);
}

template <typename Word> static frcnn_status write(const frcnn_unique *unique, void *values, int64_t *counts)
{
    return FRCNN_LAUNCH((write_groups<Word>), frcnn_item_blocks(unique->n_groups), FRCNN_ITEM_THREADS, 0,
                        frcnn_tensor_stream_get()->handle, *unique, static_cast<Word *>(values), counts);
}

frcnn_status frcnn_unique_write_cuda(const frcnn_unique *unique, void *values, int64_t *inverse, int64_t *counts)
{
    if (unique->n == 0) return FRCNN_OK;
    FRCNN_WORD_DISPATCH(frcnn_dtype_get_size(unique->dtype), FRCNN_TRY(write<Word>(unique, values, counts)));
    if (inverse == nullptr) return FRCNN_OK;
    return FRCNN_LAUNCH(write_inverse, frcnn_item_blocks(unique->n), FRCNN_ITEM_THREADS, 0,
                        frcnn_tensor_stream_get()->handle, *unique, inverse);
}
