#include "kernel.h"

#include "network_kernels.h"
#include "row_grid.h"

extern "C" {
#include "tensor/layers/upsample_nearest_body.h"
}

enum { THREADS = 256 };

/* Pixels are copied whatever they hold, one of their n_pieces by each thread. */
template <typename Piece>
FRCNN_KERNEL(THREADS)
upsample_nearest(frcnn_upsample u, int n_pieces, const Piece *__restrict__ src, Piece *__restrict__ dst)
{
    const int i = frcnn_row_grid_get_x();
    const int row = frcnn_row_grid_get_row();
    if (i >= u.out_w * n_pieces || row >= u.n * u.out_h) return;
    const float y_scale = (float)u.in_h / (float)u.out_h;
    const float x_scale = (float)u.in_w / (float)u.out_w;
    const int image = row / (int)u.out_h;
    const int64_t in_y = frcnn_upsample_nearest_index(row % (int)u.out_h, y_scale, u.in_h);
    const int64_t in_x = frcnn_upsample_nearest_index(i / n_pieces, x_scale, u.in_w);
    dst[row * u.out_w * n_pieces + i] = src[((image * u.in_h + in_y) * u.in_w + in_x) * n_pieces + i % n_pieces];
}

template <typename Piece>
static frcnn_status launch(const frcnn_upsample *u, int64_t pixel_bytes, const void *src, void *dst,
                           frcnn_stream *stream)
{
    const int64_t n_pieces = pixel_bytes / (int64_t)sizeof(Piece);
    dim3 grid;
    FRCNN_TRY(frcnn_row_grid_set(&grid, "upsample", u->out_w * n_pieces, THREADS, u->n * u->out_h));
    return FRCNN_LAUNCH(upsample_nearest<Piece>, grid, THREADS, 0, stream->handle, *u, (int)n_pieces,
                        (const Piece *)src, (Piece *)dst);
}

frcnn_status frcnn_upsample_nearest_cuda(const frcnn_upsample *upsample, frcnn_dtype dtype, const void *src, void *dst,
                                         frcnn_stream *stream)
{
    const int64_t pixel_bytes = upsample->c * (int64_t)frcnn_dtype_get_size(dtype);
    if (pixel_bytes % (int64_t)sizeof(uint4) == 0) return launch<uint4>(upsample, pixel_bytes, src, dst, stream);
    if (pixel_bytes % (int64_t)sizeof(uint32_t) == 0) return launch<uint32_t>(upsample, pixel_bytes, src, dst, stream);
    return launch<uint16_t>(upsample, pixel_bytes, src, dst, stream);
}
