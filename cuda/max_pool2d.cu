#include "kernel.h"

#include "lanes.h"
#include "network_kernels.h"
#include "row_grid.h"

extern "C" {
#include "tensor/layers/max_pool2d_body.h"
}

enum { THREADS = 256 };

/* A thread makes N channels of one pixel. Windows slide: a plan has no adaptive ones. */
template <typename T, int N>
FRCNN_KERNEL(THREADS)
max_pool2d(frcnn_max_pool2d pool, const T *__restrict__ src, T *__restrict__ dst)
{
    const int n_groups = (int)(pool.c / N);
    const int i = frcnn_row_grid_get_x();
    const int row = frcnn_row_grid_get_row();
    if (i >= pool.x.out * n_groups || row >= pool.n * pool.y.out) return;
    const int x = i / n_groups;
    const int channel = i % n_groups * N;
    const frcnn_span columns = frcnn_window_get_sliding_span(&pool.x, x);
    const frcnn_span rows = frcnn_window_get_sliding_span(&pool.y, row % (int)pool.y.out);
    const T *map = src + row / (int)pool.y.out * pool.y.in * pool.x.in * pool.c + channel;
    float best[N];
    for (int k = 0; k < N; k++) best[k] = -INFINITY;
    for (int64_t in_y = rows.first; in_y < rows.end; in_y += rows.step)
        for (int64_t in_x = columns.first; in_x < columns.end; in_x += columns.step) {
            const T *at = map + (in_y * pool.x.in + in_x) * pool.c;
            const frcnn_lanes<T, N> tap = *reinterpret_cast<const frcnn_lanes<T, N> *>(at);
            for (int k = 0; k < N; k++) {
                const float value = frcnn_widen(tap.values[k]);
                best[k] = frcnn_max_pool2d_wins_f32(value, best[k]) ? value : best[k];
            }
        }
    frcnn_lanes<T, N> out;
    for (int k = 0; k < N; k++) frcnn_narrow(best[k], &out.values[k]);
    *reinterpret_cast<frcnn_lanes<T, N> *>(dst + (row * pool.x.out + x) * pool.c + channel) = out;
}

template <typename T, int N>
static frcnn_status launch(const frcnn_max_pool2d *pool, const void *src, void *dst, frcnn_stream *stream)
{
    dim3 grid;
    FRCNN_TRY(frcnn_row_grid_set(&grid, "max_pool2d", pool->x.out * (pool->c / N), THREADS, pool->n * pool->y.out));
    return FRCNN_LAUNCH((max_pool2d<T, N>), grid, THREADS, 0, stream->handle, *pool, (const T *)src, (T *)dst);
}

template <typename T>
static frcnn_status run(const frcnn_max_pool2d *pool, const void *src, void *dst, frcnn_stream *stream)
{
    constexpr int N = frcnn_wide<T>::lanes;
    return pool->c % N == 0 ? launch<T, N>(pool, src, dst, stream) : launch<T, 1>(pool, src, dst, stream);
}

frcnn_status frcnn_max_pool2d_cuda(const frcnn_max_pool2d *pool, frcnn_dtype dtype, const void *src, void *dst,
                                   frcnn_stream *stream)
{
    switch (dtype) {
    case FRCNN_F32:
        return run<float>(pool, src, dst, stream);
    case FRCNN_F16:
        return run<__half>(pool, src, dst, stream);
    case FRCNN_BF16:
        return run<__nv_bfloat16>(pool, src, dst, stream);
    default:
        return frcnn_fail(FRCNN_ERROR_BACKEND, "max_pool2d: expected f32, f16 or bf16, found %s",
                          frcnn_dtype_get_name(dtype));
    }
}
