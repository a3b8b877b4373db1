#include "tensor/body.h"
#include "tensor/elementwise/add.h"
#include "tensor/parallel.h"

/* Rows of a tensor whose rows are long are cut, so that one long row is parallel too. */
enum { STRETCH = 16384 };

FRCNN_SIMD void frcnn_add_stretch(int64_t n, const float *a, int64_t a_stride, const float *b, int64_t b_stride,
                                  float *restrict dst)
{
    if (a_stride == 1 && b_stride == 1)
        for (int64_t i = 0; i < n; i++) dst[i] = a[i] + b[i];
    else if (a_stride == 1 && b_stride == 0)
        for (int64_t i = 0; i < n; i++) dst[i] = a[i] + b[0];
    else
        for (int64_t i = 0; i < n; i++) dst[i] = a[i * a_stride] + b[i * b_stride];
}

void frcnn_add_cpu(const frcnn_broadcast *shape, const float *a, const float *b, float *dst)
{
    const int inner = shape->n_dims - 1;
    const int64_t n = shape->shape[inner];
    const int64_t n_stretches = (n + STRETCH - 1) / STRETCH;
    int64_t n_rows = 1;
    for (int d = 0; d < inner; d++) n_rows *= shape->shape[d];
    FRCNN_PARALLEL_FOR
    for (int64_t i = 0; i < n_rows * n_stretches; i++) {
        const int64_t first = i % n_stretches * STRETCH;
        int64_t a_from = first * shape->a_strides[inner];
        int64_t b_from = first * shape->b_strides[inner];
        int64_t rest = i / n_stretches;
        float *to = dst + rest * n + first;
        for (int d = inner - 1; d >= 0; d--) {
            a_from += rest % shape->shape[d] * shape->a_strides[d];
            b_from += rest % shape->shape[d] * shape->b_strides[d];
            rest /= shape->shape[d];
        }
        frcnn_add_stretch(n - first < STRETCH ? n - first : STRETCH, a + a_from, shape->a_strides[inner], b + b_from,
                          shape->b_strides[inner], to);
    }
}
