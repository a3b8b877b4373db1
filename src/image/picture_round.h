/** Arithmetic on 16-bit floats as PyTorch's: in f32, each step rounded back. */
#ifndef FRCNN_PICTURE_ROUND_H
#define FRCNN_PICTURE_ROUND_H

#include "frcnn/tensor.h"
#include "tensor/half.h"

/** The value that dtype, one of f32, f16 and bf16, holds of it. */
static inline float frcnn_round_to_dtype(float value, frcnn_dtype dtype)
{
    if (dtype == FRCNN_F16) return frcnn_f16_to_f32(frcnn_f32_to_f16(value));
    if (dtype == FRCNN_BF16) return frcnn_bf16_to_f32(frcnn_f32_to_bf16(value));
    return value;
}

#endif
