/** What an mmdetection checkpoint says of itself: it carries its configuration, a Python text. Nothing of it is run: calls and
 *  keywords that are written out are looked for, as mmengine and mmcv print them. */
#ifndef FRCNN_MMDET_CONFIG_H
#define FRCNN_MMDET_CONFIG_H

#include "frcnn/model.h"

/** Finds the keyword's value in a call of the configuration, as "style" in "backbone=dict("; value has room for n bytes and
 *  gets what stands between the equals sign and the comma, quotes and all. 1 where it is there. */
int frcnn_mmdet_config_find(char *value, size_t n, const char *config, const char *call, const char *keyword);

/** Changes the settings that the configuration names: size of test images, anchors, thresholds; with has_pixels also mean,
 *  std, order of channels and where a bottleneck strides. What it does not say, or says in another way, stays. */
void frcnn_mmdet_config_apply(frcnn_settings *settings, const char *config, int has_pixels);

#endif
