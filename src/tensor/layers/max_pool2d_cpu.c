#include <math.h>

#include "tensor/layers/max_pool2d.h"
#include "tensor/layers/max_pool2d_body.h"
#include "tensor/parallel.h"

enum {
    WIDE = 8,      /* channels from which they are the inner loop */
    STRETCH = 1024 /* outputs that stay in the cache from tap to tap */
};

#define VALUE float
#define LOWEST (-INFINITY)
#define WINS frcnn_max_pool2d_wins_f32
#define FIND frcnn_max_pool2d_find_f32
#define NAME(name) name##_f32
#include "tensor/layers/max_pool2d_rows.h"

#define VALUE double
#define LOWEST ((double)-INFINITY)
#define WINS frcnn_max_pool2d_wins_f64
#define FIND frcnn_max_pool2d_find_f64
#define NAME(name) name##_f64
#include "tensor/layers/max_pool2d_rows.h"

#define VALUE int64_t
#define LOWEST (run->lowest)
#define WINS frcnn_max_pool2d_wins_i64
#define FIND frcnn_max_pool2d_find_i64
#define NAME(name) name##_i64
#include "tensor/layers/max_pool2d_rows.h"

typedef void (*row_function)(const frcnn_max_pool2d_run *run, int64_t row);

frcnn_status frcnn_max_pool2d_run_cpu(const frcnn_max_pool2d_run *run)
{
    const frcnn_max_pool2d *pool = &run->pool;
    const int64_t n_rows = pool->n * pool->y.out;
    const int is_big = pool->n * pool->y.in * pool->x.in * pool->c >= FRCNN_PARALLEL_MIN;
    const row_function pool_row = run->dtype == FRCNN_F64   ? pool_row_f64
                                  : run->dtype == FRCNN_I64 ? pool_row_i64
                                                            : pool_row_f32;
    FRCNN_PARALLEL_FOR_IF(is_big)
    for (int64_t row = 0; row < n_rows; row++) pool_row(run, row);
    return FRCNN_OK;
}

void frcnn_max_pool2d_cpu(const frcnn_max_pool2d *pool, const float *src, float *dst)
{
    const frcnn_max_pool2d_run run = {.pool = *pool, .dtype = FRCNN_F32, .src = src, .dst = dst};
    const int64_t n_rows = pool->n * pool->y.out;
    FRCNN_PARALLEL_FOR
    for (int64_t row = 0; row < n_rows; row++) pool_row_f32(&run, row);
}
