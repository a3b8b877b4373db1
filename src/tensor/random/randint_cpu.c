#include "tensor/random/randint.h"

#include "tensor/random/randint_body.h"

enum { BLOCK = 1024 };

static void draw_block(const frcnn_randint *randint, frcnn_generator *generator, int64_t n, int64_t *values)
{
    uint32_t words[2 * BLOCK];
    if (randint->range < FRCNN_RANDINT_ONE_WORD) {
        const uint32_t range = (uint32_t)randint->range;
        frcnn_mt19937_draw(&generator->engine, n, words);
        for (int64_t i = 0; i < n; i++) values[i] = frcnn_randint_narrow_at(words[i], randint->low, range);
    } else {
        frcnn_mt19937_draw(&generator->engine, 2 * n, words);
        for (int64_t i = 0; i < n; i++)
            values[i] = frcnn_randint_wide_at(words[2 * i], words[2 * i + 1], randint->low, randint->range);
    }
}

#define STORE(type, expression)                                                                                        \
    for (int64_t i = 0; i < n; i++) ((type *)dst)[first + i] = (type)(expression);                                     \
    break

static void store_block(frcnn_dtype dtype, int64_t n, const int64_t *values, int64_t first, void *dst)
{
    switch (dtype) {
    case FRCNN_F32:
        STORE(float, values[i]);
    case FRCNN_F64:
        STORE(double, values[i]);
    case FRCNN_F16:
        STORE(uint16_t, frcnn_randint_to_f16(values[i]));
    case FRCNN_BF16:
        STORE(uint16_t, frcnn_randint_to_bf16(values[i]));
    case FRCNN_I8:
        STORE(int8_t, values[i]);
    case FRCNN_I16:
        STORE(int16_t, values[i]);
    case FRCNN_I32:
        STORE(int32_t, values[i]);
    case FRCNN_I64:
        STORE(int64_t, values[i]);
    case FRCNN_U8:
    case FRCNN_BOOL:
        STORE(uint8_t, values[i]);
    }
}

frcnn_status frcnn_randint_cpu(const frcnn_randint *randint, frcnn_generator *generator, void *dst)
{
    int64_t values[BLOCK];
    for (int64_t i = 0; i < randint->n; i += BLOCK) {
        const int64_t n = randint->n - i < BLOCK ? randint->n - i : BLOCK;
        draw_block(randint, generator, n, values);
        store_block(randint->dtype, n, values, i, dst);
    }
    return FRCNN_OK;
}
