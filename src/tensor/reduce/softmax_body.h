/** Softmax of one run of values. */
#ifndef FRCNN_SOFTMAX_BODY_H
#define FRCNN_SOFTMAX_BODY_H

#include <math.h>
#include <stdint.h>

#include "tensor/body.h"

/** n >= 1 values that lie stride apart, from src to dst, which may be src. */
FRCNN_HD void frcnn_softmax_run(const float *src, int64_t n, int64_t stride, float *dst)
{
    float largest = src[0];
    float sum = 0.0f;
    int64_t i;
    for (i = 1; i < n; i++)
        if (src[i * stride] > largest) largest = src[i * stride];
    for (i = 0; i < n; i++) {
        const float power = expf(src[i * stride] - largest);
        dst[i * stride] = power;
        sum += power;
    }
    for (i = 0; i < n; i++) dst[i * stride] /= sum;
}

#endif
