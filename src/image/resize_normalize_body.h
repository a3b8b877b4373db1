/** One element of the network's input: a byte normalised; by torchvision's rule, four of them and their weights. */
#ifndef FRCNN_RESIZE_NORMALIZE_BODY_H
#define FRCNN_RESIZE_NORMALIZE_BODY_H

#include <math.h>
#include <stdint.h>

#include "image/resize_rule.h"
#include "tensor/body.h"

/** What bytes are divided by before they are normalised. */
FRCNN_HD float frcnn_normalize_get_unit(frcnn_resize_rule rule)
{
    return rule == FRCNN_RESIZE_TORCHVISION ? 255.0f : 1.0f;
}

FRCNN_HD float frcnn_normalize(int value, float unit, float mean, float std)
{
    return ((float)value / unit - mean) / std;
}

/** Where one row or column of the output lies between two of the source. */
typedef struct frcnn_resize_tap {
    int32_t i0, i1;
    float w0, w1;
} frcnn_resize_tap;

/** index of dst_size; half-pixel centres, the coordinate in float with one rounding. */
FRCNN_HD frcnn_resize_tap frcnn_resize_get_tap(int32_t index, int32_t src_size, int32_t dst_size)
{
    frcnn_resize_tap tap;
    const float ratio = (float)src_size / (float)dst_size;
    const float position = fmaf(ratio, (float)index + 0.5f, -0.5f);
    const float t = position > 0.0f ? position : 0.0f;
    const int32_t floor_t = (int32_t)t;
    tap.i0 = floor_t < src_size - 1 ? floor_t : src_size - 1;
    tap.i1 = tap.i0 < src_size - 1 ? tap.i0 + 1 : tap.i0;
    const float fraction = t - (float)tap.i0;
    tap.w1 = fraction < 0.0f ? 0.0f : fraction > 1.0f ? 1.0f : fraction;
    tap.w0 = 1.0f - tap.w1;
    return tap;
}

/** a, b: the upper row's pixels left and right; c, d: the lower row's. h: the rows' weights, w: the columns'. */
FRCNN_HD float frcnn_resize_blend(float h0, float h1, float w0, float w1, float a, float b, float c, float d)
{
    const float wa = h0 * w0;
    const float wb = h0 * w1;
    const float wc = h1 * w0;
    const float wd = h1 * w1;
    return fmaf(wd, d, fmaf(wc, c, fmaf(wa, a, wb * b)));
}

#endif
