/** What a checkpoint's shapes do not say, as JSON: the "frcnn" metadata of a file, or FILE.json beside it. The fields are
 *  those of settings_fields.c, named as the members of frcnn_settings; all are optional. */
#ifndef FRCNN_SETTINGS_H
#define FRCNN_SETTINGS_H

#include <stddef.h>

#include "frcnn/model.h"
#include "frcnn/status.h"

/** @name What published detectors run with: torchvision's fasterrcnn_resnet50_fpn, fasterrcnn_mobilenet_v3_large_fpn and
 *  …_320_fpn, and its tutorial's detector on one map; Detectron2's R50-FPN and R101-FPN, which
 *  begin with MSRA's weights, and its X101-32x8d-FPN; mmdetection's, which begin with torchvision's weights ("pytorch"
 *  style), with Detectron2's ("caffe" style), its X101-32x8d-FPN; py-faster-rcnn's VGG16; and
 *  simple-faster-rcnn's, which begin with torchvision's weights or with Caffe's. @{ */
void frcnn_settings_default_torchvision(frcnn_settings *settings);
void frcnn_settings_default_torchvision_mobilenet_v3(frcnn_settings *settings);
void frcnn_settings_default_torchvision_mobilenet_v3_320(frcnn_settings *settings);
void frcnn_settings_default_torchvision_single(frcnn_settings *settings);
void frcnn_settings_default_detectron2(frcnn_settings *settings);
void frcnn_settings_default_detectron2_x101(frcnn_settings *settings);
void frcnn_settings_default_detectron2_c4(frcnn_settings *settings);
void frcnn_settings_default_detectron2_dc5(frcnn_settings *settings);
void frcnn_settings_default_mmdetection(frcnn_settings *settings);
void frcnn_settings_default_mmdetection_caffe(frcnn_settings *settings);
void frcnn_settings_default_mmdetection_x101_32x8d(frcnn_settings *settings);
void frcnn_settings_default_py_faster_rcnn(frcnn_settings *settings);
void frcnn_settings_default_simple_faster_rcnn(frcnn_settings *settings);
void frcnn_settings_default_simple_faster_rcnn_caffe(frcnn_settings *settings);
/** @} */

/** Reads a JSON object and changes the settings that it names. "classes" (without background) replaces the list in
 *  *classes, which is NULL or from a call before; the caller ends it with frcnn_labels_destroy. source names the text in
 *  messages. Nothing is changed on failure. Errors: FORMAT (no JSON object; a field that is unknown, of a wrong type or
 *  out of range: named, with what was expected and found; mean and std of different lengths), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_settings_parse(frcnn_settings *settings, char ***classes, size_t *n_classes,
                                                  const char *json, const char *source);

/** The same from a file. Errors: also IO. */
FRCNN_NODISCARD frcnn_status frcnn_settings_load(frcnn_settings *settings, char ***classes, size_t *n_classes,
                                                 const char *path);

/** The JSON object that frcnn_settings_parse reads back to the same values. The caller owns *json (frcnn_free).
 *  Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_settings_print(char **json, const frcnn_settings *settings,
                                                  const frcnn_category *categories, size_t n_categories);

#endif
