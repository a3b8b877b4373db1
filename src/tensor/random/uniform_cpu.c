#include "tensor/random/uniform.h"

#include "tensor/random/uniform_body.h"

/* Words at a time: they stay in the nearest cache. */
enum { BLOCK = 2048 };

FRCNN_SIMD void frcnn_uniform_block_f32(int64_t n, const uint32_t *words, float low, float range, float high,
                                        float *restrict dst)
{
    for (int64_t i = 0; i < n; i++) dst[i] = frcnn_uniform_f32_at(words[i], low, range, high);
}

FRCNN_SIMD void frcnn_uniform_block_f64(int64_t n, const uint32_t *words, double low, double range, double high,
                                        double *restrict dst)
{
    for (int64_t i = 0; i < n; i++) dst[i] = frcnn_uniform_f64_at(words[2 * i], words[2 * i + 1], low, range, high);
}

static void fill_f32(const frcnn_uniform *uniform, frcnn_generator *generator, float *dst)
{
    const float low = (float)uniform->low;
    const float high = (float)uniform->high;
    uint32_t words[BLOCK];
    for (int64_t i = 0; i < uniform->n; i += BLOCK) {
        const int64_t n = uniform->n - i < BLOCK ? uniform->n - i : BLOCK;
        frcnn_mt19937_draw(&generator->engine, n, words);
        frcnn_uniform_block_f32(n, words, low, high - low, high, dst + i);
    }
}

static void fill_f64(const frcnn_uniform *uniform, frcnn_generator *generator, double *dst)
{
    uint32_t words[BLOCK];
    for (int64_t i = 0; i < uniform->n; i += BLOCK / 2) {
        const int64_t n = uniform->n - i < BLOCK / 2 ? uniform->n - i : BLOCK / 2;
        frcnn_mt19937_draw(&generator->engine, 2 * n, words);
        frcnn_uniform_block_f64(n, words, uniform->low, uniform->high - uniform->low, uniform->high, dst + i);
    }
}

/* low and high take part as f32. */
#define DEFINE_FILL_HALF(dtype)                                                                                        \
    static void fill_##dtype(const frcnn_uniform *uniform, frcnn_generator *generator, uint16_t *dst)                  \
    {                                                                                                                  \
        const float low = (float)uniform->low;                                                                         \
        const float high = (float)uniform->high;                                                                       \
        uint32_t words[BLOCK];                                                                                         \
        for (int64_t i = 0; i < uniform->n; i += BLOCK) {                                                              \
            const int64_t n = uniform->n - i < BLOCK ? uniform->n - i : BLOCK;                                         \
            frcnn_mt19937_draw(&generator->engine, n, words);                                                          \
            for (int64_t j = 0; j < n; j++) dst[i + j] = frcnn_uniform_##dtype##_at(words[j], low, high);              \
        }                                                                                                              \
    }

DEFINE_FILL_HALF(f16)
DEFINE_FILL_HALF(bf16)

frcnn_status frcnn_uniform_cpu(const frcnn_uniform *uniform, frcnn_generator *generator, void *dst)
{
    switch (uniform->dtype) {
    case FRCNN_F64:
        fill_f64(uniform, generator, dst);
        break;
    case FRCNN_F16:
        fill_f16(uniform, generator, dst);
        break;
    case FRCNN_BF16:
        fill_bf16(uniform, generator, dst);
        break;
    default:
        fill_f32(uniform, generator, dst);
        break;
    }
    return FRCNN_OK;
}

void frcnn_uniform_unit_f32(frcnn_generator *generator, int64_t n, float *dst)
{
    const frcnn_uniform unit = {FRCNN_F32, n, 0, 1};
    fill_f32(&unit, generator, dst);
}

void frcnn_uniform_unit_f64(frcnn_generator *generator, int64_t n, double *dst)
{
    const frcnn_uniform unit = {FRCNN_F64, n, 0, 1};
    fill_f64(&unit, generator, dst);
}
