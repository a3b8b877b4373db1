/** The levels of the pyramid, as RoIs are pooled from them. */
#ifndef FRCNN_ROI_LEVEL_H
#define FRCNN_ROI_LEVEL_H

typedef struct frcnn_roi_level {
    const float *map; /**< [height, width, channels] */
    int height, width;
    float scale; /**< map pixels per input pixel: 1 / stride */
} frcnn_roi_level;

/** How a RoI's side becomes its level: the rules differ for sides a few floats from a power of two. */
typedef enum frcnn_level_rule {
    FRCNN_LEVELS_TORCHVISION,
    FRCNN_LEVELS_DETECTRON2,
    FRCNN_LEVELS_MMDETECTION
} frcnn_level_rule;

#endif
