/** What element-wise functions make of their values. NaN passes through: comparisons, not fminf and fmaxf, which drop it. */
#ifndef FRCNN_MAP_BODY_H
#define FRCNN_MAP_BODY_H

#include <math.h>
#include <stdint.h>

#include "tensor/body.h"

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
        const type finite = quotient == 0 ? copysign##suffix(0, a / b) : whole;                                        \
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

#endif
