#include "kernel.h"

#include "item_grid.h"
#include "moved_words.h"
#include "tensor_index.h"
#include "tensor_memory.h"

/* src [n_outer, n, part] -> dst [n_outer, n_indices, part], in words. */
typedef struct parts {
    int64_t n, n_indices, part;
    const int64_t *indices;
} parts;

template <typename Word>
FRCNN_KERNEL(FRCNN_ITEM_THREADS)
select_words(parts p, int64_t n_words, const Word *src, Word *dst)
{
    for (int64_t i = frcnn_item_first(); i < n_words; i += frcnn_item_step()) {
        const int64_t at = i / p.part;
        const int64_t from = at / p.n_indices * p.n + p.indices[at % p.n_indices];
        dst[i] = src[from * p.part + i % p.part];
    }
}

template <typename Word> static frcnn_status run(const frcnn_index_select *select)
{
    const int64_t part_bytes = select->rows.n_inner * (int64_t)select->element_bytes;
    const parts p = {select->rows.n, select->n_indices, part_bytes / (int64_t)sizeof(Word), select->indices};
    const int64_t n_words = select->rows.n_outer * select->n_indices * p.part;
    return FRCNN_LAUNCH((select_words<Word>), frcnn_item_blocks(n_words), FRCNN_ITEM_THREADS, 0,
                        frcnn_tensor_stream_get()->handle, p, n_words, static_cast<const Word *>(select->src),
                        static_cast<Word *>(select->dst));
}

frcnn_status frcnn_index_select_cuda(const frcnn_index_select *select)
{
    const int64_t part_bytes = select->rows.n_inner * (int64_t)select->element_bytes;
    if (select->rows.n_outer == 0 || select->n_indices == 0 || part_bytes == 0) return FRCNN_OK;
    FRCNN_WIDE_WORD_DISPATCH(frcnn_word_bytes(part_bytes, select->src, select->dst), return run<Word>(select));
}
