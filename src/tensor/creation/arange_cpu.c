#include "tensor/creation/arange.h"
#include "tensor/creation/arange_body.h"
#include "tensor/parallel.h"

void frcnn_arange_f32_cpu(double start, double step, int64_t n, float *dst)
{
    FRCNN_PARALLEL_FOR
    for (int64_t i = 0; i < n; i++) dst[i] = frcnn_arange_f32_at(start, step, i);
}

void frcnn_arange_i64_cpu(int64_t start, int64_t step, int64_t n, int64_t *dst)
{
    FRCNN_PARALLEL_FOR
    for (int64_t i = 0; i < n; i++) dst[i] = frcnn_arange_i64_at(start, step, i);
}
