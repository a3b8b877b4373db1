/** One value from one dtype to another, as frcnn_tensor_cast says. */
#ifndef FRCNN_CONVERT_BODY_H
#define FRCNN_CONVERT_BODY_H

#include <stdint.h>

#include "tensor/body.h"
#include "tensor/half.h"

/** Toward zero, NaN as 0, what is out of range as the nearest bound; bounds of 16 bits at most. */
FRCNN_HD int32_t frcnn_f32_saturate_small(float value, int32_t low, int32_t high)
{
    float v = value != value ? 0.0f : value;
    v = v < (float)low ? (float)low : v;
    v = v > (float)high ? (float)high : v;
    return (int32_t)v;
}

FRCNN_HD int32_t frcnn_f64_saturate_small(double value, int32_t low, int32_t high)
{
    double v = value != value ? 0.0 : value;
    v = v < low ? low : v;
    v = v > high ? high : v;
    return (int32_t)v;
}

FRCNN_HD int32_t frcnn_f64_saturate_i32(double value)
{
    return frcnn_f64_saturate_small(value, INT32_MIN, INT32_MAX);
}

/** 2^63 itself is no int64_t: comparing with it leaves what fits. */
FRCNN_HD int64_t frcnn_f64_saturate_i64(double value)
{
    if (value != value) return 0;
    if (value < -0x1p63) return INT64_MIN;
    if (value >= 0x1p63) return INT64_MAX;
    return (int64_t)value;
}

/** Keeps a 64-bit integer's upper 53 bits and whether anything lay below them, so that one rounding is left to do. */
FRCNN_HD float frcnn_i64_to_f32_odd(int64_t value)
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    if (magnitude >> 53 != 0) magnitude = (magnitude & ~UINT64_C(0xfff)) | ((magnitude & 0xfff) != 0 ? 0x1000 : 0);
    return frcnn_f64_to_f32_odd(value < 0 ? -(double)magnitude : (double)magnitude);
}

#endif
