/** The hyperbolic tangent in float, in plain operations that a compiler vectorises: the same bits on every instruction
 *  set, within 2 ulp of the true value. */
#ifndef FRCNN_TANH_BODY_H
#define FRCNN_TANH_BODY_H

#include "tensor/exp_body.h"

/** Near 0 the polynomial of Moshier's Cephes library in x^2; from 0.625 on 1 - 2 / (e^(2|x|) + 1) with x's sign,
 *  which is 1 from 10 on. */
FRCNN_HD float frcnn_tanhf(float x)
{
    const float size = x < 0.0f ? -x : x;
    const float z = x * x;
    float y = -5.70498872745e-3f;
    y = fmaf(y, z, 2.06390887954e-2f);
    y = fmaf(y, z, -5.37397155531e-2f);
    y = fmaf(y, z, 1.33314422036e-1f);
    y = fmaf(y, z, -3.33332819422e-1f);
    const float near = fmaf(y * z, x, x);
    uint32_t power;
    const float fraction = frcnn_exp_split(size > 10.0f ? 20.0f : 2.0f * size, &power);
    const float far = 1.0f - 2.0f / (fraction * frcnn_exp_from_bits((power + 127u) << 23) + 1.0f);
    return size < 0.625f ? near : (x < 0.0f ? -far : far);
}

#endif
