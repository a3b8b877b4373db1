#include "kernel.h"

#include "conv_epilogue.h"
#include "network_kernels.h"
#include "row_grid.h"

extern "C" {
#include "tensor/layers/channel_gate_body.h"
}

enum { THREADS = 256 };

template <typename T>
FRCNN_KERNEL(THREADS)
channel_gate(frcnn_channels channels, const T *src, const T *__restrict__ gates, T *dst)
{
    const int64_t i = frcnn_row_grid_get_x(), row = frcnn_row_grid_get_row();
    const int64_t per_image = channels.n_pixels * channels.c;
    if (i >= per_image || row >= channels.n) return;
    const int64_t at = row * per_image + i;
    frcnn_from_float(
        frcnn_channel_gate(frcnn_to_float(src[at]), frcnn_to_float(gates[row * channels.c + i % channels.c])),
        &dst[at]);
}

template <typename T>
static frcnn_status launch(const frcnn_channels *channels, const void *src, const void *gates, void *dst,
                           frcnn_stream *stream)
{
    dim3 grid;
    FRCNN_TRY(frcnn_row_grid_set(&grid, "channel gate", channels->n_pixels * channels->c, THREADS, channels->n));
    return FRCNN_LAUNCH(channel_gate<T>, grid, THREADS, 0, stream->handle, *channels, (const T *)src, (const T *)gates,
                        (T *)dst);
}

frcnn_status frcnn_channel_gate_cuda(const frcnn_channels *channels, frcnn_dtype dtype, const void *src,
                                     const void *gates, void *dst, frcnn_stream *stream)
{
    if (dtype == FRCNN_F16) return launch<__half>(channels, src, gates, dst, stream);
    if (dtype == FRCNN_BF16) return launch<__nv_bfloat16>(channels, src, gates, dst, stream);
    return launch<float>(channels, src, gates, dst, stream);
}
