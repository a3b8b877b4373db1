/** One of evenly spaced values. */
#ifndef FRCNN_ARANGE_BODY_H
#define FRCNN_ARANGE_BODY_H

#include <stdint.h>

#include "tensor/body.h"

FRCNN_HD float frcnn_arange_f32_at(double start, double step, int64_t i)
{
    return (float)(start + (double)i * step);
}

FRCNN_HD int64_t frcnn_arange_i64_at(int64_t start, int64_t step, int64_t i)
{
    return start + i * step;
}

#endif
