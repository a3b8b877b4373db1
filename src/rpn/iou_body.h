/** Intersection over union of two boxes. */
#ifndef FRCNN_IOU_BODY_H
#define FRCNN_IOU_BODY_H

#include "tensor/body.h"

FRCNN_HD float frcnn_box_get_area(float x1, float y1, float x2, float y2)
{
    return (x2 - x1) * (y2 - y1);
}

/** Boxes a and b and their areas; NaN (0/0) where both areas are 0. The same for (b, a). */
FRCNN_HD float frcnn_box_get_iou(float ax1, float ay1, float ax2, float ay2, float area_a, float bx1, float by1,
                                 float bx2, float by2, float area_b)
{
    const float x1 = ax1 > bx1 ? ax1 : bx1;
    const float y1 = ay1 > by1 ? ay1 : by1;
    const float x2 = ax2 < bx2 ? ax2 : bx2;
    const float y2 = ay2 < by2 ? ay2 : by2;
    const float raw_width = x2 - x1;
    const float raw_height = y2 - y1;
    const float width = raw_width > 0.0f ? raw_width : 0.0f;
    const float height = raw_height > 0.0f ? raw_height : 0.0f;
    const float intersection = width * height;
    return intersection / ((area_a + area_b) - intersection);
}

#endif
