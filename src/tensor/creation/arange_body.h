/** One of evenly spaced values, as PyTorch counts them: all but the last n % (2 * LANES) of n values are made LANES at a
 *  time, from a first value that is rounded to the dtype; the others each by itself. Products and sums are fused, but for those in a bf16 vector. */
#ifndef FRCNN_ARANGE_BODY_H
#define FRCNN_ARANGE_BODY_H

#include <math.h>
#include <stdint.h>

#include "tensor/body.h"
#include "tensor/half.h"

enum { FRCNN_ARANGE_F64_LANES = 4, FRCNN_ARANGE_F32_LANES = 8, FRCNN_ARANGE_F16_LANES = 16 };

/** How many of n values are made in vectors. */
FRCNN_HD int64_t frcnn_arange_get_vectors(int64_t n, int lanes)
{
    return n - n % (2 * lanes);
}

/** Value i, the nth of its vector; n 0 for one by itself. */
FRCNN_HD double frcnn_arange_f64_at(double start, double step, int64_t i, int64_t nth)
{
    return fma((double)nth, step, fma(step, (double)(i - nth), start));
}

FRCNN_HD float frcnn_arange_f32_at(double start, double step, int64_t i, int64_t nth)
{
    const float first = (float)fma(step, (double)(i - nth), start);
    return (float)fma((double)nth, step, (double)first);
}

/** Value i of n. */
FRCNN_HD double frcnn_arange_f64(double start, double step, int64_t i, int64_t n)
{
    const int is_in_vector = i < frcnn_arange_get_vectors(n, FRCNN_ARANGE_F64_LANES);
    return frcnn_arange_f64_at(start, step, i, is_in_vector ? i % FRCNN_ARANGE_F64_LANES : 0);
}

FRCNN_HD float frcnn_arange_f32(double start, double step, int64_t i, int64_t n)
{
    const int is_in_vector = i < frcnn_arange_get_vectors(n, FRCNN_ARANGE_F32_LANES);
    return frcnn_arange_f32_at(start, step, i, is_in_vector ? i % FRCNN_ARANGE_F32_LANES : 0);
}

FRCNN_HD uint16_t frcnn_arange_f16_at(float start, float step, int64_t i, int64_t nth)
{
    const float first = frcnn_f16_to_f32(frcnn_f32_to_f16(fmaf(step, (float)(i - nth), start)));
    return frcnn_f32_to_f16(fmaf((float)nth, step, first));
}

FRCNN_HD uint16_t frcnn_arange_bf16_at(float start, float step, int64_t i, int64_t nth)
{
    const float first = frcnn_bf16_to_f32(frcnn_f32_to_bf16(fmaf(step, (float)(i - nth), start)));
    return frcnn_f32_to_bf16(first + (float)nth * step);
}

/** Modulo 2^64; narrower integers take its low bits. */
FRCNN_HD uint64_t frcnn_arange_whole_at(int64_t start, int64_t step, int64_t i)
{
    return (uint64_t)start + (uint64_t)step * (uint64_t)i;
}

#endif
