/** Greedy NMS within 64 boxes that stand in order of score: what one word of bits covers. */
#ifndef FRCNN_NMS_CHUNK_H
#define FRCNN_NMS_CHUNK_H

#include "kernel.h"

extern "C" {
#include "rpn/iou_body.h"
}

enum { FRCNN_NMS_CHUNK = 64 };

/** One bit for each of 64 boxes. */
typedef unsigned long long frcnn_nms_word;

FRCNN_DEVICE float frcnn_nms_get_iou(const float4 &a, const float4 &b)
{
    return frcnn_box_get_iou(a.x, a.y, a.z, a.w, frcnn_box_get_area(a.x, a.y, a.z, a.w), b.x, b.y, b.z, b.w,
                             frcnn_box_get_area(b.x, b.y, b.z, b.w));
}

/** The first n boxes of a chunk; all from 64 on. */
FRCNN_DEVICE frcnn_nms_word frcnn_nms_first(int64_t n)
{
    return n >= FRCNN_NMS_CHUNK ? ~(frcnn_nms_word)0 : ((frcnn_nms_word)1 << n) - 1;
}

/** Called by a whole warp with the same alive. Returns which boxes of it are kept: those that overlap no kept box before
 *  them. before_low has the boxes before box lane that overlap it, before_high those before box lane + 32.
 *  A box that overlaps no box left open before it is decided, so most chunks take few rounds. */
FRCNN_DEVICE frcnn_nms_word frcnn_nms_resolve(frcnn_nms_word before_low, frcnn_nms_word before_high,
                                              frcnn_nms_word alive)
{
    const frcnn_nms_word low = (frcnn_nms_word)1 << (threadIdx.x % 32), high = low << 32;
    frcnn_nms_word open = alive, kept = 0;
    while (open != 0) {
        const bool is_low_kept = (open & low) != 0 && (before_low & (kept | open)) == 0;
        const bool is_high_kept = (open & high) != 0 && (before_high & (kept | open)) == 0;
        const frcnn_nms_word kept_now =
            (frcnn_nms_word)__ballot_sync(0xffffffffu, is_high_kept) << 32 | __ballot_sync(0xffffffffu, is_low_kept);
        const frcnn_nms_word dropped_now = (frcnn_nms_word)__ballot_sync(0xffffffffu, (before_high & kept) != 0) << 32 |
                                           __ballot_sync(0xffffffffu, (before_low & kept) != 0);
        kept |= kept_now;
        open &= ~(kept_now | dropped_now);
    }
    return kept;
}

/** How many boxes of the word stand before box i. */
FRCNN_DEVICE int frcnn_nms_count_before(frcnn_nms_word word, int i)
{
    return __popcll(word & (((frcnn_nms_word)1 << i) - 1));
}

/** The first n boxes of the word, all where it has no more. */
FRCNN_DEVICE frcnn_nms_word frcnn_nms_keep_first(frcnn_nms_word word, int64_t n)
{
    while (__popcll(word) > n) word &= ~((frcnn_nms_word)1 << (63 - __clzll((long long)word)));
    return word;
}

#endif
