/** One element of the network's input: a byte normalised; by torchvision's rule, four of them and their weights. */
#ifndef FRCNN_RESIZE_NORMALIZE_BODY_H
#define FRCNN_RESIZE_NORMALIZE_BODY_H

#include <math.h>
#include <stdint.h>

#include "image/resize_rule.h"
#include "tensor/body.h"

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
FRCNN_HD frcnn_resize_tap frcnn_resize_get_torchvision_tap(int32_t index, int32_t src_size, int32_t dst_size)
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

/** Between the two pixels round position, which lies between the first and the last. */
FRCNN_HD frcnn_resize_tap frcnn_resize_get_tap_at(double position, int32_t src_size)
{
    frcnn_resize_tap tap;
    const int32_t floor_position = (int32_t)position;
    tap.i0 = floor_position < src_size - 1 ? floor_position : src_size - 1;
    tap.i1 = tap.i0 < src_size - 1 ? tap.i0 + 1 : tap.i0;
    tap.w1 = (float)(position - (double)tap.i0);
    tap.w0 = 1.0f - tap.w1;
    return tap;
}

/** OpenCV's, at the steps of a scale; beyond the outer pixels' centres they count alone. */
FRCNN_HD frcnn_resize_tap frcnn_resize_get_opencv_tap(int32_t index, int32_t src_size, double scale)
{
    const float position = (float)((index + 0.5) * (1.0 / scale) - 0.5);
    const float first = position < 0.0f ? 0.0f : position;
    const float last = (float)(src_size - 1);
    return frcnn_resize_get_tap_at((double)(first > last ? last : first), src_size);
}

/** scikit-image's, in double; beyond the outer pixels' centres the image is mirrored there. */
FRCNN_HD frcnn_resize_tap frcnn_resize_get_mirrored_tap(int32_t index, int32_t src_size, int32_t dst_size)
{
    const double position = (index + 0.5) * ((double)src_size / dst_size) - 0.5;
    const double first = position < 0.0 ? -position : position;
    const double last = (double)(src_size - 1);
    const double inside = first > last ? 2.0 * last - first : first;
    return frcnn_resize_get_tap_at(inside < 0.0 ? 0.0 : inside, src_size);
}

/** PyTorch's to 1.13, in double. */
FRCNN_HD frcnn_resize_tap frcnn_resize_get_old_torch_tap(int32_t index, int32_t src_size, int32_t dst_size)
{
    const float ratio = (float)src_size / (float)dst_size;
    const double position = (double)ratio * (index + 0.5) - 0.5;
    return frcnn_resize_get_tap_at(position > 0.0 ? position : 0.0, src_size);
}

/** By the rule, of those that interpolate normalised values; scale is py-faster-rcnn's. */
FRCNN_HD frcnn_resize_tap frcnn_resize_get_tap(frcnn_resize_rule rule, double scale, int32_t index, int32_t src_size,
                                               int32_t dst_size)
{
    if (rule == FRCNN_RESIZE_PY_FASTER_RCNN) return frcnn_resize_get_opencv_tap(index, src_size, scale);
    if (rule == FRCNN_RESIZE_SIMPLE_FASTER_RCNN) return frcnn_resize_get_mirrored_tap(index, src_size, dst_size);
    if (rule == FRCNN_RESIZE_TORCHVISION_0_14 || rule == FRCNN_RESIZE_TORCHVISION_0_9)
        return frcnn_resize_get_old_torch_tap(index, src_size, dst_size);
    return frcnn_resize_get_torchvision_tap(index, src_size, dst_size);
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
