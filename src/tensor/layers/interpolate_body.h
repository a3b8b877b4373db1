/** What one value of a resampled map is, from the tables of its sides. */
#ifndef FRCNN_INTERPOLATE_BODY_H
#define FRCNN_INTERPOLATE_BODY_H

#include <math.h>

#include "tensor/body.h"
#include "tensor/layers/interpolate.h"

/* Sums go from the last tap to the first: of two, that is PyTorch's order. frcnn_interpolate_at_… is output pixel (row,
   column) in the channel whose value of the first pixel src points to. */
#define FRCNN_DEFINE_INTERPOLATE(suffix, type, fma_function)                                                           \
    /* Taps that lie step apart. */                                                                                    \
    FRCNN_HD type frcnn_interpolate_sum_##suffix(const double *weights, int64_t size, int64_t step, const type *src)   \
    {                                                                                                                  \
        int64_t k = size - 1;                                                                                          \
        type sum = size > 0 ? (type)weights[k] * src[k * step] : (type)0;                                              \
        for (k--; k >= 0; k--) sum = fma_function((type)weights[k], src[k * step], sum);                               \
        return sum;                                                                                                    \
    }                                                                                                                  \
    FRCNN_HD type frcnn_interpolate_at_##suffix(const frcnn_resample_side *y, const frcnn_resample_side *x, int64_t c, \
                                                int64_t row, int64_t column, const type *src)                          \
    {                                                                                                                  \
        const double *weights = y->weights + row * y->max_size;                                                        \
        const double *x_weights = x->weights + column * x->max_size;                                                   \
        const type *taps = src + (y->first[row] * x->in + x->first[column]) * c;                                       \
        const int64_t size = y->size[row];                                                                             \
        type sum = 0;                                                                                                  \
        int64_t k;                                                                                                     \
        for (k = size - 1; k >= 0; k--) {                                                                              \
            const type weight = (type)weights[k];                                                                      \
            const type value = frcnn_interpolate_sum_##suffix(x_weights, x->size[column], c, taps + k * x->in * c);    \
            sum = k == size - 1 ? weight * value : fma_function(weight, value, sum);                                   \
        }                                                                                                              \
        return sum;                                                                                                    \
    }

FRCNN_DEFINE_INTERPOLATE(f32, float, fmaf)
FRCNN_DEFINE_INTERPOLATE(f64, double, fma)

/** The sum that rounds when it is narrowed. */
FRCNN_HD int32_t frcnn_interpolate_get_rest_u8(int precision)
{
    return precision > 0 ? 1 << (precision - 1) : 0;
}

FRCNN_HD uint8_t frcnn_interpolate_narrow_u8(int32_t sum, int precision)
{
    sum >>= precision;
    return (uint8_t)(sum < 0 ? 0 : sum > UINT8_MAX ? UINT8_MAX : sum);
}

/** Taps that lie step apart, in whole numbers of 2^-precision, rounded. */
FRCNN_HD uint8_t frcnn_interpolate_sum_u8(const double *weights, int64_t size, int precision, int64_t step,
                                          const uint8_t *src)
{
    int32_t sum = frcnn_interpolate_get_rest_u8(precision);
    int64_t k;
    for (k = 0; k < size; k++) sum += (int32_t)weights[k] * src[k * step];
    return frcnn_interpolate_narrow_u8(sum, precision);
}

/** A row of the input at the new width; src is the channel of its first pixel. */
FRCNN_HD uint8_t frcnn_interpolate_in_row_u8(const frcnn_resample_side *x, int64_t c, int64_t column,
                                             const uint8_t *src)
{
    if (x->in == x->out) return src[column * c];
    return frcnn_interpolate_sum_u8(x->weights + column * x->max_size, x->size[column], x->precision, c,
                                    src + x->first[column] * c);
}

/** As frcnn_interpolate_at_f32; a side of the same length is left as it is. */
FRCNN_HD uint8_t frcnn_interpolate_at_u8(const frcnn_resample_side *y, const frcnn_resample_side *x, int64_t c,
                                         int64_t row, int64_t column, const uint8_t *src)
{
    const double *weights = y->weights + row * y->max_size;
    int32_t sum = frcnn_interpolate_get_rest_u8(y->precision);
    int64_t k;
    if (y->in == y->out) return frcnn_interpolate_in_row_u8(x, c, column, src + row * x->in * c);
    src += y->first[row] * x->in * c;
    for (k = 0; k < y->size[row]; k++, src += x->in * c)
        sum += (int32_t)weights[k] * frcnn_interpolate_in_row_u8(x, c, column, src);
    return frcnn_interpolate_narrow_u8(sum, y->precision);
}

#endif
