/** A look inside a run, for tests that compare stage by stage. */
#ifndef FRCNN_TAPS_H
#define FRCNN_TAPS_H

#include "frcnn/detector.h"
#include "frcnn/tensor.h"

/** A run whose every value is kept. */
typedef struct frcnn_taps frcnn_taps;

/** Runs image. rois NULL, or what takes the place of the proposals, [n, 4] in pixels of the resized image. The detector
 *  outlives the taps. The caller owns *out. Errors: as frcnn_detector_run; INVALID (more rois than the model's
 *  rpn_post_nms_top_n). */
FRCNN_NODISCARD frcnn_status frcnn_taps_create(frcnn_taps **out, frcnn_detector *detector, const frcnn_image *image,
                                               const float *rois, int64_t n);
void frcnn_taps_destroy(frcnn_taps **taps);

/** Copies the value of that name, float32, activations NHWC: "transform" [1, H, W, 3]; "body.K", "fpn.K", "fpn.pool"
 *  [1, h, w, C]; "rpn.logits.K" [1, h, w, A], "rpn.deltas.K" [1, h, w, 4 A]; "anchors" [n, 4]; "proposals.boxes" [n, 4],
 *  "proposals.scores" [n]; "proposals.anchors" i64 [n], rows of "anchors"; "roi.pooled" [n, P, P, C]; "roi.head" [n, width]; "roi.class_logits" [n, K],
 *  "roi.box_deltas" [n, 4 K]. Errors: INVALID (no such name), NO_MEMORY. The caller owns *out. */
FRCNN_NODISCARD frcnn_status frcnn_taps_read(const frcnn_taps *taps, const char *name, frcnn_tensor **out);

#endif
