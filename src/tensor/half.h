/** The 16-bit floats as bits: IEEE half (f16: 5 exponent, 10 fraction bits) and bfloat16 (the upper half of an f32).
 *  Widening is exact. Narrowing rounds to nearest, ties to even; what is too large becomes infinity; a NaN stays a NaN
 *  of the same sign, quiet, with the upper bits of its payload. */
#ifndef FRCNN_HALF_H
#define FRCNN_HALF_H

#include <math.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t frcnn_f32_to_bits(float value)
{
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline float frcnn_f32_from_bits(uint32_t bits)
{
    float value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline float frcnn_f16_to_f32(uint16_t half)
{
    const uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
    const uint32_t exponent = (half >> 10) & 31u;
    const uint32_t fraction = half & 0x3ffu;
    if (exponent == 31) return frcnn_f32_from_bits(sign | 0x7f800000u | fraction << 13);
    if (exponent > 0) return frcnn_f32_from_bits(sign | (exponent + 112) << 23 | fraction << 13);
    const float magnitude = (float)fraction * 0x1p-24f;
    return sign != 0 ? -magnitude : magnitude;
}

/* Drops the low n bits of an integer, rounding to nearest even; 1 <= n <= 31. */
static inline uint32_t frcnn_round_bits(uint32_t bits, int n)
{
    const uint32_t half = 1u << (n - 1);
    return (bits + (half - 1) + (bits >> n & 1u)) >> n;
}

static inline uint16_t frcnn_f32_to_f16(float value)
{
    const uint32_t bits = frcnn_f32_to_bits(value);
    const uint32_t sign = bits >> 16 & 0x8000u;
    const uint32_t magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u) return (uint16_t)(sign | 0x7e00u | (magnitude >> 13 & 0x3ffu));
    if (magnitude >= 0x477ff000u) return (uint16_t)(sign | 0x7c00u); /* 65520 and more */
    if (magnitude >= 0x38800000u) return (uint16_t)(sign | frcnn_round_bits(magnitude - (112u << 23), 13));
    if (magnitude < 0x33000000u) return (uint16_t)sign; /* less than half of the smallest subnormal */
    const uint32_t fraction = (magnitude & 0x7fffffu) | 0x800000u;
    return (uint16_t)(sign | frcnn_round_bits(fraction, 126 - (int)(magnitude >> 23)));
}

static inline float frcnn_bf16_to_f32(uint16_t brain)
{
    return frcnn_f32_from_bits((uint32_t)brain << 16);
}

static inline uint16_t frcnn_f32_to_bf16(float value)
{
    const uint32_t bits = frcnn_f32_to_bits(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u) return (uint16_t)(bits >> 16 | 0x40u);
    return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

/** The f32 next to a double toward zero, with its last bit set where the double lies between two f32: a further
 *  rounding to 16 bits then gives what rounding the double once would. */
static inline float frcnn_f64_to_f32_odd(double value)
{
    const float nearest = (float)value;
    if ((double)nearest == value || value != value) return nearest;
    uint32_t bits = frcnn_f32_to_bits(nearest);
    if (fabs((double)nearest) > fabs(value)) bits -= 1;
    return frcnn_f32_from_bits(bits | 1u);
}

#endif
