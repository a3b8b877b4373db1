/** The loss of one element of input and target. */
#ifndef FRCNN_PAIR_LOSS_BODY_H
#define FRCNN_PAIR_LOSS_BODY_H

#include <math.h>

#include "tensor/body.h"
#include "tensor/exp_body.h"

/** log(1 + a) of a in [0, 1], NaN of NaN, in plain operations that vectorise: 2 atanh(s) with s = a / (2 + a), whose series
 *  in s^2 <= 1/9 is cut short and fitted to the least largest relative error. Within 2 ulp. */
FRCNN_HD float frcnn_log1p_unit(float a)
{
    const float s = a / (2.0f + a);
    const float z = s * s;
    float p = 1.400941163e-1f;
    p = p * z + 1.400026381e-1f;
    p = p * z + 2.001079917e-1f;
    p = p * z + 3.333320618e-1f;
    return 2.0f * (s + s * z * p);
}

#define FRCNN_DEFINE_PAIR_LOSS(suffix, REAL, FABS, EXP, LOG1P)                                                         \
    FRCNN_HD REAL frcnn_mse_loss_##suffix(REAL input, REAL target)                                                     \
    {                                                                                                                  \
        const REAL d = input - target;                                                                                 \
        return d * d;                                                                                                  \
    }                                                                                                                  \
    FRCNN_HD REAL frcnn_l1_loss_##suffix(REAL input, REAL target)                                                      \
    {                                                                                                                  \
        return FABS(input - target);                                                                                   \
    }                                                                                                                  \
    FRCNN_HD REAL frcnn_smooth_l1_loss_##suffix(REAL input, REAL target, REAL beta)                                    \
    {                                                                                                                  \
        const REAL d = FABS(input - target);                                                                           \
        return d < beta ? (REAL)0.5 * d * d / beta : d - (REAL)0.5 * beta;                                             \
    }                                                                                                                  \
    /* log(1 + e^-x) is max(-x, 0) + log1p(e^-|x|). */                                                                 \
    FRCNN_HD REAL frcnn_bce_loss_##suffix(REAL x, REAL y, REAL pos_weight)                                             \
    {                                                                                                                  \
        const REAL below = x < 0 ? -x : (REAL)0;                                                                       \
        return ((REAL)1 - y) * x + ((REAL)1 + (pos_weight - (REAL)1) * y) * (below + LOG1P(EXP(-FABS(x))));            \
    }

FRCNN_DEFINE_PAIR_LOSS(f32, float, fabsf, frcnn_expf, frcnn_log1p_unit)
FRCNN_DEFINE_PAIR_LOSS(f64, double, fabs, exp, log1p)

#endif
