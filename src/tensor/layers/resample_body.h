/** Where the taps of linear resampling lie along one side, and what they weigh: PyTorch's arithmetic, in f32 and f64. */
#ifndef FRCNN_RESAMPLE_BODY_H
#define FRCNN_RESAMPLE_BODY_H

#include <math.h>
#include <stdint.h>

#include "tensor/body.h"

/** The input coordinate of output position i, 0 or more. ratio is input per output. */
FRCNN_HD float frcnn_resample_source_f32(int64_t i, float ratio, int align_corners)
{
    const float at = align_corners ? ratio * (float)i : fmaf(ratio, (float)i + 0.5f, -0.5f);
    return at > 0 ? at : 0;
}

FRCNN_HD double frcnn_resample_source_f64(int64_t i, double ratio, int align_corners)
{
    const double at = align_corners ? ratio * (double)i : fma(ratio, (double)i + 0.5, -0.5);
    return at > 0 ? at : 0;
}

/** The triangle filter at a distance from its centre, in units of its half width. */
FRCNN_HD float frcnn_resample_triangle_f32(float distance)
{
    const float x = fabsf(distance);
    return x < 1 ? 1 - x : 0;
}

FRCNN_HD double frcnn_resample_triangle_f64(double distance)
{
    const double x = fabs(distance);
    return x < 1 ? 1 - x : 0;
}

#endif
