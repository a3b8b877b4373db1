/** The natural logarithm in float, in plain operations that a compiler vectorises: the same bits on every instruction
 *  set, within 1 ulp of the true value. */
#ifndef FRCNN_LOG_BODY_H
#define FRCNN_LOG_BODY_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "tensor/body.h"

/** x = m 2^e with m in [sqrt(1/2), sqrt(2)); log x = e ln 2 + log m. With r = m - 1, log m is r - r^2 / 2 + r^3 p(r), p of
 *  degree 7 fitted to the least largest relative error of log m. ln 2 is added in two parts, the first of few enough bits
 *  that its product with e is exact. x is positive and normal, and has been multiplied by 2^scale. */
FRCNN_HD float frcnn_log_scaled(float x, float scale)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    /* From sqrt(1/2) on numbers belong to the next power of two. e is kept where an exponent is: times 2^23. */
    const uint32_t exponent = (bits - 0x3f3504f3u) & 0xff800000u;
    const float e = (float)(int32_t)exponent - 0x1p23f * scale;
    const uint32_t m_bits = bits - exponent;
    float m;
    memcpy(&m, &m_bits, sizeof m);
    const float r = m - 1.0f;
    float y = -7.63448924e-2f;
    y = fmaf(y, r, 1.27615735e-1f);
    y = fmaf(y, r, -1.31601840e-1f);
    y = fmaf(y, r, 1.42017588e-1f);
    y = fmaf(y, r, -1.66233569e-1f);
    y = fmaf(y, r, 2.00012267e-1f);
    y = fmaf(y, r, -2.50008196e-1f);
    y = fmaf(y, r, 3.33333313e-1f);
    y = fmaf(y, r, -0.5f);
    y = fmaf(y, r * r, r);
    y = fmaf(e, -2.12194440e-4f * 0x1p-23f, y);
    return fmaf(e, 0.693359375f * 0x1p-23f, y);
}

/** Subnormal numbers are scaled up first. 0 gives -infinity; below it, NaN. */
FRCNN_HD float frcnn_logf(float x)
{
    const int is_tiny = x < 1.17549435e-38f;
    const float finite = frcnn_log_scaled(x * (is_tiny ? 8388608.0f : 1.0f), is_tiny ? 23.0f : 0.0f);
    const float below = x > 0.0f ? finite : (x == 0.0f ? -INFINITY : NAN);
    return x == INFINITY ? x : below;
}

/** frcnn_logf_fast will do where this is at most FRCNN_LOG_FAST: x is positive, normal and finite. */
#define FRCNN_LOG_FAST 0x7effffffu
FRCNN_HD uint32_t frcnn_log_rate(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits - 0x00800000u;
}

/** The same bits as frcnn_logf for what is fast. */
FRCNN_HD float frcnn_logf_fast(float x)
{
    return frcnn_log_scaled(x, 0.0f);
}

#endif
