/** A level of the pyramid, as RoIs are pooled from it. */
#ifndef FRCNN_ROI_LEVEL_H
#define FRCNN_ROI_LEVEL_H

typedef struct frcnn_roi_level {
    const float *map; /**< [height, width, channels] */
    int height, width;
    float scale; /**< map pixels per input pixel: 1 / stride */
} frcnn_roi_level;

#endif
