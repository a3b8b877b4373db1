/** One box from its anchor (or proposal) and its deltas. Boxes are x1, y1, x2, y2.
 *  Source: Ren et al. 2015, eq. 2; the clamps and the orders of operations as torchvision and mmdetection have them. */
#ifndef FRCNN_BOX_CODER_BODY_H
#define FRCNN_BOX_CODER_BODY_H

#include <math.h>

#include "rpn/box_coder.h"
#include "tensor/body.h"

/* ln(1000 / 16): no box grows more than 62.5 times. */
#define FRCNN_BOX_CODER_MAX_LOG 4.135166556742356f

FRCNN_HD void frcnn_box_decode_torchvision(const float *anchor, const float *deltas, const float *weights,
                                           float max_log, float *box)
{
    const float width = anchor[2] - anchor[0];
    const float height = anchor[3] - anchor[1];
    const float center_x = anchor[0] + 0.5f * width;
    const float center_y = anchor[1] + 0.5f * height;
    const float dx = deltas[0] / weights[0];
    const float dy = deltas[1] / weights[1];
    const float raw_dw = deltas[2] / weights[2];
    const float raw_dh = deltas[3] / weights[3];
    const float dw = raw_dw > max_log ? max_log : raw_dw;
    const float dh = raw_dh > max_log ? max_log : raw_dh;
    const float decoded_x = dx * width + center_x;
    const float decoded_y = dy * height + center_y;
    const float half_width = 0.5f * (expf(dw) * width);
    const float half_height = 0.5f * (expf(dh) * height);
    box[0] = decoded_x - half_width;
    box[1] = decoded_y - half_height;
    box[2] = decoded_x + half_width;
    box[3] = decoded_y + half_height;
}

FRCNN_HD float frcnn_box_coder_clamp(float value)
{
    if (value > FRCNN_BOX_CODER_MAX_LOG) return FRCNN_BOX_CODER_MAX_LOG;
    return value < -FRCNN_BOX_CODER_MAX_LOG ? -FRCNN_BOX_CODER_MAX_LOG : value;
}

FRCNN_HD void frcnn_box_decode_mmdetection(const float *anchor, const float *deltas, const float *weights, float *box)
{
    for (int axis = 0; axis < 2; axis++) {
        const float center = (anchor[axis] + anchor[axis + 2]) * 0.5f;
        const float side = anchor[axis + 2] - anchor[axis];
        const float shift = side * (deltas[axis] * (1.0f / weights[axis]));
        const float log_scale = frcnn_box_coder_clamp(deltas[axis + 2] * (1.0f / weights[axis + 2]));
        const float decoded = center + shift;
        const float half_side = side * expf(log_scale) * 0.5f;
        box[axis] = decoded - half_side;
        box[axis + 2] = decoded + half_side;
    }
}

/** The far corner where the reference has it, which is inside the box. */
FRCNN_HD void frcnn_box_decode_py_faster_rcnn(const float *anchor, const float *deltas, float *box)
{
    for (int axis = 0; axis < 2; axis++) {
        const float side = anchor[axis + 2] - anchor[axis] + 1.0f;
        const float center = anchor[axis] + 0.5f * side;
        const float decoded = deltas[axis] * side + center;
        const float half_side = 0.5f * (expf(deltas[axis + 2]) * side);
        box[axis] = decoded - half_side;
        box[axis + 2] = decoded + half_side;
    }
}

/** deltas and weights: dx, dy, dw, dh. NaN stays NaN; but by mmdetection's coder a very small dw gives a width of 0.
 *  py-faster-rcnn's has no weights. */
FRCNN_HD void frcnn_box_decode(frcnn_box_coder coder, const float *anchor, const float *deltas, const float *weights,
                               float *box)
{
    if (coder == FRCNN_CODER_MMDETECTION)
        frcnn_box_decode_mmdetection(anchor, deltas, weights, box);
    else if (coder == FRCNN_CODER_PY_FASTER_RCNN)
        frcnn_box_decode_py_faster_rcnn(anchor, deltas, box);
    else
        frcnn_box_decode_torchvision(anchor, deltas, weights,
                                     coder == FRCNN_CODER_TORCHVISION ? FRCNN_BOX_CODER_MAX_LOG : INFINITY, box);
}

/** In place: from a box as it is worked on to one that is put out. */
FRCNN_HD void frcnn_box_close(frcnn_box_coder coder, float *box)
{
    if (coder != FRCNN_CODER_PY_FASTER_RCNN) return;
    box[2] -= 1.0f;
    box[3] -= 1.0f;
}

/** value within [0, limit]; NaN stays NaN. */
FRCNN_HD float frcnn_box_clip_coordinate(float value, float limit)
{
    const float above = value < 0.0f ? 0.0f : value;
    return above > limit ? limit : above;
}

/** In place, to x in [0, width], y in [0, height]. */
FRCNN_HD void frcnn_box_clip(float *box, float height, float width)
{
    box[0] = frcnn_box_clip_coordinate(box[0], width);
    box[1] = frcnn_box_clip_coordinate(box[1], height);
    box[2] = frcnn_box_clip_coordinate(box[2], width);
    box[3] = frcnn_box_clip_coordinate(box[3], height);
}

/** 1 where both sides are at least min_size; 0 where one is NaN. */
FRCNN_HD int frcnn_box_has_size(const float *box, float min_size)
{
    return box[2] - box[0] >= min_size && box[3] - box[1] >= min_size;
}

/** 1 where none of four values is infinite or NaN. */
FRCNN_HD int frcnn_box_is_finite(const float *values)
{
    return isfinite(values[0]) && isfinite(values[1]) && isfinite(values[2]) && isfinite(values[3]);
}

/** Decodes and clips. 1 where the box is one to keep: from finite deltas, finite itself, and of min_size or more. */
FRCNN_HD int frcnn_box_decode_clipped(frcnn_box_coder coder, const float *anchor, const float *deltas,
                                      const float *weights, float height, float width, float min_size, float *box)
{
    if (!frcnn_box_is_finite(deltas)) return 0;
    frcnn_box_decode(coder, anchor, deltas, weights, box);
    if (!frcnn_box_is_finite(box)) return 0;
    if (coder == FRCNN_CODER_PY_FASTER_RCNN) {
        frcnn_box_clip(box, height - 1.0f, width - 1.0f);
        box[2] += 1.0f;
        box[3] += 1.0f;
    } else {
        frcnn_box_clip(box, height, width);
    }
    return frcnn_box_has_size(box, min_size);
}

#endif
