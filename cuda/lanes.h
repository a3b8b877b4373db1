/** Values of maps: f32 in registers; f32, f16 or bf16 in memory, neighbours in one access. */
#ifndef FRCNN_LANES_H
#define FRCNN_LANES_H

#include "kernel.h"

/** N values that are read and written together, at a multiple of their size. */
template <typename T, int N> struct alignas(N * sizeof(T)) frcnn_lanes {
    T values[N];
};

/** As many as one access takes. */
template <typename T> struct frcnn_wide {
    static constexpr int lanes = 16 / (int)sizeof(T);
};

FRCNN_DEVICE float frcnn_widen(float value)
{
    return value;
}

FRCNN_DEVICE float frcnn_widen(__half value)
{
    return __half2float(value);
}

FRCNN_DEVICE float frcnn_widen(__nv_bfloat16 value)
{
    return __bfloat162float(value);
}

/** Rounded to nearest, ties to even. */
FRCNN_DEVICE void frcnn_narrow(float value, float *out)
{
    *out = value;
}

FRCNN_DEVICE void frcnn_narrow(float value, __half *out)
{
    *out = __float2half_rn(value);
}

FRCNN_DEVICE void frcnn_narrow(float value, __nv_bfloat16 *out)
{
    *out = __float2bfloat16_rn(value);
}

template <typename T, int N> FRCNN_DEVICE frcnn_lanes<T, N> frcnn_lanes_fill(float value)
{
    frcnn_lanes<T, N> lanes;
    for (int i = 0; i < N; i++) frcnn_narrow(value, &lanes.values[i]);
    return lanes;
}

#endif
