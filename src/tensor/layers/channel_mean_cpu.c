#include "tensor/layers/channel_mean.h"

#include <string.h>

#include "tensor/layers/channel_mean_body.h"
#include "tensor/parallel.h"

/* So many channels at once that their sums stay on the stack. */
enum { CHANNELS = 32 };

FRCNN_SIMD void frcnn_channel_mean_add(const float *restrict pixel, int n, double *restrict sums)
{
    for (int i = 0; i < n; i++) sums[i] += (double)pixel[i];
}

void frcnn_channel_mean_cpu(const frcnn_channels *channels, const float *src, float *dst)
{
    const int64_t n_chunks = (channels->c + CHANNELS - 1) / CHANNELS;
    FRCNN_PARALLEL_FOR
    for (int64_t k = 0; k < channels->n * n_chunks; k++) {
        const int64_t first = k % n_chunks * CHANNELS, left = channels->c - first;
        const int n = left < CHANNELS ? (int)left : CHANNELS;
        const float *image = src + k / n_chunks * channels->n_pixels * channels->c + first;
        double sums[FRCNN_CHANNEL_MEAN_SUMS][CHANNELS];
        memset(sums, 0, sizeof sums);
        for (int64_t i = 0; i < channels->n_pixels; i++)
            frcnn_channel_mean_add(image + i * channels->c, n, sums[i % FRCNN_CHANNEL_MEAN_SUMS]);
        for (int i = 0; i < n; i++)
            dst[k / n_chunks * channels->c + first + i] =
                frcnn_channel_mean_finish(&sums[0][i], CHANNELS, channels->n_pixels);
    }
}
