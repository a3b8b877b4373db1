/** The loss of one element of input and target. */
#ifndef FRCNN_PAIR_LOSS_BODY_H
#define FRCNN_PAIR_LOSS_BODY_H

#include <math.h>

#include "tensor/body.h"
#include "tensor/exp_body.h"

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

FRCNN_DEFINE_PAIR_LOSS(f32, float, fabsf, frcnn_expf, log1pf)
FRCNN_DEFINE_PAIR_LOSS(f64, double, fabs, exp, log1p)

#endif
