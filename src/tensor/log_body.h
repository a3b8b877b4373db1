/** The natural logarithm in float, in plain operations that a compiler vectorises: the same bits on every instruction
 *  set, within 1 ulp of the true value. */
#ifndef FRCNN_LOG_BODY_H
#define FRCNN_LOG_BODY_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "tensor/body.h"

/** x = m 2^e with m in [sqrt(1/2), sqrt(2)); log x = e ln 2 + log m, and log m by the polynomial of Moshier's Cephes library
 *  in m - 1. ln 2 is added in two parts, the first of few enough bits that its product with e is exact. Subnormal numbers
 *  are scaled up first. 0 gives -infinity; below it, NaN. */
FRCNN_HD float frcnn_logf(float x)
{
    const int is_tiny = x < 1.17549435e-38f;
    const float scaled = x * (is_tiny ? 8388608.0f : 1.0f);
    uint32_t bits;
    memcpy(&bits, &scaled, sizeof bits);
    const uint32_t shifted = bits - 0x3f3504f3u; /* sqrt(1/2): what is above it belongs to the next power of two */
    const float e = (float)((int32_t)shifted >> 23) - (is_tiny ? 23.0f : 0.0f);
    const uint32_t m_bits = (shifted & 0x007fffffu) + 0x3f3504f3u;
    float m;
    memcpy(&m, &m_bits, sizeof m);
    const float r = m - 1.0f;
    const float z = r * r;
    float y = 7.0376836292e-2f;
    y = fmaf(y, r, -1.1514610310e-1f);
    y = fmaf(y, r, 1.1676998740e-1f);
    y = fmaf(y, r, -1.2420140846e-1f);
    y = fmaf(y, r, 1.4249322787e-1f);
    y = fmaf(y, r, -1.6668057665e-1f);
    y = fmaf(y, r, 2.0000714765e-1f);
    y = fmaf(y, r, -2.4999993993e-1f);
    y = fmaf(y, r, 3.3333331174e-1f);
    y = y * r * z;
    y = fmaf(e, -2.12194440e-4f, y);
    y = fmaf(-0.5f, z, y);
    const float finite = fmaf(e, 0.693359375f, r + y);
    const float below = x > 0.0f ? finite : (x == 0.0f ? -INFINITY : NAN);
    return x == INFINITY ? x : below;
}

#endif
