/** What element-wise functions make of their values. NaN passes through: comparisons, not fminf and fmaxf, which drop it. */
#ifndef FRCNN_MAP_BODY_H
#define FRCNN_MAP_BODY_H

#include <math.h>
#include <stdint.h>

#include "tensor/body.h"
#include "tensor/exp_body.h"
#include "tensor/log_body.h"
#include "tensor/tanh_body.h"

/** What a / b rounded toward zero leaves, exactly, and whether that was possible: a quotient below 2^29 and a float's 24 bits
 *  make a product that a double holds, and the quotient, rounded once, is at most one too large. Where it was not, fmodf
 *  takes the slow way. */
FRCNN_HD float frcnn_fmod_fast(float a, float b, int *is_exact)
{
    const double quotient = trunc((double)a / (double)b);
    const double rest = (double)a - quotient * (double)b;
    const double step = (a < 0) == (b < 0) ? (double)b : -(double)b;
    const double within = (a < 0 ? rest > 0 : rest < 0) ? rest + step : rest;
    *is_exact = (fabs(quotient) < 0x1p29) & (rest == rest);
    return copysignf((float)within, a);
}

/* The same formulas in f32 and f64. rest is what a / b rounded toward zero leaves. The remainder has the divisor's sign; a
   quotient is rounded down from what the remainder leaves, so that a = b * floor_divide(a, b) + remainder(a, b). */
#define FRCNN_DEFINE_REAL_BODIES(type, name, suffix)                                                                   \
    FRCNN_HD type frcnn_relu6_##name(type x)                                                                           \
    {                                                                                                                  \
        const type positive = x < 0 ? 0 : x;                                                                           \
        return positive > 6 ? 6 : positive;                                                                            \
    }                                                                                                                  \
    FRCNN_HD type frcnn_remainder_##name(type b, type rest)                                                            \
    {                                                                                                                  \
        return rest != 0 && (b < 0) != (rest < 0) ? rest + b : rest;                                                   \
    }                                                                                                                  \
    FRCNN_HD type frcnn_floor_divide_##name(type a, type b, type rest)                                                 \
    {                                                                                                                  \
        const type exact = (a - rest) / b;                                                                             \
        const type quotient = rest != 0 && (b < 0) != (rest < 0) ? exact - 1 : exact;                                  \
        const type below = floor##suffix(quotient);                                                                    \
        const type whole = quotient - below > (type)0.5 ? below + 1 : below;                                           \
        const type finite = quotient == 0 ? copysign##suffix((type)0, a / b) : whole;                                  \
        return b == 0 ? a / b : finite;                                                                                \
    }                                                                                                                  \
    FRCNN_HD type frcnn_minimum_##name(type a, type b)                                                                 \
    {                                                                                                                  \
        const type lesser = b < a ? b : a;                                                                             \
        return b != b ? b : lesser;                                                                                    \
    }                                                                                                                  \
    FRCNN_HD type frcnn_maximum_##name(type a, type b)                                                                 \
    {                                                                                                                  \
        const type greater = b > a ? b : a;                                                                            \
        return b != b ? b : greater;                                                                                   \
    }

FRCNN_DEFINE_REAL_BODIES(float, f32, f)
FRCNN_DEFINE_REAL_BODIES(double, f64, )

/* Integers wrap: what leaves the range comes back at the other end. Dividing by 0 gives 0; the smallest integer by -1 is
   itself. */
#define FRCNN_DEFINE_INTEGER_BODIES(type, unsigned_type, name)                                                         \
    FRCNN_HD type frcnn_add_##name(type a, type b)                                                                     \
    {                                                                                                                  \
        return (type)((unsigned_type)a + (unsigned_type)b);                                                            \
    }                                                                                                                  \
    FRCNN_HD type frcnn_sub_##name(type a, type b)                                                                     \
    {                                                                                                                  \
        return (type)((unsigned_type)a - (unsigned_type)b);                                                            \
    }                                                                                                                  \
    FRCNN_HD type frcnn_mul_##name(type a, type b)                                                                     \
    {                                                                                                                  \
        return (type)((unsigned_type)a * (unsigned_type)b);                                                            \
    }                                                                                                                  \
    FRCNN_HD type frcnn_minimum_##name(type a, type b)                                                                 \
    {                                                                                                                  \
        return b < a ? b : a;                                                                                          \
    }                                                                                                                  \
    FRCNN_HD type frcnn_maximum_##name(type a, type b)                                                                 \
    {                                                                                                                  \
        return b > a ? b : a;                                                                                          \
    }

#define FRCNN_DEFINE_SIGNED_BODIES(type, name)                                                                         \
    FRCNN_HD type frcnn_floor_divide_##name(type a, type b)                                                            \
    {                                                                                                                  \
        if (b == 0) return 0;                                                                                          \
        if (b == -1) return frcnn_sub_##name(0, a);                                                                    \
        const type quotient = a / b;                                                                                   \
        return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;                                             \
    }                                                                                                                  \
    FRCNN_HD type frcnn_remainder_##name(type a, type b)                                                               \
    {                                                                                                                  \
        if (b == 0 || b == -1) return 0;                                                                               \
        const type rest = a % b;                                                                                       \
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;                                                   \
    }

FRCNN_DEFINE_INTEGER_BODIES(uint8_t, unsigned, u8)
FRCNN_DEFINE_INTEGER_BODIES(int32_t, uint32_t, i32)
FRCNN_DEFINE_INTEGER_BODIES(int64_t, uint64_t, i64)
FRCNN_DEFINE_SIGNED_BODIES(int32_t, i32)
FRCNN_DEFINE_SIGNED_BODIES(int64_t, i64)

FRCNN_HD uint8_t frcnn_floor_divide_u8(uint8_t a, uint8_t b)
{
    return (uint8_t)(b == 0 ? 0 : a / b);
}

FRCNN_HD uint8_t frcnn_remainder_u8(uint8_t a, uint8_t b)
{
    return (uint8_t)(b == 0 ? 0 : a % b);
}

/* frcnn_name_lane for the lanes that the function is defined for; of a test the result is 1 or 0. */
#define FRCNN_DEFINE_UNARY(name, lane, type, result, expression)                                                       \
    FRCNN_HD result frcnn_##name##_##lane(type a)                                                                      \
    {                                                                                                                  \
        return (result)(expression);                                                                                   \
    }
#define FRCNN_DEFINE_BINARY(name, lane, type, result, expression)                                                      \
    FRCNN_HD result frcnn_##name##_##lane(type a, type b)                                                              \
    {                                                                                                                  \
        return (result)(expression);                                                                                   \
    }
#define FRCNN_DEFINE_TERNARY(name, lane, type, result, expression)                                                     \
    FRCNN_HD result frcnn_##name##_##lane(type a, type b, type c)                                                      \
    {                                                                                                                  \
        return (result)(expression);                                                                                   \
    }
#define FRCNN_DEFINE_REAL_UNARY(name, f32_expression, f64_expression)                                                  \
    FRCNN_DEFINE_UNARY(name, f32, float, float, f32_expression)                                                        \
    FRCNN_DEFINE_UNARY(name, f64, double, double, f64_expression)
#define FRCNN_DEFINE_REAL_BINARY(name, expression)                                                                     \
    FRCNN_DEFINE_BINARY(name, f32, float, float, expression)                                                           \
    FRCNN_DEFINE_BINARY(name, f64, double, double, expression)
#define FRCNN_DEFINE_UNARY_TEST(name, expression)                                                                      \
    FRCNN_DEFINE_UNARY(name, f32, float, uint8_t, expression)                                                          \
    FRCNN_DEFINE_UNARY(name, f64, double, uint8_t, expression)                                                         \
    FRCNN_DEFINE_UNARY(name, u8, uint8_t, uint8_t, expression)                                                         \
    FRCNN_DEFINE_UNARY(name, i32, int32_t, uint8_t, expression)                                                        \
    FRCNN_DEFINE_UNARY(name, i64, int64_t, uint8_t, expression)
#define FRCNN_DEFINE_TEST(name, expression)                                                                            \
    FRCNN_DEFINE_BINARY(name, f32, float, uint8_t, expression)                                                         \
    FRCNN_DEFINE_BINARY(name, f64, double, uint8_t, expression)                                                        \
    FRCNN_DEFINE_BINARY(name, u8, uint8_t, uint8_t, expression)                                                        \
    FRCNN_DEFINE_BINARY(name, i32, int32_t, uint8_t, expression)                                                       \
    FRCNN_DEFINE_BINARY(name, i64, int64_t, uint8_t, expression)

FRCNN_DEFINE_REAL_UNARY(copy, a, a)
FRCNN_DEFINE_UNARY(copy, u8, uint8_t, uint8_t, a)
FRCNN_DEFINE_UNARY(copy, i32, int32_t, int32_t, a)
FRCNN_DEFINE_UNARY(copy, i64, int64_t, int64_t, a)
FRCNN_DEFINE_REAL_UNARY(neg, -a, -a)
FRCNN_DEFINE_UNARY(neg, u8, uint8_t, uint8_t, frcnn_sub_u8(0, a))
FRCNN_DEFINE_UNARY(neg, i32, int32_t, int32_t, frcnn_sub_i32(0, a))
FRCNN_DEFINE_UNARY(neg, i64, int64_t, int64_t, frcnn_sub_i64(0, a))
FRCNN_DEFINE_REAL_UNARY(abs, fabsf(a), fabs(a))
FRCNN_DEFINE_UNARY(abs, u8, uint8_t, uint8_t, a)
FRCNN_DEFINE_UNARY(abs, i32, int32_t, int32_t, a < 0 ? frcnn_sub_i32(0, a) : a)
FRCNN_DEFINE_UNARY(abs, i64, int64_t, int64_t, a < 0 ? frcnn_sub_i64(0, a) : a)
FRCNN_DEFINE_REAL_UNARY(exp, frcnn_expf(a), exp(a))
FRCNN_DEFINE_REAL_UNARY(log, frcnn_logf(a), log(a))
FRCNN_DEFINE_REAL_UNARY(sqrt, sqrtf(a), sqrt(a))
FRCNN_DEFINE_REAL_UNARY(tanh, frcnn_tanhf(a), tanh(a))
FRCNN_DEFINE_REAL_UNARY(floor, floorf(a), floor(a))
FRCNN_DEFINE_REAL_UNARY(ceil, ceilf(a), ceil(a))
FRCNN_DEFINE_REAL_UNARY(round, rintf(a), rint(a))
FRCNN_DEFINE_REAL_UNARY(relu, a < 0 ? 0 : a, a < 0 ? 0 : a)
FRCNN_DEFINE_UNARY(relu, u8, uint8_t, uint8_t, a)
FRCNN_DEFINE_UNARY(relu, i32, int32_t, int32_t, a > 0 ? a : 0)
FRCNN_DEFINE_UNARY(relu, i64, int64_t, int64_t, a > 0 ? a : 0)
FRCNN_DEFINE_REAL_UNARY(hardswish, a *frcnn_relu6_f32(a + 3) / 6, a *frcnn_relu6_f64(a + 3) / 6)
FRCNN_DEFINE_REAL_UNARY(hardsigmoid, frcnn_relu6_f32(a + 3) / 6, frcnn_relu6_f64(a + 3) / 6)
FRCNN_DEFINE_REAL_UNARY(sigmoid, 1 / (1 + frcnn_expf(-a)), 1 / (1 + exp(-a)))
FRCNN_DEFINE_UNARY_TEST(logical_not, a == 0)
FRCNN_DEFINE_REAL_BINARY(add, a + b)
FRCNN_DEFINE_REAL_BINARY(sub, a - b)
FRCNN_DEFINE_REAL_BINARY(mul, a *b)
FRCNN_DEFINE_REAL_BINARY(div, a / b)
FRCNN_DEFINE_TEST(eq, a == b)
FRCNN_DEFINE_TEST(ne, a != b)
FRCNN_DEFINE_TEST(lt, a < b)
FRCNN_DEFINE_TEST(le, a <= b)
FRCNN_DEFINE_TEST(gt, a > b)
FRCNN_DEFINE_TEST(ge, a >= b)
FRCNN_DEFINE_TEST(logical_and, (a != 0) & (b != 0))
FRCNN_DEFINE_TEST(logical_or, (a != 0) | (b != 0))
FRCNN_DEFINE_TEST(logical_xor, (a != 0) ^ (b != 0))

#define FRCNN_DEFINE_CHOICES(lane, type)                                                                               \
    FRCNN_DEFINE_TERNARY(where, lane, type, type, a != 0 ? b : c)                                                      \
    FRCNN_DEFINE_TERNARY(clamp, lane, type, type, frcnn_minimum_##lane(frcnn_maximum_##lane(a, b), c))

FRCNN_DEFINE_CHOICES(f32, float)
FRCNN_DEFINE_CHOICES(f64, double)
FRCNN_DEFINE_CHOICES(u8, uint8_t)
FRCNN_DEFINE_CHOICES(i32, int32_t)
FRCNN_DEFINE_CHOICES(i64, int64_t)

#endif
