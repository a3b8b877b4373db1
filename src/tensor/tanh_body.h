/** The hyperbolic tangent in float, in plain operations that a compiler vectorises: the same bits on every instruction
 *  set, within 2 ulp of the true value. */
#ifndef FRCNN_TANH_BODY_H
#define FRCNN_TANH_BODY_H

#include "tensor/exp_body.h"

/** Below 0.35 a polynomial in x^2, fitted to the least largest relative error. From there on m / (m + 2) with x's sign, where
 *  m = e^(2|x|) - 1 = 2^n (e^r - 1) + (2^n - 1), split as in exp_body.h; it is 1 from 10 on. */
FRCNN_HD float frcnn_tanhf(float x)
{
    const float z = x * x;
    float y = 1.94253664e-2f;
    y = fmaf(y, z, -5.37236743e-2f);
    y = fmaf(y, z, 1.33323565e-1f);
    y = fmaf(y, z, -3.33333224e-1f);
    const float near = fmaf(y * z, x, x);
    const float size = fabsf(x);
    uint32_t power;
    const float rest = frcnn_exp_split_less_1(size > 10.0f ? 20.0f : 2.0f * size, &power);
    const float scale = frcnn_exp_from_bits((power + 127u) << 23);
    const float m = fmaf(rest, scale, scale - 1.0f);
    return size < 0.35f ? near : copysignf(m / (m + 2.0f), x);
}

#endif
