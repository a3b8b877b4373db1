/** Two normal numbers from two uniform ones (Box and Muller 1958). */
#ifndef FRCNN_RANDN_BODY_H
#define FRCNN_RANDN_BODY_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "tensor/body.h"

/** The f32 logarithm of value in [2^-24, 1], and sine and cosine of an angle in [0, 2 pi], by the polynomials of Cephes in
 *  the order of steps that gives PyTorch's bits. */
FRCNN_HD float frcnn_randn_log(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint32_t fraction_bits = (bits & UINT32_C(0x7fffff)) | UINT32_C(0x3f000000);
    float m;
    memcpy(&m, &fraction_bits, sizeof m);
    const int is_low = m < 0.7071067811865475f;
    const float e = (float)((int32_t)(bits >> 23) - 126 - is_low);
    const float x = (m - 1.0f) + (is_low ? m : 0.0f);
    const float z = x * x;
    float y = 7.0376836292e-2f;
    y = fmaf(y, x, -1.1514610310e-1f);
    y = fmaf(y, x, 1.1676998740e-1f);
    y = fmaf(y, x, -1.2420140846e-1f);
    y = fmaf(y, x, 1.4249322787e-1f);
    y = fmaf(y, x, -1.6668057665e-1f);
    y = fmaf(y, x, 2.0000714765e-1f);
    y = fmaf(y, x, -2.4999993993e-1f);
    y = fmaf(y, x, 3.3333331174e-1f);
    y = y * x;
    y = fmaf(y, z, e * -2.12194440e-4f);
    y = fmaf(-z, 0.5f, y);
    return fmaf(e, 0.693359375f, x + y);
}

/* value, or -value where flip is 4 */
FRCNN_HD float frcnn_randn_flip(float value, uint32_t flip)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits ^= flip << 29;
    memcpy(&value, &bits, sizeof value);
    return value;
}

FRCNN_HD void frcnn_randn_sincos(float angle, float *sine, float *cosine)
{
    const uint32_t octant = (uint32_t)((int32_t)(angle * 1.27323954473516f) + 1) & ~UINT32_C(1);
    const float k = (float)(int32_t)octant;
    float x = fmaf(k, -0.78515625f, angle);
    x = fmaf(k, -2.4187564849853515625e-4f, x);
    x = fmaf(k, -3.77489497744594108e-8f, x);
    const float z = x * x;
    float p = fmaf(2.443315711809948e-5f, z, -1.388731625493765e-3f);
    p = fmaf(p, z, 4.166664568298827e-2f);
    p = fmaf(p * z, z, -(z * 0.5f)) + 1.0f;
    float q = fmaf(-1.9515295891e-4f, z, 8.3321608736e-3f);
    q = fmaf(q, z, -1.6666654611e-1f) * z;
    q = fmaf(q, x, x);
    const int is_swapped = (octant & 2u) != 0;
    *sine = frcnn_randn_flip(is_swapped ? p : q, octant & 4u);
    *cosine = frcnn_randn_flip(is_swapped ? q : p, ~(octant - 2u) & 4u);
}

/** u, v in [0, 1) become two normal numbers; + 0 makes a -0 positive. */
FRCNN_HD void frcnn_randn_pair_f32(float *u, float *v)
{
    const float radius = sqrtf(-2.0f * frcnn_randn_log(1.0f - *u));
    float sine;
    float cosine;
    frcnn_randn_sincos(6.283185307179586f * *v, &sine, &cosine);
    *u = radius * cosine + 0.0f;
    *v = radius * sine + 0.0f;
}

/** The same in f64, by the C library. */
FRCNN_HD void frcnn_randn_pair_f64(double *u, double *v)
{
    const double radius = sqrt(-2.0 * log(1.0 - *u));
    const double angle = 6.283185307179586 * *v;
    *u = radius * cos(angle) + 0.0;
    *v = radius * sin(angle) + 0.0;
}

#endif
