#include "tensor/parallel.h"
#include "tensor/reduce/softmax.h"
#include "tensor/reduce/softmax_body.h"

void frcnn_softmax_cpu(int64_t n_outer, int64_t n, int64_t n_inner, const float *src, float *dst)
{
    FRCNN_PARALLEL_FOR
    for (int64_t i = 0; i < n_outer * n_inner; i++) {
        const int64_t first = i / n_inner * n * n_inner + i % n_inner;
        frcnn_softmax_run(src + first, n, n_inner, dst + first);
    }
}
