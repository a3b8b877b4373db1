/** One element of dropout: a product either way, so that a NaN stays one. */
#ifndef FRCNN_DROPOUT_BODY_H
#define FRCNN_DROPOUT_BODY_H

#include <stdint.h>

#include "tensor/body.h"

FRCNN_HD float frcnn_dropout_f32_at(float value, uint32_t word, uint32_t last_kept, float scale)
{
    return value * (word <= last_kept ? scale : 0.0f);
}

FRCNN_HD double frcnn_dropout_f64_at(double value, uint32_t word, uint32_t last_kept, double scale)
{
    return value * (word <= last_kept ? scale : 0.0);
}

#endif
