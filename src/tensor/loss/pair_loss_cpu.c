#include <stddef.h>

#include "tensor/body.h"
#include "tensor/error.h"
#include "tensor/loss/pair_loss.h"
#include "tensor/loss/pair_loss_body.h"
#include "tensor/memory.h"
#include "tensor/parallel.h"
#include "tensor/short_sum.h"

enum { STRETCH = 512, CHUNK = 16384 };

/* Losses of elements first … first + n - 1 into values. */
#define DEFINE_STRETCH(suffix, REAL)                                                                                   \
    FRCNN_SIMD void frcnn_pair_loss_stretch_##suffix(const frcnn_pair_loss *loss, int64_t first, int64_t n,            \
                                                     REAL *restrict values)                                            \
    {                                                                                                                  \
        const REAL *input = (const REAL *)loss->input + first;                                                         \
        const REAL *target = (const REAL *)loss->target + first;                                                       \
        const REAL beta = (REAL)loss->beta;                                                                            \
        switch (loss->kind) {                                                                                          \
        case FRCNN_PAIR_LOSS_MSE:                                                                                      \
            for (int64_t i = 0; i < n; i++) values[i] = frcnn_mse_loss_##suffix(input[i], target[i]);                  \
            break;                                                                                                     \
        case FRCNN_PAIR_LOSS_L1:                                                                                       \
            for (int64_t i = 0; i < n; i++) values[i] = frcnn_l1_loss_##suffix(input[i], target[i]);                   \
            break;                                                                                                     \
        case FRCNN_PAIR_LOSS_SMOOTH_L1:                                                                                \
            for (int64_t i = 0; i < n; i++) values[i] = frcnn_smooth_l1_loss_##suffix(input[i], target[i], beta);      \
            break;                                                                                                     \
        case FRCNN_PAIR_LOSS_BCE:                                                                                      \
            for (int64_t i = 0; i < n; i++)                                                                            \
                values[i] = frcnn_bce_loss_##suffix(                                                                   \
                    input[i], target[i], loss->pos_weight != NULL ? ((const REAL *)loss->pos_weight)[first + i] : 1);  \
            if (loss->weight != NULL)                                                                                  \
                for (int64_t i = 0; i < n; i++) values[i] *= ((const REAL *)loss->weight)[first + i];                  \
            break;                                                                                                     \
        }                                                                                                              \
    }                                                                                                                  \
    FRCNN_SIMD double frcnn_pair_loss_sum_##suffix(int64_t n, const REAL *values)                                      \
    {                                                                                                                  \
        return frcnn_short_sum_##suffix(n, values);                                                                    \
    }                                                                                                                  \
    static double run_stretch_##suffix(const frcnn_pair_loss *loss, int64_t first, int64_t n)                          \
    {                                                                                                                  \
        REAL own[STRETCH];                                                                                             \
        REAL *values = loss->losses != NULL ? (REAL *)loss->losses + first : own;                                      \
        frcnn_pair_loss_stretch_##suffix(loss, first, n, values);                                                      \
        return frcnn_pair_loss_sum_##suffix(n, values);                                                                \
    }

DEFINE_STRETCH(f32, float)
DEFINE_STRETCH(f64, double)

static double run_chunk(const frcnn_pair_loss *loss, int64_t chunk)
{
    const int64_t end = loss->n - chunk * CHUNK < CHUNK ? loss->n : (chunk + 1) * CHUNK;
    double sum = 0.0;
    for (int64_t first = chunk * CHUNK; first < end; first += STRETCH) {
        const int64_t n = end - first < STRETCH ? end - first : STRETCH;
        sum += loss->dtype == FRCNN_F64 ? run_stretch_f64(loss, first, n) : run_stretch_f32(loss, first, n);
    }
    return sum;
}

frcnn_status frcnn_pair_loss_cpu(const frcnn_pair_loss *loss, frcnn_loss_sums *sums)
{
    const int64_t n_chunks = (loss->n + CHUNK - 1) / CHUNK;
    double total = 0.0;
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc(&block, (size_t)n_chunks, sizeof(double), "loss"));
    double *parts = block;
    FRCNN_PARALLEL_FOR_IF(loss->n >= FRCNN_PARALLEL_MIN)
    for (int64_t i = 0; i < n_chunks; i++) parts[i] = run_chunk(loss, i);
    for (int64_t i = 0; i < n_chunks; i++) total += parts[i];
    frcnn_free(block);
    *sums = (frcnn_loss_sums){total, (double)loss->n};
    return FRCNN_OK;
}
