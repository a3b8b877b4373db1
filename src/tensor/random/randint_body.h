/** One whole number from the generator's words. */
#ifndef FRCNN_RANDINT_BODY_H
#define FRCNN_RANDINT_BODY_H

#include <stdint.h>

#include "tensor/body.h"
#include "tensor/half.h"

/** Ranges up to here take one word a number, larger ones two. */
#define FRCNN_RANDINT_ONE_WORD (UINT64_C(1) << 28)

FRCNN_HD int64_t frcnn_randint_narrow_at(uint32_t word, int64_t low, uint32_t range)
{
    return (int64_t)((uint64_t)low + word % range);
}

FRCNN_HD int64_t frcnn_randint_wide_at(uint32_t upper, uint32_t lower, int64_t low, uint64_t range)
{
    return (int64_t)((uint64_t)low + ((uint64_t)upper << 32 | lower) % range);
}

/** By way of f32, as C converts: unlike frcnn_tensor_cast's, that rounds twice. */
FRCNN_HD uint16_t frcnn_randint_to_f16(int64_t value)
{
    return frcnn_f32_to_f16((float)value);
}

FRCNN_HD uint16_t frcnn_randint_to_bf16(int64_t value)
{
    return frcnn_f32_to_bf16((float)value);
}

#endif
