/** One order of scores for every backend: unsigned 64-bit keys, [inverted ordered score bits | index]. */
#ifndef FRCNN_SCORE_KEY_BODY_H
#define FRCNN_SCORE_KEY_BODY_H

#include <stdint.h>

#include "tensor/body.h"

/** The key of a score: keys ascend as scores descend. NaN comes before all numbers; -0 equals 0, and all NaN equal each
 *  other; among equal scores the lower index comes first. */
FRCNN_HD uint64_t frcnn_score_key(float score, uint32_t index)
{
    union {
        float value;
        uint32_t bits;
    } word;
    uint32_t ordered;
    word.value = score + 0.0f; /* -0 + 0 is 0 */
    ordered = (word.bits & 0x80000000u) != 0 ? ~word.bits : word.bits | 0x80000000u;
    if (score != score) ordered = 0xffffffffu;
    return (uint64_t)(~ordered) << 32 | index;
}

/** The score that a key was made of; of -0 and 0 the latter, and one NaN for all. */
FRCNN_HD float frcnn_score_key_get_score(uint64_t key)
{
    const uint32_t ordered = ~(uint32_t)(key >> 32);
    union {
        float value;
        uint32_t bits;
    } word;
    word.bits = (ordered & 0x80000000u) != 0 ? ordered & 0x7fffffffu : ~ordered;
    return word.value;
}

/** The index that a key holds. */
FRCNN_HD uint32_t frcnn_score_key_get_index(uint64_t key)
{
    return (uint32_t)(key & 0xffffffffu);
}

#endif
