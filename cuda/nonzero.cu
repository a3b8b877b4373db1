#include "kernel.h"

#include "hit_blocks.h"
#include "moved_words.h"
#include "tensor_index.h"
#include "tensor_memory.h"

struct coordinate_sink {
    frcnn_nonzero nonzero;
    FRCNN_DEVICE void take(const coordinate_sink &self, int64_t hit, int64_t at)
    {
        int64_t *dst = self.nonzero.dst + hit * self.nonzero.n_dims;
        for (int d = self.nonzero.n_dims - 1; d >= 0; d--) {
            dst[d] = at % self.nonzero.shape[d];
            at /= self.nonzero.shape[d];
        }
    }
};

template <typename Word> FRCNN_KERNEL(FRCNN_HIT_THREADS) find_coordinates(Word kept, coordinate_sink sink)
{
    FRCNN_SHARED int counts[FRCNN_HIT_WARPS];
    frcnn_hit_walk(kept, sink.nonzero.n_elements, static_cast<const Word *>(sink.nonzero.src),
                   sink.nonzero.starts[blockIdx.x], counts, sink);
}

template <typename Word> static frcnn_status run(const frcnn_nonzero *nonzero, unsigned n_blocks)
{
    const coordinate_sink sink = {*nonzero};
    return FRCNN_LAUNCH((find_coordinates<Word>), n_blocks, FRCNN_HIT_THREADS, 0, frcnn_tensor_stream_get()->handle,
                        (Word)frcnn_hits_get_kept(nonzero->dtype), sink);
}

frcnn_status frcnn_nonzero_cuda(const frcnn_nonzero *nonzero)
{
    const unsigned n_blocks = (unsigned)frcnn_hits_get_n_blocks(nonzero->n_elements);
    if (nonzero->n_dims == 0 || n_blocks == 0) return FRCNN_OK;
    FRCNN_WORD_DISPATCH(frcnn_dtype_get_size(nonzero->dtype), return run<Word>(nonzero, n_blocks));
}
