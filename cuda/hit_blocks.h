/** Elements that are not zero, as a block of threads finds those of FRCNN_HITS_BLOCK elements. Each warp has a stretch of
 *  them; which of 32 are hits is one word. */
#ifndef FRCNN_HIT_BLOCKS_H
#define FRCNN_HIT_BLOCKS_H

#include "kernel.h"

extern "C" {
#include "tensor/index/hits.h"
}

enum {
    FRCNN_HIT_THREADS = 256,
    FRCNN_HIT_WARPS = FRCNN_HIT_THREADS / 32,
    FRCNN_HIT_STRETCH = FRCNN_HITS_BLOCK / FRCNN_HIT_WARPS
};

/** Bit i: element at + i is a hit. kept are the bits that tell. All threads of the warp call this. */
template <typename Word> FRCNN_DEVICE unsigned frcnn_hit_word(Word kept, int64_t n, const Word *src, int64_t at)
{
    const int64_t own = at + (int)threadIdx.x % 32;
    return __ballot_sync(0xffffffffu, own < n && (src[own] & kept) != 0);
}

FRCNN_DEVICE int64_t frcnn_hit_get_stretch(void)
{
    return (int64_t)blockIdx.x * FRCNN_HITS_BLOCK + (int)threadIdx.x / 32 * FRCNN_HIT_STRETCH;
}

/** Counts the block's hits, to the first of counts those of the first warp, and so on. All threads of the block call this. */
template <typename Word> FRCNN_DEVICE void frcnn_hit_count(Word kept, int64_t n, const Word *src, int *counts)
{
    const int64_t stretch = frcnn_hit_get_stretch();
    int n_hits = 0;
    for (int i = 0; i < FRCNN_HIT_STRETCH; i += 32) n_hits += __popc(frcnn_hit_word(kept, n, src, stretch + i));
    if (threadIdx.x % 32 == 0) counts[threadIdx.x / 32] = n_hits;
    __syncthreads();
}

/** Hands every hit of the block to Sink::take(sink, hit, at): which hit of all, and which element it is. */
template <typename Word, class Sink>
FRCNN_DEVICE void frcnn_hit_walk(Word kept, int64_t n, const Word *src, int64_t start, int *counts, const Sink &sink)
{
    const int warp = (int)threadIdx.x / 32;
    const int lane = (int)threadIdx.x % 32;
    const int64_t stretch = frcnn_hit_get_stretch();
    frcnn_hit_count(kept, n, src, counts);
    for (int i = 0; i < warp; i++) start += counts[i];
    for (int i = 0; i < FRCNN_HIT_STRETCH; i += 32) {
        const unsigned hits = frcnn_hit_word(kept, n, src, stretch + i);
        if ((hits >> lane & 1u) != 0) Sink::take(sink, start + __popc(hits & ((1u << lane) - 1u)), stretch + i + lane);
        start += __popc(hits);
    }
}

#endif
