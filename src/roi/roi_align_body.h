/** One sample of RoIAlign, from the geometry of its RoI down to one channel's value. */
#ifndef FRCNN_ROI_ALIGN_BODY_H
#define FRCNN_ROI_ALIGN_BODY_H

#include <math.h>
#include <stdint.h>

#include "tensor/body.h"

#define FRCNN_ROI_ALIGN_MAX_GRID 4096

/** A RoI along one axis of its map. */
typedef struct frcnn_roi_axis {
    float start;  /**< map pixels */
    float bin;    /**< map pixels per bin */
    int32_t grid; /**< samples per bin; 0 where there are none */
    int32_t size; /**< of the map */
} frcnn_roi_axis;

/** low, high: the RoI's edges in input pixels, finite. */
FRCNN_HD frcnn_roi_axis frcnn_roi_get_axis(float low, float high, float scale, int size, int output_size,
                                           int sampling_ratio, int is_aligned)
{
    frcnn_roi_axis axis;
    const float offset = is_aligned ? 0.5f : 0.0f;
    const float start = low * scale - offset;
    const float raw_length = (high * scale - offset) - start;
    const float length = !is_aligned && raw_length < 1.0f ? 1.0f : raw_length;
    const float grid = sampling_ratio > 0 ? (float)sampling_ratio : ceilf(length / (float)output_size);
    axis.start = start;
    axis.bin = length / (float)output_size;
    axis.grid = grid > 0.0f && grid <= (float)FRCNN_ROI_ALIGN_MAX_GRID ? (int32_t)grid : 0;
    axis.size = size;
    return axis;
}

/** A sample's two neighbours along one axis and their weights; is_inside 0: the sample counts as 0. */
typedef struct frcnn_roi_tap {
    int32_t is_inside;
    int32_t low, high;
    float w_low, w_high;
} frcnn_roi_tap;

/** Sample `sample` of axis.grid in bin `bin`. */
FRCNN_HD frcnn_roi_tap frcnn_roi_get_tap(frcnn_roi_axis axis, int32_t bin, int32_t sample)
{
    frcnn_roi_tap tap;
    float position = (axis.start + (float)bin * axis.bin) + (((float)sample + 0.5f) * axis.bin) / (float)axis.grid;
    tap.is_inside = position >= -1.0f && position <= (float)axis.size;
    if (!tap.is_inside) position = 0.0f;
    position = position > 0.0f ? position : 0.0f;
    tap.low = (int32_t)position;
    if (tap.low >= axis.size - 1) {
        tap.low = axis.size - 1;
        tap.high = tap.low;
        position = (float)tap.low;
    } else {
        tap.high = tap.low + 1;
    }
    tap.w_high = position - (float)tap.low;
    tap.w_low = 1.0f - tap.w_high;
    return tap;
}

/** a, b: the upper neighbours left and right; c, d: the lower ones. */
FRCNN_HD float frcnn_roi_blend(float wa, float wb, float wc, float wd, float a, float b, float c, float d)
{
    return ((wa * a + wb * b) + wc * c) + wd * d;
}

#endif
