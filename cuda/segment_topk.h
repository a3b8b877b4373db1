/** The best logits of each level of each image, on a GPU. */
#ifndef FRCNN_SEGMENT_TOPK_H
#define FRCNN_SEGMENT_TOPK_H

#include <stddef.h>
#include <stdint.h>

#include "segments.h"
#include "tensor/stream_ops.h"
#include "tensor/workspace.h"

/** What is filled in by frcnn_segment_topk_plan lies in the device's memory. */
typedef struct frcnn_segment_topk {
    int n_images;
    int n_per_cell;                       /**< anchors, A */
    const float *heads[FRCNN_MAX_LEVELS]; /**< [n_images, cells, 5 A], of which the first A of a cell are its logits */
    frcnn_segments anchors;               /**< what is chosen from: cells * A for each level */
    const uint8_t *is_dropped;            /**< [n_images, anchors.total] 1: chosen after all others; NULL: none is */
    int64_t k[FRCNN_MAX_LEVELS];          /**< how many are chosen; 0 where anchors has none, else up to as many */

    frcnn_segments candidates;    /**< room for candidates: k or a few more for each level */
    uint64_t *candidate_keys;     /**< frcnn_score_key of logit and anchor of the level, [n_images, candidates.total] */
    uint32_t *n_candidates;       /**< [n_images, n_levels], k or more */
    uint32_t *logit_keys;         /**< [n_images, anchors.total], the upper halves of all keys */
    uint32_t *digit_counts;       /**< [n_images, n_levels, 2, digits] */
    struct topk_progress *states; /**< [n_images, n_levels] */
} frcnn_segment_topk;

/** Fills candidates in, takes memory from the two workspaces and sets the pointers to it; zeroed is what must be zeros
 *  before each run. */
void frcnn_segment_topk_plan(frcnn_segment_topk *topk, frcnn_workspace *workspace, frcnn_workspace *zeroed);

/** For each level of each image the k first of all keys, in no order, and perhaps some that come next: those that share
 *  their upper bits with the kth. Allocates nothing. Errors: BACKEND. */
frcnn_status frcnn_segment_topk_run(const frcnn_segment_topk *topk, frcnn_stream *stream);

#endif
