/** Which level of the pyramid a RoI is pooled from. Source: Lin et al. 2017, eq. 1; the epsilons as torchvision's
 *  LevelMapper, Detectron2's assign_boxes_to_levels and mmdetection's map_roi_levels have them. */
#ifndef FRCNN_LEVEL_MAPPER_BODY_H
#define FRCNN_LEVEL_MAPPER_BODY_H

#include <math.h>

#include "roi/roi_level.h"
#include "tensor/body.h"

/** log2 rounded from f64, so that a RoI at the edge between two levels is of the same one on every device. */
FRCNN_HD float frcnn_roi_log2(float value)
{
    return (float)log2((double)value);
}

/** roi: x1, y1, x2, y2 in pixels of the input. A RoI of 224 x 224 is of level 4. Returns a level in [k_min, k_max];
 *  k_min where the area is 0, negative or NaN. */
FRCNN_HD int frcnn_roi_get_level(const float *roi, frcnn_level_rule rule, int k_min, int k_max)
{
    const float side = sqrtf((roi[2] - roi[0]) * (roi[3] - roi[1]));
    float level;
    if (rule == FRCNN_LEVELS_DETECTRON2)
        level = floorf(4.0f + frcnn_roi_log2(side / 224.0f + 1e-8f));
    else if (rule == FRCNN_LEVELS_MMDETECTION)
        level = 2.0f + floorf(frcnn_roi_log2(side / 56.0f + 1e-6f));
    else
        level = floorf((4.0f + frcnn_roi_log2(side / 224.0f)) + 1e-6f);
    if (!(level > (float)k_min)) return k_min;
    return level < (float)k_max ? (int)level : k_max;
}

#endif
