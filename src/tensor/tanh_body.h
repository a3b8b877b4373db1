/** The hyperbolic tangent in float, in plain operations that a compiler vectorises: the same bits on every instruction
 *  set, within 2 ulp of the true value. */
#ifndef FRCNN_TANH_BODY_H
#define FRCNN_TANH_BODY_H

#include "tensor/exp_body.h"

/** m / (m + 2) with x's sign, where m = e^(2|x|) - 1 = 2^n (e^r - 1) + (2^n - 1), split as in exp_body.h, so that nothing is
 *  lost near 0; it is 1 from 10 on. */
FRCNN_HD float frcnn_tanhf(float x)
{
    const float size = fabsf(x);
    uint32_t power;
    const float rest = frcnn_exp_split_less_1(size > 10.0f ? 20.0f : 2.0f * size, &power);
    const float scale = frcnn_exp_from_bits((power + 127u) << 23);
    const float m = fmaf(rest, scale, scale - 1.0f);
    return copysignf(m / (m + 2.0f), x);
}

#endif
