/** What an elementwise function makes of one value. NaN passes through: comparisons, not fminf and fmaxf, which drop it. */
#ifndef FRCNN_ELEMENTWISE_BODY_H
#define FRCNN_ELEMENTWISE_BODY_H

#include <math.h>

#include "tensor/body.h"

FRCNN_HD float frcnn_relu_at(float x)
{
    return x < 0.0f ? 0.0f : x;
}

FRCNN_HD float frcnn_relu6_at(float x)
{
    const float positive = x < 0.0f ? 0.0f : x;
    return positive > 6.0f ? 6.0f : positive;
}

/** x * min(max(x + 3, 0), 6) / 6, from left to right. */
FRCNN_HD float frcnn_hardswish_at(float x)
{
    return x * frcnn_relu6_at(x + 3.0f) / 6.0f;
}

/** min(max(x + 3, 0), 6) / 6 */
FRCNN_HD float frcnn_hardsigmoid_at(float x)
{
    return frcnn_relu6_at(x + 3.0f) / 6.0f;
}

FRCNN_HD float frcnn_sigmoid_at(float x)
{
    return 1.0f / (1.0f + expf(-x));
}

#endif
