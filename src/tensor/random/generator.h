/** What a generator is inside. */
#ifndef FRCNN_GENERATOR_H
#define FRCNN_GENERATOR_H

#include "frcnn/random.h"
#include "tensor/random/mt19937.h"

struct frcnn_generator {
    frcnn_mt19937 engine;
    uint64_t seed;
    double normal; /**< second of a pair that randn made, where has_normal */
    int has_normal;
    float float_normal; /**< the same in f32, where has_float_normal: PyTorch's states have it, and nothing draws it */
    int has_float_normal;
};

/** The next word, and the next two as one number: the first is the upper half. */
uint32_t frcnn_generator_draw_u32(frcnn_generator *generator);
uint64_t frcnn_generator_draw_u64(frcnn_generator *generator);

#endif
