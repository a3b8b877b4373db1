/** One bin of RoIPool: which pixels of the map it covers. */
#ifndef FRCNN_ROI_POOL_BODY_H
#define FRCNN_ROI_POOL_BODY_H

#include <math.h>
#include <stdint.h>

#include "tensor/body.h"

#define FRCNN_ROI_POOL_MAX_EDGE 536870912.0f

/** A RoI along one axis of its map. */
typedef struct frcnn_roi_pool_axis {
    int32_t start; /**< its first pixel */
    int32_t size;  /**< of the map */
    float bin;     /**< pixels per bin */
} frcnn_roi_pool_axis;

/** A RoI's edge, finite, in whole map pixels. */
FRCNN_HD int32_t frcnn_roi_pool_get_edge(float edge, float scale)
{
    const float rounded = roundf(edge * scale);
    if (rounded < -FRCNN_ROI_POOL_MAX_EDGE) return (int32_t)-FRCNN_ROI_POOL_MAX_EDGE;
    return rounded < FRCNN_ROI_POOL_MAX_EDGE ? (int32_t)rounded : (int32_t)FRCNN_ROI_POOL_MAX_EDGE;
}

/** low, high: the RoI's edges in input pixels, finite. */
FRCNN_HD frcnn_roi_pool_axis frcnn_roi_pool_get_axis(float low, float high, float scale, int size, int output_size)
{
    frcnn_roi_pool_axis axis;
    axis.start = frcnn_roi_pool_get_edge(low, scale);
    const int32_t length = frcnn_roi_pool_get_edge(high, scale) - axis.start + 1;
    axis.size = size;
    axis.bin = (float)(length > 1 ? length : 1) / (float)output_size;
    return axis;
}

/** Map pixels begin to end - 1; none where end is not above begin. */
typedef struct frcnn_roi_pool_span {
    int32_t begin, end;
} frcnn_roi_pool_span;

FRCNN_HD int32_t frcnn_roi_pool_clip(int32_t pixel, int32_t size)
{
    if (pixel < 0) return 0;
    return pixel < size ? pixel : size;
}

FRCNN_HD frcnn_roi_pool_span frcnn_roi_pool_get_span(frcnn_roi_pool_axis axis, int32_t bin)
{
    frcnn_roi_pool_span span;
    span.begin = frcnn_roi_pool_clip((int32_t)floorf((float)bin * axis.bin) + axis.start, axis.size);
    span.end = frcnn_roi_pool_clip((int32_t)ceilf((float)(bin + 1) * axis.bin) + axis.start, axis.size);
    return span;
}

/** The greater of the maximum so far and a value; the maximum where the value is NaN. */
FRCNN_HD float frcnn_roi_pool_keep(float best, float value)
{
    return value > best ? value : best;
}

#endif
