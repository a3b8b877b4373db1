#include "tensor/layers/channel_gate_body.h"
#include "tensor/layers/channel_mean.h"
#include "tensor/parallel.h"

FRCNN_SIMD void frcnn_channel_gate_pixel(const float *src, const float *gates, int64_t n, float *dst)
{
    for (int64_t i = 0; i < n; i++) dst[i] = frcnn_channel_gate(src[i], gates[i]);
}

void frcnn_channel_gate_cpu(const frcnn_channels *channels, const float *src, const float *gates, float *dst)
{
    const int64_t c = channels->c;
    FRCNN_PARALLEL_FOR
    for (int64_t i = 0; i < channels->n * channels->n_pixels; i++)
        frcnn_channel_gate_pixel(src + i * c, gates + i / channels->n_pixels * c, c, dst + i * c);
}
