#include "tensor/body.h"
#include "tensor/error.h"
#include "tensor/layers/avg_pool2d.h"
#include "tensor/memory.h"
#include "tensor/parallel.h"

enum { LANES = 128, BLOCK = 16384 };

/* Sum number i of n takes value i, i + n, i + 2n, … of a run: n is a multiple of the channels, so each sum is one
   channel's, and there are enough of them to fill vectors. Four values are added as they are: widening each, and a sum read
   and written for each, would take longer than memory does. */
#define DEFINE_ADD_RUN(name, type)                                                                                     \
    FRCNN_SIMD void name(int64_t n, double *restrict sums, int64_t n_values, const type *src)                          \
    {                                                                                                                  \
        for (; n_values >= 4 * n; n_values -= 4 * n, src += 4 * n)                                                     \
            for (int64_t i = 0; i < n; i++)                                                                            \
                sums[i] += (double)((src[i] + src[n + i]) + (src[2 * n + i] + src[3 * n + i]));                        \
        for (; n_values > 0; n_values -= n, src += n)                                                                  \
            for (int64_t i = 0; i < (n_values < n ? n_values : n); i++) sums[i] += (double)src[i];                     \
    }

DEFINE_ADD_RUN(frcnn_map_mean_add_f32, float)
DEFINE_ADD_RUN(frcnn_map_mean_add_f64, double)

static void finish(const frcnn_map_mean_run *run, int64_t image, int64_t n_sums, int64_t n_blocks, const double *sums)
{
    for (int64_t i = 0; i < run->c; i++) {
        double sum = 0;
        for (int64_t k = 0; k < n_blocks * n_sums; k += run->c) sum += sums[k + i];
        const double mean = sum / (double)run->hw;
        if (run->dtype == FRCNN_F64)
            ((double *)run->dst)[image * run->c + i] = mean;
        else
            ((float *)run->dst)[image * run->c + i] = (float)mean;
    }
}

frcnn_status frcnn_map_mean_cpu(const frcnn_map_mean_run *run)
{
    const int64_t per_image = run->hw * run->c;
    const int64_t n_sums = run->c * ((LANES + run->c - 1) / run->c);
    const int64_t block = n_sums * ((BLOCK + n_sums - 1) / n_sums);
    const int64_t n_blocks = (per_image + block - 1) / block;
    void *memory = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&memory, (size_t)(run->n * n_blocks * n_sums), sizeof(double), "adaptive_avg_pool2d"));
    double *sums = memory;
    FRCNN_PARALLEL_FOR_IF(run->n * per_image >= FRCNN_PARALLEL_MIN)
    for (int64_t k = 0; k < run->n * n_blocks; k++) {
        const int64_t from = k % n_blocks * block;
        const int64_t left = per_image - from;
        const int64_t at = k / n_blocks * per_image + from;
        const int64_t n = left < block ? left : block;
        if (run->dtype == FRCNN_F64)
            frcnn_map_mean_add_f64(n_sums, sums + k * n_sums, n, (const double *)run->src + at);
        else
            frcnn_map_mean_add_f32(n_sums, sums + k * n_sums, n, (const float *)run->src + at);
    }
    for (int64_t image = 0; image < run->n; image++)
        finish(run, image, n_sums, n_blocks, sums + image * n_blocks * n_sums);
    frcnn_free(memory);
    return FRCNN_OK;
}
