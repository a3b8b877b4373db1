/** One anchor: a base anchor moved to its cell. */
#ifndef FRCNN_ANCHOR_GRID_BODY_H
#define FRCNN_ANCHOR_GRID_BODY_H

#include "tensor/body.h"

/** In f32, as all but py-faster-rcnn add. shift0 moves coordinates 0 and 2, shift1 the others. */
FRCNN_HD void frcnn_anchor_at_f32(const float *base, float shift0, float shift1, float *out)
{
    out[0] = base[0] + shift0;
    out[1] = base[1] + shift1;
    out[2] = base[2] + shift0;
    out[3] = base[3] + shift1;
}

/** In f64, rounded once. */
FRCNN_HD void frcnn_anchor_at_f64(const double *base, double shift0, double shift1, float *out)
{
    out[0] = (float)(base[0] + shift0);
    out[1] = (float)(base[1] + shift1);
    out[2] = (float)(base[2] + shift0);
    out[3] = (float)(base[3] + shift1);
}

#endif
