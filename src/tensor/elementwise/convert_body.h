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

/* frcnn_a_from_b: a value of dtype b as lane a takes it, and frcnn_a_to_b: one of the lane as dtype b. 16-bit floats are
   their bits. */
#define FRCNN_DEFINE_CONVERSION(name, from_type, to_type, expression)                                                  \
    FRCNN_HD to_type frcnn_##name(from_type v)                                                                         \
    {                                                                                                                  \
        return (to_type)(expression);                                                                                  \
    }

#define FRCNN_DEFINE_U8_LOADS(lane, type)                                                                              \
    FRCNN_DEFINE_CONVERSION(lane##_from_u8, uint8_t, type, v)                                                          \
    FRCNN_DEFINE_CONVERSION(lane##_from_bool, uint8_t, type, v != 0)
#define FRCNN_DEFINE_I32_LOADS(lane, type)                                                                             \
    FRCNN_DEFINE_U8_LOADS(lane, type)                                                                                  \
    FRCNN_DEFINE_CONVERSION(lane##_from_i8, int8_t, type, v)                                                           \
    FRCNN_DEFINE_CONVERSION(lane##_from_i16, int16_t, type, v)                                                         \
    FRCNN_DEFINE_CONVERSION(lane##_from_i32, int32_t, type, v)
#define FRCNN_DEFINE_INTEGER_LOADS(lane, type)                                                                         \
    FRCNN_DEFINE_I32_LOADS(lane, type)                                                                                 \
    FRCNN_DEFINE_CONVERSION(lane##_from_i64, int64_t, type, v)
#define FRCNN_DEFINE_REAL_LOADS(lane, type)                                                                            \
    FRCNN_DEFINE_INTEGER_LOADS(lane, type)                                                                             \
    FRCNN_DEFINE_CONVERSION(lane##_from_f32, float, type, v)                                                           \
    FRCNN_DEFINE_CONVERSION(lane##_from_f64, double, type, v)                                                          \
    FRCNN_DEFINE_CONVERSION(lane##_from_f16, uint16_t, type, frcnn_f16_to_f32(v))                                      \
    FRCNN_DEFINE_CONVERSION(lane##_from_bf16, uint16_t, type, frcnn_bf16_to_f32(v))

FRCNN_DEFINE_REAL_LOADS(f32, float)
FRCNN_DEFINE_REAL_LOADS(f64, double)
FRCNN_DEFINE_INTEGER_LOADS(i64, int64_t)
FRCNN_DEFINE_I32_LOADS(i32, int32_t)
FRCNN_DEFINE_U8_LOADS(u8, uint8_t)

#define FRCNN_DEFINE_REAL_STORES(lane, type)                                                                           \
    FRCNN_DEFINE_CONVERSION(lane##_to_f64, type, double, v)                                                            \
    FRCNN_DEFINE_CONVERSION(lane##_to_u8, type, uint8_t, frcnn_##lane##_saturate_small(v, 0, UINT8_MAX))               \
    FRCNN_DEFINE_CONVERSION(lane##_to_i8, type, int8_t, frcnn_##lane##_saturate_small(v, INT8_MIN, INT8_MAX))          \
    FRCNN_DEFINE_CONVERSION(lane##_to_i16, type, int16_t, frcnn_##lane##_saturate_small(v, INT16_MIN, INT16_MAX))      \
    FRCNN_DEFINE_CONVERSION(lane##_to_i32, type, int32_t, frcnn_f64_saturate_i32((double)v))                           \
    FRCNN_DEFINE_CONVERSION(lane##_to_i64, type, int64_t, frcnn_f64_saturate_i64((double)v))                           \
    FRCNN_DEFINE_CONVERSION(lane##_to_bool, type, uint8_t, v != 0)
#define FRCNN_DEFINE_INTEGER_STORES(lane, type)                                                                        \
    FRCNN_DEFINE_CONVERSION(lane##_to_f32, type, float, v)                                                             \
    FRCNN_DEFINE_CONVERSION(lane##_to_f64, type, double, v)                                                            \
    FRCNN_DEFINE_CONVERSION(lane##_to_f16, type, uint16_t, frcnn_f32_to_f16(frcnn_i64_to_f32_odd(v)))                  \
    FRCNN_DEFINE_CONVERSION(lane##_to_bf16, type, uint16_t, frcnn_f32_to_bf16(frcnn_i64_to_f32_odd(v)))                \
    FRCNN_DEFINE_CONVERSION(lane##_to_u8, type, uint8_t, v)                                                            \
    FRCNN_DEFINE_CONVERSION(lane##_to_i8, type, int8_t, v)                                                             \
    FRCNN_DEFINE_CONVERSION(lane##_to_i16, type, int16_t, v)                                                           \
    FRCNN_DEFINE_CONVERSION(lane##_to_i32, type, int32_t, v)                                                           \
    FRCNN_DEFINE_CONVERSION(lane##_to_i64, type, int64_t, v)                                                           \
    FRCNN_DEFINE_CONVERSION(lane##_to_bool, type, uint8_t, v != 0)

FRCNN_DEFINE_REAL_STORES(f32, float)
FRCNN_DEFINE_REAL_STORES(f64, double)
FRCNN_DEFINE_CONVERSION(f32_to_f32, float, float, v)
FRCNN_DEFINE_CONVERSION(f64_to_f32, double, float, v)
FRCNN_DEFINE_CONVERSION(f64_to_f16, double, uint16_t, frcnn_f32_to_f16(frcnn_f64_to_f32_odd(v)))
FRCNN_DEFINE_CONVERSION(f64_to_bf16, double, uint16_t, frcnn_f32_to_bf16(frcnn_f64_to_f32_odd(v)))
FRCNN_DEFINE_INTEGER_STORES(u8, uint8_t)
FRCNN_DEFINE_INTEGER_STORES(i32, int32_t)
FRCNN_DEFINE_INTEGER_STORES(i64, int64_t)

#endif
