/** From the box head's output to detections. */
#ifndef FRCNN_POSTPROCESS_H
#define FRCNN_POSTPROCESS_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/detector.h"
#include "rpn/box_coder.h"

typedef struct frcnn_postprocess {
    int n_classes;      /**< with background, which is column 0 */
    float score_thresh; /**< detections score more than this */
    double nms_thresh;
    int max_detections;
    frcnn_box_coder coder;
    float min_size;                      /**< pixels of the resized image; both sides are at least this */
    float resized_height, resized_width; /**< before padding */
    float image_height, image_width;     /**< as the image came in */
    int clips_to_image;                  /**< 1: corners are clipped again to the image as it came in */
    int decodes_in_image; /**< 1: boxes are decoded and clipped in the image as it came in, for which proposals are … */
    double scale;         /**< … divided by this */
} frcnn_postprocess;

/** Bytes that frcnn_postprocess_cpu needs for n_rois RoIs or fewer; SIZE_MAX where that overflows. */
size_t frcnn_postprocess_get_workspace(const frcnn_postprocess *p, int64_t n_rois);

/** Softmax; every class but background that scores more than score_thresh is a box of its own: decoded (weights 10,
 *  10, 5, 5), clipped to the resized image, of min_size or more, NMS per class. The first max_detections by score,
 *  equal scores by RoI and then by class; corners scaled to the image as it came in.
 *  logits     row r, [n_classes], at logits + r * row_stride
 *  deltas     row r, [n_classes, 4], at deltas + r * row_stride
 *  proposals  [n_rois, 4]  pixels of the resized image
 *  workspace  aligned to 64 bytes
 *  out        [max_detections]
 *  is_capped  out: 1 where there were more than max_detections
 *  Returns the number of detections. A row with a NaN or +infinite logit gives nothing, nor does a box with a NaN or
 *  infinite delta or corner. The same bytes for every number of threads.
 *  Source: torchvision's postprocess_detections; Detectron2's fast_rcnn_inference and detector_postprocess, whose boxes
 *  of no area are among these; mmdetection's BBoxHead, which scales boxes before its NMS. NMS per class on unshifted boxes. */
int64_t frcnn_postprocess_cpu(const frcnn_postprocess *p, const float *logits, const float *deltas, int64_t row_stride,
                              const float *proposals, int64_t n_rois, void *workspace, frcnn_detection *out,
                              int *is_capped);

#endif
