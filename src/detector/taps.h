/** A look inside a run, for tests that compare stage by stage. */
#ifndef FRCNN_TAPS_H
#define FRCNN_TAPS_H

#include "frcnn/detector.h"
#include "frcnn/tensor.h"

/** Runs image through a plan that keeps every buffer and copies the value of that name to *out, float32, activations
 *  NHWC: "transform" [1, H, W, 3]; "body.K", "fpn.K", "fpn.pool" [1, h, w, C]; "rpn.logits.K" [1, h, w, A],
 *  "rpn.deltas.K" [1, h, w, 4 A]; "anchors" [n, 4]; "proposals.boxes" [n, 4], "proposals.scores" [n];
 *  "roi.pooled" [n, P, P, C]; "roi.head" [n, width]; "roi.class_logits" [n, K], "roi.box_deltas" [n, 4 K].
 *  Errors: as frcnn_detector_run; INVALID (no such name). The caller owns *out. */
FRCNN_NODISCARD frcnn_status frcnn_detector_tap(frcnn_detector *detector, const frcnn_image *image, const char *name,
                                                frcnn_tensor **out);

/** The same with the proposals replaced by rois [n, 4], pixels of the resized image. Errors: INVALID also where n is
 *  more than the model's rpn_post_nms_top_n. */
FRCNN_NODISCARD frcnn_status frcnn_detector_tap_rois(frcnn_detector *detector, const frcnn_image *image,
                                                     const float *rois, int64_t n, const char *name,
                                                     frcnn_tensor **out);

#endif
