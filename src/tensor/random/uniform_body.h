/** One uniform number from the generator's words. A result that rounding brought to high is low. */
#ifndef FRCNN_UNIFORM_BODY_H
#define FRCNN_UNIFORM_BODY_H

#include <math.h>
#include <stdint.h>

#include "tensor/body.h"
#include "tensor/half.h"

/** [0, 1) from the lower 24 bits of one word. */
FRCNN_HD float frcnn_uniform_unit_f32_at(uint32_t word)
{
    return (float)(int32_t)(word & UINT32_C(0xffffff)) * 0x1p-24f;
}

/** [0, 1) from the lower 53 bits of two words. */
FRCNN_HD double frcnn_uniform_unit_f64_at(uint32_t upper, uint32_t lower)
{
    const uint64_t both = (uint64_t)upper << 32 | lower;
    return (double)(int64_t)(both & ((UINT64_C(1) << 53) - 1)) * 0x1p-53;
}

/** range is high - low. */
FRCNN_HD float frcnn_uniform_f32_at(uint32_t word, float low, float range, float high)
{
    const float value = fmaf(frcnn_uniform_unit_f32_at(word), range, low);
    return value == high ? low : value;
}

FRCNN_HD double frcnn_uniform_f64_at(uint32_t upper, uint32_t lower, double low, double range, double high)
{
    const double value = fma(frcnn_uniform_unit_f64_at(upper, lower), range, low);
    return value == high ? low : value;
}

/** 16-bit floats compare with high after their own rounding, of whatever sign a zero has. */
#define FRCNN_DEFINE_UNIFORM_HALF(dtype)                                                                               \
    FRCNN_HD uint16_t frcnn_uniform_##dtype##_at(uint32_t word, float low, float high)                                 \
    {                                                                                                                  \
        const uint16_t last = frcnn_f32_to_##dtype(high);                                                              \
        const float value = fmaf(frcnn_uniform_unit_f32_at(word), high - low, low);                                    \
        const uint16_t rounded = frcnn_f32_to_##dtype(value);                                                          \
        return rounded == last || ((rounded | last) & 0x7fff) == 0 ? frcnn_f32_to_##dtype(low) : rounded;              \
    }

FRCNN_DEFINE_UNIFORM_HALF(f16)
FRCNN_DEFINE_UNIFORM_HALF(bf16)

#endif
