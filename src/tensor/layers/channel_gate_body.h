/** One value of a map, gated. */
#ifndef FRCNN_CHANNEL_GATE_BODY_H
#define FRCNN_CHANNEL_GATE_BODY_H

#include "tensor/body.h"

/** value times the hard sigmoid of gate. NaN stays NaN. */
FRCNN_HD float frcnn_channel_gate(float value, float gate)
{
    const float shifted = gate + 3.0f;
    const float above = shifted < 0.0f ? 0.0f : shifted;
    const float clamped = above > 6.0f ? 6.0f : above;
    return value * (clamped / 6.0f);
}

#endif
