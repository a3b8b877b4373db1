#include "kernel.h"

#include <cfloat>

#include "lanes.h"
#include "roi_grid.h"
#include "roi_pooling.h"

extern "C" {
#include "roi/level_mapper_body.h"
#include "roi/roi_pool_body.h"
}

/* N channels of one bin; map begins with them, and its pixels are n_lanes apart. */
template <typename T, int N>
FRCNN_DEVICE frcnn_lanes<T, N> make_bin(const frcnn_lanes<T, N> *map, int width, int n_lanes, frcnn_roi_pool_span rows,
                                        frcnn_roi_pool_span columns)
{
    const int is_empty = rows.end <= rows.begin || columns.end <= columns.begin;
    float best[N];
    for (int i = 0; i < N; i++) best[i] = is_empty ? 0.0f : -FLT_MAX;
    for (int y = rows.begin; y < rows.end; y++)
#pragma unroll 4
        for (int x = columns.begin; x < columns.end; x++) {
            const frcnn_lanes<T, N> pixel = map[(y * width + x) * n_lanes];
            for (int i = 0; i < N; i++) best[i] = frcnn_roi_pool_keep(best[i], frcnn_widen(pixel.values[i]));
        }
    frcnn_lanes<T, N> bin;
    for (int i = 0; i < N; i++) frcnn_narrow(best[i], &bin.values[i]);
    return bin;
}

/* What the threads of a block share: its RoI along y and x. */
struct roi_shared {
    int level;
    frcnn_roi_pool_axis y, x;
};

FRCNN_DEVICE void share_roi(roi_shared *shared, const frcnn_roi_pool *pool, const float *roi)
{
    if (threadIdx.x == 0) {
        shared->level =
            frcnn_roi_get_level(roi, pool->level_rule, pool->k_min, pool->k_min + pool->n_levels - 1) - pool->k_min;
        const frcnn_roi_level *level = &pool->levels[shared->level];
        shared->y = frcnn_roi_pool_get_axis(roi[1], roi[3], level->scale, level->height, pool->output_size);
        shared->x = frcnn_roi_pool_get_axis(roi[0], roi[2], level->scale, level->width, pool->output_size);
    }
    __syncthreads();
}

template <typename T, int N>
FRCNN_KERNEL(FRCNN_ROI_GRID_THREADS, 2)
roi_pool(frcnn_roi_pool pool, frcnn_roi_grid grid, frcnn_lanes<T, N> *dst)
{
    FRCNN_SHARED roi_shared shared;
    const frcnn_roi_share share = frcnn_roi_grid_get_share(grid);
    frcnn_lanes<T, N> *bins = dst + share.first;
    if (share.is_empty) {
        for (int i = share.begin; i < share.end; i += (int)blockDim.x) bins[i] = frcnn_lanes_fill<T, N>(0.0f);
        return;
    }
    share_roi(&shared, &pool, share.roi);
    const frcnn_roi_level *level = &pool.levels[shared.level];
    const frcnn_lanes<T, N> *map = reinterpret_cast<const frcnn_lanes<T, N> *>(level->map) +
                                   (size_t)share.image * level->height * level->width * grid.n_lanes;
    for (int i = share.begin; i < share.end; i += (int)blockDim.x) {
        const int bin = i / grid.n_lanes;
        const frcnn_roi_pool_span rows = frcnn_roi_pool_get_span(shared.y, bin / grid.n_bins);
        const frcnn_roi_pool_span columns = frcnn_roi_pool_get_span(shared.x, bin % grid.n_bins);
        bins[i] = make_bin(map + i % grid.n_lanes, level->width, grid.n_lanes, rows, columns);
    }
}

template <typename T, int N> static frcnn_status launch(const frcnn_roi_pool_run *run, frcnn_stream *stream)
{
    const frcnn_roi_pool *pool = &run->pool;
    const int64_t n_lanes = pool->channels / N;
    FRCNN_TRY(frcnn_roi_grid_check("roi_pool", run->n, run->n_rows, pool->output_size, n_lanes, pool->levels,
                                   pool->n_levels));
    const frcnn_roi_grid grid = {run->boxes, run->counts, (int)run->n_rows, pool->output_size, (int)n_lanes};
    return FRCNN_LAUNCH((roi_pool<T, N>), frcnn_roi_grid_get_blocks(&grid, run->n * run->n_rows),
                        frcnn_roi_grid_get_threads(&grid), 0, stream->handle, *pool, grid,
                        (frcnn_lanes<T, N> *)run->dst);
}

template <typename T> static frcnn_status pool(const frcnn_roi_pool_run *run, frcnn_stream *stream)
{
    constexpr int N = frcnn_wide<T>::lanes;
    return run->pool.channels % N == 0 ? launch<T, N>(run, stream) : launch<T, 1>(run, stream);
}

frcnn_status frcnn_roi_pool_cuda(const frcnn_roi_pool_run *run, frcnn_stream *stream)
{
    switch (run->dtype) {
    case FRCNN_F32:
        return pool<float>(run, stream);
    case FRCNN_F16:
        return pool<__half>(run, stream);
    case FRCNN_BF16:
        return pool<__nv_bfloat16>(run, stream);
    default:
        return frcnn_fail(FRCNN_ERROR_BACKEND, "roi_pool: expected f32, f16 or bf16, found %s",
                          frcnn_dtype_get_name(run->dtype));
    }
}
