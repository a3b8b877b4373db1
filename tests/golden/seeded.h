/** The inputs of the goldens that make_stage_goldens.py computes, made again: the same generator as there. */
#ifndef FRCNN_TESTS_SEEDED_H
#define FRCNN_TESTS_SEEDED_H

#include <stddef.h>
#include <stdint.h>

static inline uint32_t seeded_next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/** One value of [low, high). */
static inline float seeded_float(uint32_t *state, float low, float high)
{
    const float u = (float)seeded_next(state) * 0x1p-24f;
    return low + (high - low) * u;
}

static inline void seeded_fill(uint32_t seed, float low, float high, float *values, size_t n)
{
    for (size_t i = 0; i < n; i++) values[i] = seeded_float(&seed, low, high);
}

static inline void seeded_bytes(uint32_t seed, uint8_t *values, size_t n)
{
    for (size_t i = 0; i < n; i++) values[i] = (uint8_t)(seeded_next(&seed) & 255);
}

/** n boxes x1, y1, x2, y2: a corner in [0, extent), sides in [0, side). */
static inline void seeded_boxes(uint32_t seed, float extent, float side, float *boxes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float *box = boxes + 4 * i;
        box[0] = seeded_float(&seed, 0.0f, extent);
        box[1] = seeded_float(&seed, 0.0f, extent);
        box[2] = box[0] + seeded_float(&seed, 0.0f, side);
        box[3] = box[1] + seeded_float(&seed, 0.0f, side);
    }
}

/** FNV-1a, 64 bit: stands for an array too long to write down. */
static inline uint64_t seeded_hash(const void *bytes, size_t n_bytes)
{
    const unsigned char *byte = bytes;
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < n_bytes; i++) hash = (hash ^ byte[i]) * 1099511628211u;
    return hash;
}

#endif
