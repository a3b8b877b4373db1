#include <math.h>

#include "tensor/layers/max_pool2d.h"
#include "tensor/layers/max_pool2d_body.h"
#include "tensor/parallel.h"

/* One row of outputs; src is the image's map. Channels are the inner loop, their maxima stay in dst. */
FRCNN_SIMD void frcnn_max_pool2d_row(const frcnn_max_pool2d *pool, const float *src, int64_t y, float *restrict dst)
{
    const int64_t c = pool->c;
    const int y_first = frcnn_max_pool2d_first_tap(y, pool->stride, pool->padding, pool->dilation);
    const int y_end =
        frcnn_max_pool2d_end_tap(y, pool->in_h, pool->kernel, pool->stride, pool->padding, pool->dilation);
    for (int64_t x = 0; x < pool->out_w; x++) {
        float *restrict best = dst + x * c;
        const int x_first = frcnn_max_pool2d_first_tap(x, pool->stride, pool->padding, pool->dilation);
        const int x_end =
            frcnn_max_pool2d_end_tap(x, pool->in_w, pool->kernel, pool->stride, pool->padding, pool->dilation);
        for (int64_t i = 0; i < c; i++) best[i] = -INFINITY;
        for (int ky = y_first; ky < y_end; ky++) {
            const int64_t in_y = y * pool->stride - pool->padding + (int64_t)ky * pool->dilation;
            for (int kx = x_first; kx < x_end; kx++) {
                const int64_t in_x = x * pool->stride - pool->padding + (int64_t)kx * pool->dilation;
                const float *tap = src + (in_y * pool->in_w + in_x) * c;
                for (int64_t i = 0; i < c; i++) best[i] = frcnn_max_pool2d_keep(best[i], tap[i]);
            }
        }
    }
}

void frcnn_max_pool2d_cpu(const frcnn_max_pool2d *pool, const float *src, float *dst)
{
    const int64_t in_size = pool->in_h * pool->in_w * pool->c;
    const int64_t out_row = pool->out_w * pool->c;
    FRCNN_PARALLEL_FOR
    for (int64_t row = 0; row < pool->n * pool->out_h; row++)
        frcnn_max_pool2d_row(pool, src + row / pool->out_h * in_size, row % pool->out_h, dst + row * out_row);
}
