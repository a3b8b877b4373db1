/** What one step of a reduction is. */
#ifndef FRCNN_REDUCTION_BODY_H
#define FRCNN_REDUCTION_BODY_H

#include <math.h>
#include <stdint.h>

#include "tensor/body.h"

/* Whether x takes the place of best, which was there first: equal values do not, and a NaN does unless best is one. */
#define FRCNN_DEFINE_ORDER(name, type)                                                                                 \
    FRCNN_HD int frcnn_is_above_##name(type x, type best)                                                              \
    {                                                                                                                  \
        return x > best;                                                                                               \
    }                                                                                                                  \
    FRCNN_HD int frcnn_is_below_##name(type x, type best)                                                              \
    {                                                                                                                  \
        return x < best;                                                                                               \
    }                                                                                                                  \
    FRCNN_HD int frcnn_is_level_##name(type x, type best)                                                              \
    {                                                                                                                  \
        return x == best;                                                                                              \
    }
#define FRCNN_DEFINE_ORDER_WITH_NAN(name, type)                                                                        \
    FRCNN_HD int frcnn_is_above_##name(type x, type best)                                                              \
    {                                                                                                                  \
        return !(x <= best) & (best == best);                                                                          \
    }                                                                                                                  \
    FRCNN_HD int frcnn_is_below_##name(type x, type best)                                                              \
    {                                                                                                                  \
        return !(x >= best) & (best == best);                                                                          \
    }                                                                                                                  \
    /* Neither takes the other's place: the lower index decides. */                                                    \
    FRCNN_HD int frcnn_is_level_##name(type x, type best)                                                              \
    {                                                                                                                  \
        return (x == best) | ((x != x) & (best != best));                                                              \
    }

FRCNN_DEFINE_ORDER_WITH_NAN(f32, float)
FRCNN_DEFINE_ORDER_WITH_NAN(f64, double)
FRCNN_DEFINE_ORDER(u8, uint8_t)
FRCNN_DEFINE_ORDER(i32, int32_t)
FRCNN_DEFINE_ORDER(i64, int64_t)

/** The mean of n values, 1 or more, and m2, the sum of their squared distances from it. sums and squares are those of their
 *  distances from shift, which is one of them: no digits are lost to a large mean. */
FRCNN_HD void frcnn_variance_from_sums(double shift, double sums, double squares, int64_t n, double *mean, double *m2)
{
    const double rest = squares - sums * sums / (double)n;
    *mean = shift + sums / (double)n;
    *m2 = rest < 0.0 ? 0.0 : rest;
}

/** Makes mean and m2 (the sum of squared distances from the mean) of n values those of n + n_other.
 *  Source: Chan, Golub, LeVeque 1979, updating formulae. */
FRCNN_HD void frcnn_variance_merge(double *mean, double *m2, int64_t n, double other_mean, double other_m2,
                                   int64_t n_other)
{
    const double n_all = (double)(n + n_other);
    const double distance = other_mean - *mean;
    *mean += distance * ((double)n_other / n_all);
    *m2 += other_m2 + distance * distance * ((double)n * (double)n_other / n_all);
}

/** m2 / (n - correction), the divisor never below 0. No value has no variance: NaN. */
FRCNN_HD double frcnn_variance_from(double m2, int64_t n, double correction)
{
    const double divisor = (double)n - correction;
    if (n == 0) return (double)NAN;
    return m2 / (divisor > 0 ? divisor : 0.0);
}

#endif
