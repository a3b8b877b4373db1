/** One of n evenly spaced values, as PyTorch counts them: the first half from start, the second from end. Products and
 *  sums are fused but for the 16-bit floats, where each is rounded. Integers are counted in f64. */
#ifndef FRCNN_LINSPACE_BODY_H
#define FRCNN_LINSPACE_BODY_H

#include <math.h>
#include <stdint.h>

#include "tensor/body.h"
#include "tensor/half.h"

FRCNN_HD double frcnn_linspace_f64_step(double start, double end, int64_t n)
{
    return (end - start) / (double)(n - 1);
}

FRCNN_HD double frcnn_linspace_f64_at(double start, double end, double step, int64_t n, int64_t i)
{
    return i < n / 2 ? fma(step, (double)i, start) : fma(-step, (double)(n - i - 1), end);
}

FRCNN_HD float frcnn_linspace_f32_step(float start, float end, int64_t n)
{
    return (end - start) / (float)(n - 1);
}

FRCNN_HD float frcnn_linspace_f32_at(float start, float end, float step, int64_t n, int64_t i)
{
    return i < n / 2 ? fmaf(step, (float)i, start) : fmaf(-step, (float)(n - i - 1), end);
}

FRCNN_HD float frcnn_linspace_round_f16(float value)
{
    return frcnn_f16_to_f32(frcnn_f32_to_f16(value));
}

FRCNN_HD float frcnn_linspace_round_bf16(float value)
{
    return frcnn_bf16_to_f32(frcnn_f32_to_bf16(value));
}

FRCNN_HD float frcnn_linspace_f16_step(float start, float end, int64_t n)
{
    return frcnn_linspace_round_f16(frcnn_linspace_round_f16(end - start) / frcnn_linspace_round_f16((float)(n - 1)));
}

FRCNN_HD uint16_t frcnn_linspace_f16_at(float start, float end, float step, int64_t n, int64_t i)
{
    const float count = frcnn_linspace_round_f16((float)(i < n / 2 ? i : n - i - 1));
    const float way = frcnn_linspace_round_f16(step * count);
    return frcnn_f32_to_f16(i < n / 2 ? start + way : end - way);
}

FRCNN_HD float frcnn_linspace_bf16_step(float start, float end, int64_t n)
{
    return frcnn_linspace_round_bf16(frcnn_linspace_round_bf16(end - start) /
                                     frcnn_linspace_round_bf16((float)(n - 1)));
}

FRCNN_HD uint16_t frcnn_linspace_bf16_at(float start, float end, float step, int64_t n, int64_t i)
{
    const float count = frcnn_linspace_round_bf16((float)(i < n / 2 ? i : n - i - 1));
    const float way = frcnn_linspace_round_bf16(step * count);
    return frcnn_f32_to_bf16(i < n / 2 ? start + way : end - way);
}

/** A bound of whole numbers loses its fraction before it is counted from. */
FRCNN_HD double frcnn_linspace_whole_bound(double value)
{
    return (double)(int64_t)value;
}

#endif
