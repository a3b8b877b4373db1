/** What one element of a softmax is made of, in f32 and in f64. */
#ifndef FRCNN_SOFTMAX_BODY_H
#define FRCNN_SOFTMAX_BODY_H

#include <math.h>

#include "tensor/body.h"
#include "tensor/exp_body.h"

FRCNN_HD float frcnn_softmax_power_f32(float value, float largest)
{
    return frcnn_expf_of_negative(value - largest);
}

FRCNN_HD double frcnn_softmax_power_f64(double value, double largest)
{
    return exp(value - largest);
}

#endif
