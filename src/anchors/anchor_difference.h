/** How float32 values of anchors differ, as everybody here counts it. */
#ifndef FRCNN_ANCHOR_DIFFERENCE_H
#define FRCNN_ANCHOR_DIFFERENCE_H

#include "frcnn/anchor_golden.h"

/** Nothing differs yet. */
void frcnn_anchor_difference_init(frcnn_anchor_difference *difference, const frcnn_anchor_config *config);

/** Notes a row of a level. Returns 1 where it differs. */
int frcnn_anchor_difference_add(frcnn_anchor_difference *difference, const frcnn_anchor_config *config,
                                const frcnn_anchor_grids *grids, int level, int64_t row, const float *expected,
                                const float *found);

#endif
