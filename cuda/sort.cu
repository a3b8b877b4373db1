/* All rows are sorted at once. Where row, value and index fit into one key of 64 bits, that is what is sorted; else items are
   sorted by value, with where they lie, and then by row. */
#include "kernel.h"

#include "item_grid.h"
#include "moved_words.h"
#include "tensor_index.h"
#include "tensor_memory.h"

extern "C" {
#include "list_stages.h"
#include "tensor/index/order.h"
}

/* What is sorted: rows as frcnn_rows has them, and how many bits rows, values and indices take. */
typedef struct layout {
    frcnn_rows rows;
    int64_t k;
    frcnn_order order;
    int row_bits, value_bits, index_bits;
} layout;

/* Item i of src as a place in a row. */
typedef struct place {
    int64_t row, index;
} place;

FRCNN_DEVICE place find_place(const frcnn_rows &rows, int64_t n, int64_t i)
{
    const place found = {i / (n * rows.n_inner) * rows.n_inner + i % rows.n_inner, i / rows.n_inner % n};
    return found;
}

template <typename Word>
FRCNN_KERNEL(FRCNN_ITEM_THREADS)
pack_keys(layout l, int64_t n_items, const Word *src, uint64_t *keys)
{
    for (int64_t i = frcnn_item_first(); i < n_items; i += frcnn_item_step()) {
        const place at = find_place(l.rows, l.rows.n, i);
        const uint64_t value = frcnn_order_key(l.order, src[i]);
        keys[i] = ((uint64_t)at.row << l.value_bits | value) << l.index_bits | (uint64_t)at.index;
    }
}

/* Row after row, as equal keys keep their order. */
template <typename Word>
FRCNN_KERNEL(FRCNN_ITEM_THREADS)
make_items(layout l, int64_t n_items, const Word *src, uint64_t *keys, int64_t *positions)
{
    for (int64_t i = frcnn_item_first(); i < n_items; i += frcnn_item_step()) {
        const place at = find_place(l.rows, l.rows.n, i);
        const int64_t position = at.row * l.rows.n + at.index;
        keys[position] = frcnn_order_key(l.order, src[i]);
        positions[position] = position;
    }
}

FRCNN_KERNEL(FRCNN_ITEM_THREADS)
find_rows(int64_t n, int64_t n_items, const int64_t *positions, uint64_t *keys)
{
    for (int64_t i = frcnn_item_first(); i < n_items; i += frcnn_item_step()) keys[i] = (uint64_t)(positions[i] / n);
}

/* sorted: packed keys, whose lower bits are indices; or positions, as many for each row. */
template <typename Word>
FRCNN_KERNEL(FRCNN_ITEM_THREADS)
write_rows(layout l, int is_packed, int64_t n_results, const uint64_t *sorted, const Word *src, Word *values,
           int64_t *indices)
{
    const uint64_t mask = is_packed ? ((uint64_t)1 << l.index_bits) - 1 : UINT64_MAX;
    for (int64_t i = frcnn_item_first(); i < n_results; i += frcnn_item_step()) {
        const place at = find_place(l.rows, l.k, i);
        const int64_t first = at.row * l.rows.n;
        const int64_t index = (int64_t)(sorted[first + at.index] & mask) - (is_packed ? 0 : first);
        const int64_t start = at.row / l.rows.n_inner * l.rows.n * l.rows.n_inner + at.row % l.rows.n_inner;
        indices[i] = index;
        if (values != nullptr) values[i] = src[start + index * l.rows.n_inner];
    }
}

static int count_bits(uint64_t largest)
{
    int n = 0;
    while (n < 64 && largest >> n != 0) n++;
    return n;
}

static layout get_layout(const frcnn_sort *sort)
{
    const int64_t n_rows = sort->rows.n_outer * sort->rows.n_inner;
    const layout l = {sort->rows,
                      sort->k,
                      frcnn_order_get(sort->dtype, sort->is_descending),
                      count_bits((uint64_t)(n_rows - 1)),
                      8 * (int)frcnn_dtype_get_size(sort->dtype),
                      count_bits((uint64_t)(sort->rows.n - 1))};
    return l;
}

template <typename Word>
static frcnn_status write(const frcnn_sort *sort, const layout &l, int is_packed, const uint64_t *sorted)
{
    const int64_t n_results = sort->rows.n_outer * sort->k * sort->rows.n_inner;
    return FRCNN_LAUNCH((write_rows<Word>), frcnn_item_blocks(n_results), FRCNN_ITEM_THREADS, 0,
                        frcnn_tensor_stream_get()->handle, l, is_packed, n_results, sorted,
                        static_cast<const Word *>(sort->src), static_cast<Word *>(sort->values), sort->indices);
}

template <typename Word> static frcnn_status sort_packed(const frcnn_sort *sort, const layout &l, int64_t n_items)
{
    const cudaStream_t stream = frcnn_tensor_stream_get()->handle;
    const size_t workspace_bytes = frcnn_cuda_sort_get_workspace(n_items);
    frcnn_scratch keys;
    frcnn_scratch sorted;
    frcnn_scratch workspace;
    FRCNN_TRY(keys.alloc((size_t)n_items * sizeof(uint64_t), "sort"));
    FRCNN_TRY(sorted.alloc((size_t)n_items * sizeof(uint64_t), "sort"));
    FRCNN_TRY(workspace.alloc(workspace_bytes, "sort"));
    FRCNN_TRY(FRCNN_LAUNCH((pack_keys<Word>), frcnn_item_blocks(n_items), FRCNN_ITEM_THREADS, 0, stream, l, n_items,
                           static_cast<const Word *>(sort->src), keys.get<uint64_t>()));
    FRCNN_TRY(frcnn_cuda_sort_keys(keys.get<uint64_t>(), nullptr, n_items, l.row_bits + l.value_bits + l.index_bits,
                                   sorted.get<uint64_t>(), nullptr, workspace.get<void>(), workspace_bytes, stream));
    return write<Word>(sort, l, 1, sorted.get<uint64_t>());
}

template <typename Word> static frcnn_status sort_items(const frcnn_sort *sort, const layout &l, int64_t n_items)
{
    const cudaStream_t stream = frcnn_tensor_stream_get()->handle;
    const size_t bytes = (size_t)n_items * sizeof(uint64_t), workspace_bytes = frcnn_cuda_sort_get_workspace(n_items);
    frcnn_scratch keys;
    frcnn_scratch sorted_keys;
    frcnn_scratch positions;
    frcnn_scratch sorted;
    frcnn_scratch workspace;
    FRCNN_TRY(keys.alloc(bytes, "sort"));
    FRCNN_TRY(sorted_keys.alloc(bytes, "sort"));
    FRCNN_TRY(positions.alloc(bytes, "sort"));
    FRCNN_TRY(sorted.alloc(bytes, "sort"));
    FRCNN_TRY(workspace.alloc(workspace_bytes, "sort"));
    FRCNN_TRY(FRCNN_LAUNCH((make_items<Word>), frcnn_item_blocks(n_items), FRCNN_ITEM_THREADS, 0, stream, l, n_items,
                           static_cast<const Word *>(sort->src), keys.get<uint64_t>(), positions.get<int64_t>()));
    FRCNN_TRY(frcnn_cuda_sort_keys(keys.get<uint64_t>(), positions.get<int64_t>(), n_items, l.value_bits,
                                   sorted_keys.get<uint64_t>(), sorted.get<int64_t>(), workspace.get<void>(),
                                   workspace_bytes, stream));
    if (l.row_bits == 0) return write<Word>(sort, l, 0, sorted.get<uint64_t>());
    FRCNN_TRY(FRCNN_LAUNCH(find_rows, frcnn_item_blocks(n_items), FRCNN_ITEM_THREADS, 0, stream, l.rows.n, n_items,
                           static_cast<const int64_t *>(sorted.get<int64_t>()), keys.get<uint64_t>()));
    FRCNN_TRY(frcnn_cuda_sort_keys(keys.get<uint64_t>(), sorted.get<int64_t>(), n_items, l.row_bits,
                                   sorted_keys.get<uint64_t>(), positions.get<int64_t>(), workspace.get<void>(),
                                   workspace_bytes, stream));
    return write<Word>(sort, l, 0, positions.get<uint64_t>());
}

template <typename Word> static frcnn_status run(const frcnn_sort *sort)
{
    const layout l = get_layout(sort);
    const int64_t n_items = sort->rows.n_outer * sort->rows.n * sort->rows.n_inner;
    if (l.value_bits < 64 && l.row_bits + l.value_bits + l.index_bits <= 64) return sort_packed<Word>(sort, l, n_items);
    return sort_items<Word>(sort, l, n_items);
}

frcnn_status frcnn_sort_cuda(const frcnn_sort *sort)
{
    if (sort->rows.n_outer == 0 || sort->rows.n_inner == 0 || sort->k == 0) return FRCNN_OK;
    FRCNN_WORD_DISPATCH(frcnn_dtype_get_size(sort->dtype), return run<Word>(sort));
}
