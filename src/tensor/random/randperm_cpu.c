#include "tensor/random/randperm.h"

/* From here on PyTorch 2.14 draws 64 bits for each place: 32 would favour some orders too much. */
static const int64_t LONG = (int64_t)UINT32_MAX / 20;

/* Shuffles as Fisher and Yates: each place takes one of what is left. Words are drawn in blocks. */
static void shuffle(int64_t n, frcnn_generator *generator, int64_t *dst)
{
    enum { BLOCK = 1024 };
    uint32_t words[BLOCK];
    for (int64_t i = 0; i < n; i++) dst[i] = i;
    for (int64_t i = 0; i < n - 1; i += BLOCK) {
        const int64_t n_here = n - 1 - i < BLOCK ? n - 1 - i : BLOCK;
        frcnn_mt19937_draw(&generator->engine, n_here, words);
        for (int64_t j = i; j < i + n_here; j++) {
            const int64_t chosen = j + (int64_t)(words[j - i] % (uint32_t)(n - j));
            const int64_t value = dst[chosen];
            dst[chosen] = dst[j];
            dst[j] = value;
        }
    }
}

/* The inside-out form: each value goes to a place among those before it, whose value it moves to the end. */
static void shuffle_long(int64_t n, frcnn_generator *generator, int64_t *dst)
{
    for (int64_t i = 0; i < n; i++) {
        const int64_t chosen = (int64_t)(frcnn_generator_draw_u64(generator) % (uint64_t)(i + 1));
        dst[i] = chosen < i ? dst[chosen] : i;
        dst[chosen] = i;
    }
}

frcnn_status frcnn_randperm_cpu(int64_t n, frcnn_generator *generator, int64_t *dst)
{
    if (n < LONG)
        shuffle(n, generator, dst);
    else
        shuffle_long(n, generator, dst);
    return FRCNN_OK;
}
