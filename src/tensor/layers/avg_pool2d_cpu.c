#include "tensor/layers/avg_pool2d.h"
#include "tensor/layers/avg_pool2d_body.h"
#include "tensor/parallel.h"

enum {
    WIDE = 8,      /* channels from which they are the inner loop */
    STRETCH = 1024 /* outputs that stay in the cache from tap to tap */
};

/* The sum is divided by first, and then by second where that isn't 1. */
typedef struct divisors {
    int64_t first, second;
} divisors;

static divisors get_divisors(const frcnn_avg_pool2d *pool, int64_t y, int64_t x)
{
    divisors by = {pool->number, 1};
    if (pool->by == FRCNN_AVG_BY_WINDOW) {
        by.first = frcnn_avg_pool2d_get_reach(&pool->y, y) * frcnn_avg_pool2d_get_reach(&pool->x, x);
    } else if (pool->by != FRCNN_AVG_BY_NUMBER) {
        const frcnn_span rows = frcnn_window_get_span(&pool->y, y);
        const frcnn_span columns = frcnn_window_get_span(&pool->x, x);
        by.first = rows.end - rows.first;
        by.second = columns.end - columns.first;
        if (pool->by == FRCNN_AVG_BY_INSIDE) by = (divisors){by.first * by.second, 1};
    }
    return by;
}

#define VALUE float
#define ADD(a, b) ((a) + (b))
#define DIVIDE(a, b) ((a) / (b))
#define NAME(name) name##_f32
#include "tensor/layers/avg_pool2d_rows.h"

#define VALUE double
#define ADD(a, b) ((a) + (b))
#define DIVIDE(a, b) ((a) / (b))
#define NAME(name) name##_f64
#include "tensor/layers/avg_pool2d_rows.h"

#define VALUE int64_t
#define ADD(a, b) ((int64_t)((uint64_t)(a) + (uint64_t)(b)))
#define DIVIDE(a, b) ((b) == -1 ? (int64_t)(0 - (uint64_t)(a)) : (a) / (b))
#define NAME(name) name##_i64
#include "tensor/layers/avg_pool2d_rows.h"

typedef void (*row_function)(const frcnn_avg_pool2d_run *run, int64_t row);

frcnn_status frcnn_avg_pool2d_run_cpu(const frcnn_avg_pool2d_run *run)
{
    const frcnn_avg_pool2d *pool = &run->pool;
    const int64_t n_rows = pool->n * pool->y.out;
    const int is_big = pool->n * pool->y.in * pool->x.in * pool->c >= FRCNN_PARALLEL_MIN;
    const row_function pool_row = run->dtype == FRCNN_F64   ? pool_row_f64
                                  : run->dtype == FRCNN_I64 ? pool_row_i64
                                                            : pool_row_f32;
    FRCNN_PARALLEL_FOR_IF(is_big)
    for (int64_t row = 0; row < n_rows; row++) pool_row(run, row);
    return FRCNN_OK;
}
