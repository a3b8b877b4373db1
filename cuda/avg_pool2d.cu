#include "kernel.h"

#include "item_grid.h"
#include "tensor_layers.h"
#include "tensor_memory.h"

extern "C" {
#include "tensor/layers/avg_pool2d_body.h"
}

FRCNN_DEVICE float average(frcnn_span rows, frcnn_span columns, int64_t in_w, int64_t c, const float *src,
                           frcnn_avg_divisors by)
{
    return frcnn_avg_pool2d_of_f32(rows, columns, in_w, c, src, by);
}

FRCNN_DEVICE double average(frcnn_span rows, frcnn_span columns, int64_t in_w, int64_t c, const double *src,
                            frcnn_avg_divisors by)
{
    return frcnn_avg_pool2d_of_f64(rows, columns, in_w, c, src, by);
}

FRCNN_DEVICE int64_t average(frcnn_span rows, frcnn_span columns, int64_t in_w, int64_t c, const int64_t *src,
                             frcnn_avg_divisors by)
{
    return frcnn_avg_pool2d_of_i64(rows, columns, in_w, c, src, by);
}

/* Neighbouring threads have neighbouring channels. */
template <typename T> FRCNN_KERNEL(FRCNN_ITEM_THREADS) pool_values(frcnn_avg_pool2d_run run, int64_t n_values)
{
    const frcnn_avg_pool2d &pool = run.pool;
    for (int64_t i = frcnn_item_first(); i < n_values; i += frcnn_item_step()) {
        const int64_t pixel = i / pool.c;
        const int64_t row = pixel / pool.x.out;
        const int64_t y = row % pool.y.out;
        const int64_t x = pixel % pool.x.out;
        const T *map = static_cast<const T *>(run.src) + row / pool.y.out * pool.y.in * pool.x.in * pool.c;
        static_cast<T *>(run.dst)[i] =
            average(frcnn_window_get_span(&pool.y, y), frcnn_window_get_span(&pool.x, x), pool.x.in, pool.c,
                    map + i % pool.c, frcnn_avg_pool2d_get_divisors(&pool, y, x));
    }
}

template <typename T> static frcnn_status launch(const frcnn_avg_pool2d_run *run)
{
    const int64_t n_values = run->pool.n * run->pool.y.out * run->pool.x.out * run->pool.c;
    if (n_values == 0) return FRCNN_OK;
    return FRCNN_LAUNCH((pool_values<T>), frcnn_item_blocks(n_values), FRCNN_ITEM_THREADS, 0,
                        frcnn_tensor_stream_get()->handle, *run, n_values);
}

frcnn_status frcnn_avg_pool2d_run_cuda(const frcnn_avg_pool2d_run *run)
{
    if (run->dtype == FRCNN_F32) return launch<float>(run);
    if (run->dtype == FRCNN_F64) return launch<double>(run);
    return launch<int64_t>(run);
}
