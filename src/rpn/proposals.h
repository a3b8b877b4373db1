/** From the RPN head's output to proposals: the best anchors of each level, decoded, filtered and merged. */
#ifndef FRCNN_PROPOSALS_H
#define FRCNN_PROPOSALS_H

#include <stddef.h>
#include <stdint.h>

#include "rpn/box_coder.h"

/** One level of one image. Anchor a of a cell has its logit at logits[cell * cell_stride + a] and its delta k (dx, dy,
 *  dw, dh) at deltas[cell * cell_stride + 4 * a + k]: one convolution may write both. */
typedef struct frcnn_proposal_level {
    const float *logits;
    const float *deltas;
    int64_t cell_stride;
    const float *anchors; /**< [n_cells * n_per_cell, 4], pixels of the padded image */
    int64_t n_cells;
    int n_per_cell;
} frcnn_proposal_level;

typedef struct frcnn_proposal_params {
    int pre_nms_top_n;  /**< per level */
    int post_nms_top_n; /**< of all levels together */
    double nms_thresh;
    float score_thresh; /**< proposals score at least this */
    float min_size;     /**< pixels; both sides are at least this */
    int keeps_logits;   /**< 1: a proposal's score is its logit, and score_thresh is one */
    int filters_first;  /**< 1: what is too small is out before the highest logits are chosen, not after */
    frcnn_box_coder coder;
    int anchors_are_yx; /**< 1: anchors are y1, x1, y2, x2 */
} frcnn_proposal_params;

/** Bytes that frcnn_proposals_cpu needs; SIZE_MAX where that overflows. n_anchors_per_level: [n_levels]. */
size_t frcnn_proposals_get_workspace(const frcnn_proposal_params *params, const int64_t *n_anchors_per_level,
                                     int n_levels);

/** Per level: the pre_nms_top_n highest logits, decoded, clipped to the image, filtered by size and by score (the
 *  logit's sigmoid, or the logit itself), NMS. Then all levels by score, equal scores by level and then by logit, and the first
 *  post_nms_top_n. Equal logits: the lower anchor first. An anchor with a NaN or infinite logit or delta is dropped.
 *  levels                     [n_levels], 1 or more
 *  image_height, image_width  of the resized image, before padding
 *  workspace                  aligned to 64 bytes
 *  boxes   [post_nms_top_n, 4]  out
 *  scores  [post_nms_top_n]     out
 *  sources [post_nms_top_n]     out: the anchor of each, counted through all levels; NULL: not asked for
 *  Returns the number of proposals. The same bytes for every number of threads.
 *  Source: torchvision's filter_proposals, mmdetection's RPNHead, Detectron2's find_top_rpn_proposals with logits kept, and
 *  py-faster-rcnn's ProposalLayer, which filters first; NMS per level on unshifted boxes. */
int64_t frcnn_proposals_cpu(const frcnn_proposal_params *params, const frcnn_proposal_level *levels, int n_levels,
                            float image_height, float image_width, void *workspace, float *boxes, float *scores,
                            int64_t *sources);

#endif
