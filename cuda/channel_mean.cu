#include "kernel.h"

#include "conv_epilogue.h"
#include "network_kernels.h"
#include "row_grid.h"

extern "C" {
#include "tensor/layers/channel_mean_body.h"
}

/* A block makes the means of a warp's width of channels; each of its warps adds up its own pixels. */
enum { CHANNELS = 32, THREADS = CHANNELS * FRCNN_CHANNEL_MEAN_SUMS };

template <typename T>
FRCNN_KERNEL(THREADS)
channel_mean(frcnn_channels channels, const T *__restrict__ src, T *__restrict__ dst)
{
    FRCNN_SHARED double sums[FRCNN_CHANNEL_MEAN_SUMS][CHANNELS];
    const int lane = threadIdx.x % CHANNELS, k = threadIdx.x / CHANNELS;
    const int64_t channel = (int64_t)blockIdx.x * CHANNELS + lane, image = frcnn_row_grid_get_row();
    if (image >= channels.n) return;
    const T *const first = src + image * channels.n_pixels * channels.c + channel;
    double sum = 0.0;
    for (int64_t i = k; i < channels.n_pixels && channel < channels.c; i += FRCNN_CHANNEL_MEAN_SUMS)
        sum += (double)frcnn_to_float(first[i * channels.c]);
    sums[k][lane] = sum;
    __syncthreads();
    if (k == 0 && channel < channels.c)
        frcnn_from_float(frcnn_channel_mean_finish(&sums[0][lane], CHANNELS, channels.n_pixels),
                         &dst[image * channels.c + channel]);
}

template <typename T>
static frcnn_status launch(const frcnn_channels *channels, const void *src, void *dst, frcnn_stream *stream)
{
    dim3 grid;
    const int64_t n_blocks = (channels->c + CHANNELS - 1) / CHANNELS;
    FRCNN_TRY(frcnn_row_grid_set(&grid, "channel mean", n_blocks * THREADS, THREADS, channels->n));
    return FRCNN_LAUNCH(channel_mean<T>, grid, THREADS, 0, stream->handle, *channels, (const T *)src, (T *)dst);
}

frcnn_status frcnn_channel_mean_cuda(const frcnn_channels *channels, frcnn_dtype dtype, const void *src, void *dst,
                                     frcnn_stream *stream)
{
    if (dtype == FRCNN_F16) return launch<__half>(channels, src, dst, stream);
    if (dtype == FRCNN_BF16) return launch<__nv_bfloat16>(channels, src, dst, stream);
    return launch<float>(channels, src, dst, stream);
}
