/** What a backend brings to pool RoIs and to make detections of them. */
#ifndef FRCNN_ROI_OPS_H
#define FRCNN_ROI_OPS_H

#include "frcnn/tensor.h"
#include "roi/postprocess.h"
#include "roi/roi_align.h"
#include "roi/roi_pool.h"
#include "tensor/frame.h"
#include "tensor/stream_ops.h"

/** As frcnn_roi_align_cpu, for the RoIs of n images at once. All memory is the device's. */
typedef struct frcnn_roi_align_run {
    int n;
    int64_t n_rows;        /**< room for RoIs of an image */
    frcnn_roi_align align; /**< the map of a level is that of the first image, [n, height, width, channels] */
    frcnn_dtype dtype;     /**< of maps and dst: f32, f16 or bf16 */
    const float *boxes;    /**< [n, n_rows, 4] */
    const int64_t *counts; /**< [n] */
    void *dst;             /**< [n, n_rows, P, P, channels]; rows behind an image's count are zeros */
} frcnn_roi_align_run;

/** The same of frcnn_roi_pool_cpu. */
typedef struct frcnn_roi_pool_run {
    int n;
    int64_t n_rows;
    frcnn_roi_pool pool;
    frcnn_dtype dtype;
    const float *boxes;
    const int64_t *counts;
    void *dst;
} frcnn_roi_pool_run;

/** How many detections an image has. */
typedef struct frcnn_found {
    int32_t count;
    int32_t is_capped; /**< 1: there were more than max_detections */
} frcnn_found;

/** As frcnn_postprocess_cpu, for n images at once. All memory is the device's. */
typedef struct frcnn_postprocess_run {
    int n;
    int64_t n_rows; /**< room for RoIs of an image */
    int n_classes;
    float score_thresh;
    double nms_thresh;
    int max_detections;
    frcnn_box_coder coder;
    float min_size;
    int clips_to_image;
    int decodes_in_image;
    const frcnn_frame *frames;   /**< [n] */
    const float *predictions;    /**< [n, n_rows, 5 n_classes]: logits, then dx, dy, dw, dh of each class */
    const float *boxes;          /**< [n, n_rows, 4], the proposals */
    const int64_t *counts;       /**< [n] */
    void *workspace;             /**< get_postprocess_workspace bytes */
    frcnn_detection *detections; /**< [n, max_detections] out */
    frcnn_found *found;          /**< [n] out */
} frcnn_postprocess_run;

typedef struct frcnn_roi_ops {
    /** Errors: BACKEND. */
    frcnn_status (*align)(const frcnn_roi_align_run *run, frcnn_stream *stream);
    /** Errors: BACKEND. */
    frcnn_status (*pool)(const frcnn_roi_pool_run *run, frcnn_stream *stream);
    /** Of n, n_rows, n_classes and max_detections alone; SIZE_MAX where that overflows. */
    size_t (*get_postprocess_workspace)(const frcnn_postprocess_run *run);
    /** Errors: BACKEND. */
    frcnn_status (*postprocess)(const frcnn_postprocess_run *run, frcnn_stream *stream);
} frcnn_roi_ops;

extern const frcnn_roi_ops frcnn_roi_ops_cpu;

#endif
