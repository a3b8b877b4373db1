#include "tensor/error.h"
#include "tensor/layers/batch_norm.h"
#include "tensor/layers/batch_norm_body.h"
#include "tensor/memory.h"
#include "tensor/parallel.h"

enum { LANES = 64, BLOCK = 16384 };

/* Few channels are repeated until they fill vectors: value i of a stretch goes with alpha and beta i % n. */
#define DEFINE_BATCH_NORM(suffix, type)                                                                                \
    FRCNN_SIMD void frcnn_batch_norm_stretch_##suffix(int64_t n_values, int64_t n, const type *alpha,                  \
                                                      const type *beta, const type *src, type *restrict dst)           \
    {                                                                                                                  \
        for (int64_t at = 0; at < n_values; at += n) {                                                                 \
            const int64_t left = n_values - at < n ? n_values - at : n;                                                \
            for (int64_t i = 0; i < left; i++)                                                                         \
                dst[at + i] = frcnn_batch_norm_##suffix(src[at + i], alpha[i], beta[i]);                               \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    static void run_##suffix(const frcnn_batch_norm_run *run, int64_t n, type *alpha)                                  \
    {                                                                                                                  \
        type *beta = alpha + n;                                                                                        \
        for (int64_t i = 0; i < n; i++) {                                                                              \
            const int64_t c = i % run->c;                                                                              \
            const type weight = run->weight != NULL ? ((const type *)run->weight)[c] : 1;                              \
            const type bias = run->bias != NULL ? ((const type *)run->bias)[c] : 0;                                    \
            alpha[i] = frcnn_batch_norm_alpha_##suffix(((const type *)run->variance)[c], (type)run->eps, weight);      \
            beta[i] = frcnn_batch_norm_beta_##suffix(((const type *)run->mean)[c], alpha[i], bias);                    \
        }                                                                                                              \
        const int64_t n_values = run->n * run->c;                                                                      \
        const int64_t block = n * ((BLOCK + n - 1) / n);                                                               \
        FRCNN_PARALLEL_FOR_IF(n_values >= FRCNN_PARALLEL_MIN)                                                          \
        for (int64_t at = 0; at < n_values; at += block)                                                               \
            frcnn_batch_norm_stretch_##suffix(n_values - at < block ? n_values - at : block, n, alpha, beta,           \
                                              (const type *)run->src + at, (type *)run->dst + at);                     \
    }

DEFINE_BATCH_NORM(f32, float)
DEFINE_BATCH_NORM(f64, double)

frcnn_status frcnn_batch_norm_cpu(const frcnn_batch_norm_run *run)
{
    const int64_t n = run->c * ((LANES + run->c - 1) / run->c);
    void *memory = NULL;
    FRCNN_TRY(frcnn_alloc(&memory, 2 * (size_t)n, sizeof(double), "batch_norm"));
    if (run->dtype == FRCNN_F64)
        run_f64(run, n, memory);
    else
        run_f32(run, n, memory);
    frcnn_free(memory);
    return FRCNN_OK;
}
