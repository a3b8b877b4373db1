/** COCO's classes of boxes. */
#ifndef FRCNN_BOX_SIZE_H
#define FRCNN_BOX_SIZE_H

#include "frcnn/anchor_fit.h"

/** area: in pixels of the original image. */
static inline frcnn_box_size frcnn_box_size_get(double area)
{
    return area < 32 * 32 ? FRCNN_BOX_SMALL : (area < 96 * 96 ? FRCNN_BOX_MEDIUM : FRCNN_BOX_LARGE);
}

#endif
