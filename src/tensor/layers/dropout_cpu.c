#include "tensor/layers/dropout.h"
#include "tensor/layers/dropout_body.h"
#include "tensor/random/generator.h"

enum { BLOCK = 1024 };

FRCNN_SIMD void frcnn_dropout_block_f32(int64_t n, const uint32_t *words, uint32_t last_kept, float scale,
                                        const float *src, float *dst)
{
    for (int64_t i = 0; i < n; i++) dst[i] = frcnn_dropout_f32_at(src[i], words[i], last_kept, scale);
}

FRCNN_SIMD void frcnn_dropout_block_f64(int64_t n, const uint32_t *words, uint32_t last_kept, double scale,
                                        const double *src, double *dst)
{
    for (int64_t i = 0; i < n; i++) dst[i] = frcnn_dropout_f64_at(src[i], words[i], last_kept, scale);
}

frcnn_status frcnn_dropout_cpu(const frcnn_dropout *dropout, frcnn_generator *generator, const void *src, void *dst)
{
    uint32_t words[BLOCK];
    for (int64_t i = 0; i < dropout->n; i += BLOCK) {
        const int64_t n = dropout->n - i < BLOCK ? dropout->n - i : BLOCK;
        frcnn_mt19937_draw(&generator->engine, n, words);
        if (dropout->dtype == FRCNN_F64)
            frcnn_dropout_block_f64(n, words, dropout->last_kept, dropout->scale, (const double *)src + i,
                                    (double *)dst + i);
        else
            frcnn_dropout_block_f32(n, words, dropout->last_kept, (float)dropout->scale, (const float *)src + i,
                                    (float *)dst + i);
    }
    return FRCNN_OK;
}
