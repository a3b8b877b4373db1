/** What a backend brings to make proposals. */
#ifndef FRCNN_RPN_OPS_H
#define FRCNN_RPN_OPS_H

#include "frcnn/anchors.h"
#include "rpn/proposals.h"
#include "tensor/frame.h"
#include "tensor/stream_ops.h"

/** As frcnn_proposals_cpu, for n images at once. All memory is the device's. Rows behind an image's count are undefined. */
typedef struct frcnn_proposals_run {
    int n;
    int n_levels;
    int n_per_cell; /**< anchors, A */
    int64_t n_cells[FRCNN_MAX_LEVELS];
    const float *heads[FRCNN_MAX_LEVELS]; /**< [n, n_cells, 5 A]: A logits, then A times dx, dy, dw, dh */
    const float *anchors;                 /**< [all cells * A, 4], level after level */
    frcnn_proposal_params params;
    int scales_min_size;       /**< 1: params.min_size is in pixels of the image as it came in */
    const frcnn_frame *frames; /**< [n] */
    void *workspace;           /**< get_proposals_workspace bytes */
    float *boxes;              /**< [n, post_nms_top_n, 4] out */
    float *scores;             /**< [n, post_nms_top_n] out */
    int64_t *sources;          /**< [n, post_nms_top_n] out: the anchor of each, a row of anchors */
    int64_t *counts;           /**< [n] out */
} frcnn_proposals_run;

typedef struct frcnn_rpn_ops {
    /** Of n, n_levels, n_per_cell, n_cells and params alone; SIZE_MAX where that overflows. */
    size_t (*get_proposals_workspace)(const frcnn_proposals_run *run);
    /** Errors: BACKEND. */
    frcnn_status (*make_proposals)(const frcnn_proposals_run *run, frcnn_stream *stream);
} frcnn_rpn_ops;

extern const frcnn_rpn_ops frcnn_rpn_ops_cpu;

#endif
