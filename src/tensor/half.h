/** The 16-bit floats as bits: IEEE half (f16: 5 exponent, 10 fraction bits) and bfloat16 (the upper half of an f32).
 *  Widening is exact. Narrowing rounds to nearest, ties to even; what is too large becomes infinity; a NaN stays a NaN
 *  of the same sign with the upper bits of its payload, quiet where an f16 is read or anything written: as x86's instructions do. */
#ifndef FRCNN_HALF_H
#define FRCNN_HALF_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "tensor/body.h"

FRCNN_HD uint32_t frcnn_f32_to_bits(float value)
{
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

FRCNN_HD float frcnn_f32_from_bits(uint32_t bits)
{
    float value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Selections, not branches: loops over halves vectorise. */
FRCNN_HD float frcnn_f16_to_f32(uint16_t narrow)
{
    const uint32_t sign = (uint32_t)(narrow & 0x8000u) << 16;
    const uint32_t magnitude = narrow & 0x7fffu;
    const uint32_t rebias = magnitude >= 0x7c00u ? 224u << 23 : 112u << 23;
    const uint32_t subnormal = frcnn_f32_to_bits((float)(int32_t)magnitude * 0x1p-24f);
    const uint32_t quiet = magnitude > 0x7c00u ? 0x00400000u : 0u;
    return frcnn_f32_from_bits(sign | quiet | (magnitude < 0x400u ? subnormal : (magnitude << 13) + rebias));
}

FRCNN_HD uint16_t frcnn_f32_to_f16(float value)
{
    const uint32_t bits = frcnn_f32_to_bits(value);
    const uint32_t sign = bits >> 16 & 0x8000u;
    const uint32_t magnitude = bits & 0x7fffffffu;
    const uint32_t rebiased = magnitude - (112u << 23);
    const uint32_t normal = (rebiased + 0xfffu + (rebiased >> 13 & 1u)) >> 13;
    /* The last bit of numbers from 1/2 on is worth as much as that of the subnormal halves: the sum rounds to it. */
    const uint32_t subnormal = frcnn_f32_to_bits(frcnn_f32_from_bits(magnitude) + 0.5f) - 0x3f000000u;
    const uint32_t nan = 0x7e00u | (magnitude >> 13 & 0x3ffu);
    uint32_t narrow = magnitude < 0x38800000u ? subnormal : normal;
    narrow = magnitude >= 0x477ff000u ? 0x7c00u : narrow; /* 65520 and more */
    narrow = magnitude > 0x7f800000u ? nan : narrow;
    return (uint16_t)(sign | narrow);
}

FRCNN_HD float frcnn_bf16_to_f32(uint16_t brain)
{
    return frcnn_f32_from_bits((uint32_t)brain << 16);
}

FRCNN_HD uint16_t frcnn_f32_to_bf16(float value)
{
    const uint32_t bits = frcnn_f32_to_bits(value);
    const uint32_t rounded = (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
    return (uint16_t)((bits & 0x7fffffffu) > 0x7f800000u ? bits >> 16 | 0x40u : rounded);
}

/** The f32 next to a double toward zero, with its last bit set where the double lies between two f32: a further
 *  rounding to 16 bits then gives what rounding the double once would. */
FRCNN_HD float frcnn_f64_to_f32_odd(double value)
{
    const float nearest = (float)value;
    if ((double)nearest == value || value != value) return nearest;
    uint32_t bits = frcnn_f32_to_bits(nearest);
    if (fabs((double)nearest) > fabs(value)) bits -= 1;
    return frcnn_f32_from_bits(bits | 1u);
}

#endif
