#include "kernel.h"

#include "hit_blocks.h"
#include "moved_words.h"
#include "tensor_index.h"
#include "tensor_memory.h"

template <typename Word> struct element_sink {
    const Word *src;
    Word *dst;
    FRCNN_DEVICE void take(const element_sink &self, int64_t hit, int64_t at) { self.dst[hit] = self.src[at]; }
};

template <typename Word>
FRCNN_KERNEL(FRCNN_HIT_THREADS)
select_elements(int64_t n, const uint8_t *mask, const int64_t *starts, const Word *src, Word *dst)
{
    FRCNN_SHARED int counts[FRCNN_HIT_WARPS];
    const element_sink<Word> sink = {src, dst};
    frcnn_hit_walk((uint8_t)UINT8_MAX, n, mask, starts[blockIdx.x], counts, sink);
}

frcnn_status frcnn_masked_select_cuda(const frcnn_masked_select *select)
{
    const int64_t n_blocks = frcnn_hits_get_n_blocks(select->n_elements);
    if (n_blocks == 0) return FRCNN_OK;
    FRCNN_WORD_DISPATCH(select->element_bytes,
                        return FRCNN_LAUNCH((select_elements<Word>), (unsigned)n_blocks, FRCNN_HIT_THREADS, 0,
                                            frcnn_tensor_stream_get()->handle, select->n_elements, select->mask,
                                            select->starts, static_cast<const Word *>(select->src),
                                            static_cast<Word *>(select->dst)));
}
