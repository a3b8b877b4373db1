/** e^x in float, in plain operations that a compiler vectorises: the same bits on every instruction set, within 1 ulp of the
 *  true value. libm's expf is a call for each element, and differs from one libm to another. */
#ifndef FRCNN_EXP_BODY_H
#define FRCNN_EXP_BODY_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "tensor/body.h"

FRCNN_HD float frcnn_exp_from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/** x = n ln 2 + r with n whole and |r| <= ln(2) / 2; then e^x = 2^n e^r (Cody and Waite 1980). e^r is 1 + r + r^2 q(r), of
 *  which all but the 1 is returned, with q of degree 4 fitted to the least largest relative error. ln 2 is taken off in two
 *  parts, the first of few enough bits that its product with n is exact. |x| is small enough for n to be an exponent or
 *  two; *power is n in two's complement. */
FRCNN_HD float frcnn_exp_split_less_1(float x, uint32_t *power)
{
    const float magic = 12582912.0f; /* 1.5 * 2^23: the sum's lowest bit is worth 1 */
    const float shifted = fmaf(x, 1.44269504f, magic);
    const float n = shifted - magic;
    const float r = fmaf(n, 2.12194440e-4f, fmaf(n, -0.693359375f, x));
    uint32_t bits;
    float q = 1.38145394e-3f;
    memcpy(&bits, &shifted, sizeof bits);
    *power = bits - 0x4b400000u;
    q = fmaf(q, r, 8.36874545e-3f);
    q = fmaf(q, r, 4.16683890e-2f);
    q = fmaf(q, r, 1.66665211e-1f);
    q = fmaf(q, r, 4.99999940e-1f);
    return fmaf(r * r, q, r);
}

/** 2^n is multiplied on in two halves, so that results below the smallest normal number round once. NaN gives NaN, -infinity
 *  0; what is too large becomes infinity. */
FRCNN_HD float frcnn_expf(float x)
{
    const float low = x < -104.0f ? -104.0f : x;
    const float bounded = low > 89.0f ? 89.0f : low;
    uint32_t power;
    const float fraction = 1.0f + frcnn_exp_split_less_1(bounded, &power);
    const uint32_t lower = (uint32_t)((int32_t)power >> 1);
    return fraction * frcnn_exp_from_bits((lower + 127u) << 23) * frcnn_exp_from_bits((power - lower + 127u) << 23);
}

/** frcnn_expf_fast will do where this is at most FRCNN_EXP_FAST: |x| <= 87, so that neither e^x nor 2^n leaves the normal
 *  numbers. */
#define FRCNN_EXP_FAST 0x42ae0000u
FRCNN_HD uint32_t frcnn_exp_rate(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits & 0x7fffffffu;
}

/** The same bits as frcnn_expf for what is fast: n is added to the exponent. */
FRCNN_HD float frcnn_expf_fast(float x)
{
    uint32_t power;
    uint32_t bits;
    const float fraction = 1.0f + frcnn_exp_split_less_1(x, &power);
    memcpy(&bits, &fraction, sizeof bits);
    return frcnn_exp_from_bits(bits + (power << 23));
}

/** e^x for x of 0 or less, in fewer steps: below -87, where the result leaves the normal numbers, it is 0. NaN gives NaN. */
FRCNN_HD float frcnn_expf_of_negative(float x)
{
    uint32_t power;
    const float fraction = 1.0f + frcnn_exp_split_less_1(x < -87.0f ? -87.0f : x, &power);
    const float result = fraction * frcnn_exp_from_bits((power + 127u) << 23);
    return x < -87.0f ? 0.0f : result;
}

#endif
