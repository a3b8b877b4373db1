/** The Mersenne Twister's 32-bit words. Source: Matsumoto and Nishimura 1998. */
#ifndef FRCNN_MT19937_H
#define FRCNN_MT19937_H

#include <stdint.h>

enum { FRCNN_MT19937_WORDS = 624 };

/** Counted as PyTorch counts, whose states come and go: 1 and 0 after seeding, else left + next == 625. */
typedef struct frcnn_mt19937 {
    uint32_t words[FRCNN_MT19937_WORDS];
    int left; /**< draws to the next twist, that one included */
    int next; /**< the word that is drawn next */
} frcnn_mt19937;

void frcnn_mt19937_seed(frcnn_mt19937 *engine, uint32_t seed);
/** The next n words. */
void frcnn_mt19937_draw(frcnn_mt19937 *engine, int64_t n, uint32_t *dst);

#endif
