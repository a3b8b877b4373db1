/** One byte as OpenCV's bilinear interpolation makes it: weights of 11 bits, rows blended in 16. Not antialiased.
 *  Source: OpenCV's resize, INTER_LINEAR of bytes. */
#ifndef FRCNN_RESIZE_OPENCV_BODY_H
#define FRCNN_RESIZE_OPENCV_BODY_H

#include <math.h>
#include <stdint.h>

#include "tensor/body.h"

enum { FRCNN_OPENCV_ONE = 2048 };

/** The two source rows or columns round one of the output, and their weights in units of 1 / 2048. */
typedef struct frcnn_opencv_tap {
    int32_t i0, i1;
    int32_t w0, w1;
} frcnn_opencv_tap;

/** index of dst_size. is_column 1: beyond the image's edge all weight is on the edge; rows keep the fraction, which gives
 *  the edge too, but for rounding. */
FRCNN_HD frcnn_opencv_tap frcnn_opencv_get_tap(int32_t index, int32_t src_size, int32_t dst_size, int is_column)
{
    frcnn_opencv_tap tap;
    const double ratio = 1.0 / ((double)dst_size / (double)src_size);
    const float position = (float)((index + 0.5) * ratio - 0.5);
    const float whole = floorf(position);
    const int32_t last = src_size - 1;
    const int32_t i = (int32_t)whole;
    float fraction = position - whole;
    if (is_column && (i < 0 || i >= last)) fraction = 0.0f;
    tap.i0 = i < 0 ? 0 : i > last ? last : i;
    tap.i1 = i + 1 < 0 ? 0 : i + 1 > last ? last : i + 1;
    tap.w0 = (int32_t)rintf((1.0f - fraction) * FRCNN_OPENCV_ONE);
    tap.w1 = (int32_t)rintf(fraction * FRCNN_OPENCV_ONE);
    return tap;
}

/** upper, lower: two rows' sums of weighted bytes. */
FRCNN_HD uint8_t frcnn_opencv_blend(int32_t upper, int32_t lower, int32_t w0, int32_t w1)
{
    return (uint8_t)((((w0 * (upper >> 4)) >> 16) + ((w1 * (lower >> 4)) >> 16) + 2) >> 2);
}

#endif
