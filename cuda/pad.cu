#include "kernel.h"

#include "item_grid.h"
#include "moved_words.h"
#include "tensor_layers.h"
#include "tensor_memory.h"

extern "C" {
#include "tensor/layers/pad_body.h"
}

/* A position along dim, the last one that is padded, is block words. */
template <typename Word>
FRCNN_KERNEL(FRCNN_ITEM_THREADS)
pad_words(frcnn_pad_run run, int dim, int64_t block, Word value, int64_t n_words)
{
    const Word *src = reinterpret_cast<const Word *>(run.src);
    Word *dst = reinterpret_cast<Word *>(run.dst);
    for (int64_t i = frcnn_item_first(); i < n_words; i += frcnn_item_step()) {
        const int64_t at = i / block;
        const int64_t row = frcnn_pad_get_source_row(&run, dim, at / run.out[dim]);
        const int64_t from = frcnn_pad_get_source(run.mode, at % run.out[dim], run.before[dim], run.in[dim]);
        dst[i] = row < 0 || from < 0 ? value : src[(row * run.in[dim] + from) * block + i % block];
    }
}

template <typename Word>
static frcnn_status launch(const frcnn_pad_run *run, int dim, int64_t block_bytes, int64_t n_positions)
{
    const int64_t block = block_bytes / (int64_t)sizeof(Word);
    Word value;
    for (size_t i = 0; i < sizeof value; i += run->element_bytes)
        memcpy(reinterpret_cast<unsigned char *>(&value) + i, run->value, run->element_bytes);
    return FRCNN_LAUNCH((pad_words<Word>), frcnn_item_blocks(n_positions * block), FRCNN_ITEM_THREADS, 0,
                        frcnn_tensor_stream_get()->handle, *run, dim, block, value, n_positions * block);
}

frcnn_status frcnn_pad_cuda(const frcnn_pad_run *run)
{
    const int dim = frcnn_pad_get_last_dim(run);
    int64_t n_positions = 1;
    int64_t block_bytes = (int64_t)run->element_bytes;
    for (int d = 0; d <= dim; d++) n_positions *= run->out[d];
    for (int d = dim + 1; d < run->n_dims; d++) block_bytes *= run->in[d];
    if (n_positions == 0 || block_bytes == 0) return FRCNN_OK;
    FRCNN_WIDE_WORD_DISPATCH(frcnn_word_bytes(block_bytes, run->src, run->dst),
                             return launch<Word>(run, dim, block_bytes, n_positions));
}
