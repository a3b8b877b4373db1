/** Greedy NMS of each level of each image, on a GPU. */
#ifndef FRCNN_SEGMENT_NMS_H
#define FRCNN_SEGMENT_NMS_H

#include <stddef.h>
#include <stdint.h>

#include "segments.h"
#include "tensor/stream_ops.h"
#include "tensor/workspace.h"

/** What is filled in by frcnn_segment_nms_plan lies in the device's memory. */
typedef struct frcnn_segment_nms {
    int n_images;
    frcnn_segments places; /**< of the boxes: in each list from the best on */
    const float *boxes;    /**< [n_images, places.total, 4], aligned to 16 bytes */
    const uint64_t *keys; /**< [n_images, places.total]: the lower half of each is its place among those of its image */
    float threshold;      /**< of frcnn_nms_round_threshold */
    int64_t max_keep;     /**< of a list */

    frcnn_segments words; /**< of 64 boxes each */
    frcnn_segments kept;  /**< the lesser of a list's boxes and max_keep */
    uint64_t *alive;      /**< [n_images, words.total]: bit i of word w: box 64 w + i takes part; lost in the run */
    uint64_t *kept_keys;  /**< [n_images, kept.total], those of kept boxes */
    uint32_t *n_kept;     /**< [n_images, n_levels] */
    frcnn_segments masks; /**< words */
    uint64_t *mask_words; /**< [n_images, masks.total] */
} frcnn_segment_nms;

/** Fills in the segments behind max_keep, takes memory from the two workspaces and sets the pointers to it; zeroed is what
 *  must be zeros before each run, in which some alive bits are to be set then. */
void frcnn_segment_nms_plan(frcnn_segment_nms *nms, frcnn_workspace *workspace, frcnn_workspace *zeroed);

/** As frcnn_nms_cpu of each list's boxes that are alive. Allocates nothing. Errors: BACKEND. */
frcnn_status frcnn_segment_nms_run(const frcnn_segment_nms *nms, frcnn_stream *stream);

#endif
