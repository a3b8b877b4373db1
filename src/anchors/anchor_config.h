/** What a convention says, and what of it a config has set. */
#ifndef FRCNN_ANCHOR_CONFIG_H
#define FRCNN_ANCHOR_CONFIG_H

#include "frcnn/anchors.h"

/** Errors: INVALID (struct_size, convention, order; numbers of levels, sizes, ratios; values out of the bounds that
 *  anchors.h gives; an offset where the convention has none). */
FRCNN_NODISCARD frcnn_status frcnn_anchor_config_check(const frcnn_anchor_config *config);
/** Errors: those, and INVALID (grids of another number of levels, or below 1x1). */
FRCNN_NODISCARD frcnn_status frcnn_anchor_grids_check(const frcnn_anchor_config *config,
                                                      const frcnn_anchor_grids *grids);

/** 1 for the conventions of VGG16's single map, whose sizes are multiples of 16. */
int frcnn_anchor_convention_is_vgg(frcnn_anchor_convention convention);
/** 1 where shifts are added in f64, and their sum is rounded to f32; else both are f32. */
int frcnn_anchor_convention_is_f64(frcnn_anchor_convention convention);
/** How far the first cell's boxes are moved along a side with that stride; the others lie a stride apart. */
double frcnn_anchor_config_get_first_shift(const frcnn_anchor_config *config, int stride);
double frcnn_anchor_config_get_base_size(const frcnn_anchor_config *config, int level);
int frcnn_anchor_config_is_size_major(const frcnn_anchor_config *config);
/** Boxes of one cell of a level. */
int frcnn_anchor_config_get_n_base(const frcnn_anchor_config *config, int level);

#endif
