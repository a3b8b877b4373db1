/** One word of the Mersenne Twister. */
#ifndef FRCNN_MT19937_BODY_H
#define FRCNN_MT19937_BODY_H

#include <stdint.h>

#include "tensor/body.h"

/** Word j of a seeded state from word j - 1. */
FRCNN_HD uint32_t frcnn_mt19937_seed_at(uint32_t before, uint32_t j)
{
    return UINT32_C(1812433253) * (before ^ (before >> 30)) + j;
}

/** Word j of the next state from words j, j + 1 and j + 397 of this one. */
FRCNN_HD uint32_t frcnn_mt19937_twist_at(uint32_t word, uint32_t after, uint32_t far)
{
    const uint32_t mixed = (word & UINT32_C(0x80000000)) | (after & UINT32_C(0x7fffffff));
    return far ^ (mixed >> 1) ^ ((0 - (after & 1u)) & UINT32_C(0x9908b0df));
}

/** What is drawn for a word of the state. */
FRCNN_HD uint32_t frcnn_mt19937_temper_at(uint32_t word)
{
    word ^= word >> 11;
    word ^= (word << 7) & UINT32_C(0x9d2c5680);
    word ^= (word << 15) & UINT32_C(0xefc60000);
    return word ^ (word >> 18);
}

#endif
