#include "kernel.h"

#include "item_grid.h"
#include "tensor_layers.h"
#include "tensor_memory.h"

extern "C" {
#include "tensor/layers/max_pool2d_body.h"
}

FRCNN_DEVICE float find(frcnn_span rows, frcnn_span columns, int64_t in_w, int64_t c, const float *src, float lowest,
                        int64_t *at)
{
    return frcnn_max_pool2d_find_f32(rows, columns, in_w, c, src, lowest, at);
}

FRCNN_DEVICE double find(frcnn_span rows, frcnn_span columns, int64_t in_w, int64_t c, const double *src, double lowest,
                         int64_t *at)
{
    return frcnn_max_pool2d_find_f64(rows, columns, in_w, c, src, lowest, at);
}

FRCNN_DEVICE int64_t find(frcnn_span rows, frcnn_span columns, int64_t in_w, int64_t c, const int64_t *src,
                          int64_t lowest, int64_t *at)
{
    return frcnn_max_pool2d_find_i64(rows, columns, in_w, c, src, lowest, at);
}

/* Neighbouring threads have neighbouring channels. */
template <typename T> FRCNN_KERNEL(FRCNN_ITEM_THREADS) pool_values(frcnn_max_pool2d_run run, T lowest, int64_t n_values)
{
    const frcnn_max_pool2d &pool = run.pool;
    for (int64_t i = frcnn_item_first(); i < n_values; i += frcnn_item_step()) {
        const int64_t pixel = i / pool.c;
        const int64_t row = pixel / pool.x.out;
        const T *map = static_cast<const T *>(run.src) + row / pool.y.out * pool.y.in * pool.x.in * pool.c;
        int64_t at;
        static_cast<T *>(run.dst)[i] =
            find(frcnn_window_get_span(&pool.y, row % pool.y.out), frcnn_window_get_span(&pool.x, pixel % pool.x.out),
                 pool.x.in, pool.c, map + i % pool.c, lowest, &at);
        if (run.indices != nullptr) run.indices[i] = at;
    }
}

template <typename T> static frcnn_status launch(const frcnn_max_pool2d_run *run, T lowest)
{
    const int64_t n_values = run->pool.n * run->pool.y.out * run->pool.x.out * run->pool.c;
    if (n_values == 0) return FRCNN_OK;
    return FRCNN_LAUNCH((pool_values<T>), frcnn_item_blocks(n_values), FRCNN_ITEM_THREADS, 0,
                        frcnn_tensor_stream_get()->handle, *run, lowest, n_values);
}

frcnn_status frcnn_max_pool2d_run_cuda(const frcnn_max_pool2d_run *run)
{
    if (run->dtype == FRCNN_F32) return launch<float>(run, -INFINITY);
    if (run->dtype == FRCNN_F64) return launch<double>(run, -(double)INFINITY);
    return launch<int64_t>(run, run->lowest);
}
