/** Base anchors: the boxes of a level's first cell, in each published convention. */
#ifndef FRCNN_BASE_ANCHORS_H
#define FRCNN_BASE_ANCHORS_H

#include "frcnn/anchors.h"

/** out [n_sizes * n_ratios, 4], before they are rounded to f32: shifts are added in f64 by py-faster-rcnn and in f32 by all
 *  others, whose values here are f32 already. The config has been checked. */
void frcnn_base_anchors(const frcnn_anchor_config *config, int level, double *out);

/** The same with another rule where the convention rounds to whole pixels; one that never does rounds its corners. */
void frcnn_base_anchors_rounded(const frcnn_anchor_config *config, int level, double (*round)(double), double *out);

#endif
