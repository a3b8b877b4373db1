#include "tensor/random/mt19937.h"

#include "tensor/random/mt19937_body.h"

enum { N = FRCNN_MT19937_WORDS, FAR = 397 };

void frcnn_mt19937_seed(frcnn_mt19937 *engine, uint32_t seed)
{
    engine->words[0] = seed;
    for (uint32_t j = 1; j < N; j++) engine->words[j] = frcnn_mt19937_seed_at(engine->words[j - 1], j);
    engine->left = 1;
    engine->next = 0;
}

/* In place: what lies FAR ahead is of the old state up to the end of the words, then of the new one. */
FRCNN_SIMD void frcnn_mt19937_twist(uint32_t words[FRCNN_MT19937_WORDS])
{
    for (int j = 0; j < N - FAR; j++) words[j] = frcnn_mt19937_twist_at(words[j], words[j + 1], words[j + FAR]);
    for (int j = N - FAR; j < N - 1; j++)
        words[j] = frcnn_mt19937_twist_at(words[j], words[j + 1], words[j - (N - FAR)]);
    words[N - 1] = frcnn_mt19937_twist_at(words[N - 1], words[0], words[FAR - 1]);
}

FRCNN_SIMD void frcnn_mt19937_temper(int64_t n, const uint32_t *words, uint32_t *restrict dst)
{
    for (int64_t i = 0; i < n; i++) dst[i] = frcnn_mt19937_temper_at(words[i]);
}

void frcnn_mt19937_draw(frcnn_mt19937 *engine, int64_t n, uint32_t *dst)
{
    while (n > 0) {
        if (engine->left == 1) {
            frcnn_mt19937_twist(engine->words);
            engine->left = N + 1;
            engine->next = 0;
        }
        const int n_here = n < engine->left - 1 ? (int)n : engine->left - 1;
        frcnn_mt19937_temper(n_here, engine->words + engine->next, dst);
        engine->left -= n_here;
        engine->next += n_here;
        dst += n_here;
        n -= n_here;
    }
}
