#include "roi/postprocess.h"

#include <assert.h>
#include <string.h>

#include "roi/postprocess_body.h"
#include "rpn/nms.h"
#include "tensor/index/sort_keys.h"
#include "tensor/parallel.h"
#include "tensor/workspace.h"

/** Candidates are (RoI, class) pairs that are left before NMS; their number is at most n_rois * (n_classes - 1). */
typedef struct post_work {
    float *scores;   /**< [n_rois, n_classes] */
    float *boxes;    /**< [candidates, 4] */
    int32_t *origin; /**< [candidates]: index into scores */
    uint64_t *keys;  /**< [candidates], and as many for sorting them */
    uint64_t *sorting;
    float *sorted_boxes;
    int32_t *sorted_classes;
    int64_t *keep; /**< [max_detections + 1]: one more than is asked for shows that there are more */
    void *nms;
} post_work;

static size_t work_layout(post_work *work, const frcnn_postprocess *p, int64_t n_rois, void *memory)
{
    frcnn_workspace w = {memory, 0};
    const int64_t n = n_rois * p->n_classes;
    const int64_t max_keep = (int64_t)p->max_detections + 1;
    work->scores = frcnn_workspace_take(&w, n, sizeof *work->scores);
    work->boxes = frcnn_workspace_take(&w, n, 4 * sizeof *work->boxes);
    work->origin = frcnn_workspace_take(&w, n, sizeof *work->origin);
    work->keys = frcnn_workspace_take(&w, n, sizeof *work->keys);
    work->sorting = frcnn_workspace_take(&w, n, sizeof *work->sorting);
    work->sorted_boxes = frcnn_workspace_take(&w, n, 4 * sizeof *work->sorted_boxes);
    work->sorted_classes = frcnn_workspace_take(&w, n, sizeof *work->sorted_classes);
    work->keep = frcnn_workspace_take(&w, max_keep, sizeof *work->keep);
    const size_t nms_bytes = frcnn_nms_get_workspace(n, max_keep);
    work->nms = frcnn_workspace_take(&w, 1, nms_bytes);
    return w.bytes;
}

size_t frcnn_postprocess_get_workspace(const frcnn_postprocess *p, int64_t n_rois)
{
    post_work work;
    return work_layout(&work, p, n_rois, NULL);
}

static frcnn_detection_rule get_rule(const frcnn_postprocess *p)
{
    const frcnn_detection_rule rule = {
        .coder = p->coder,
        .decodes_in_image = p->decodes_in_image,
        .clips_to_image = p->clips_to_image,
        .min_size = p->min_size,
        .height = p->resized_height,
        .width = p->resized_width,
        .image_height = p->image_height,
        .image_width = p->image_width,
        .scale = (float)p->scale,
    };
    return rule;
}

/** Decodes what passes the score, in order of RoI and then class. Returns the number of candidates. */
static int64_t collect(const frcnn_postprocess *p, const post_work *work, const float *deltas, int64_t row_stride,
                       const float *proposals, int64_t n_rois)
{
    const frcnn_detection_rule rule = get_rule(p);
    int64_t n = 0;
    for (int64_t roi = 0; roi < n_rois; roi++) {
        const float *scores = work->scores + roi * p->n_classes;
        for (int c = 1; c < p->n_classes; c++) {
            if (!(scores[c] > p->score_thresh)) continue;
            if (!frcnn_detection_decode(&rule, proposals + 4 * roi, deltas + roi * row_stride + 4 * c,
                                        work->boxes + 4 * n))
                continue;
            work->origin[n] = (int32_t)(roi * p->n_classes + c);
            work->keys[n] = frcnn_score_key(scores[c], (uint32_t)n);
            n++;
        }
    }
    return n;
}

int64_t frcnn_postprocess_cpu(const frcnn_postprocess *p, const float *logits, const float *deltas, int64_t row_stride,
                              const float *proposals, int64_t n_rois, void *workspace, frcnn_detection *out,
                              int *is_capped)
{
    assert(p->n_classes >= 1 && n_rois <= INT32_MAX / p->n_classes);
    post_work work;
    work_layout(&work, p, n_rois, workspace);
    FRCNN_PARALLEL_FOR
    for (int64_t roi = 0; roi < n_rois; roi++)
        frcnn_class_scores(logits + roi * row_stride, p->n_classes, work.scores + roi * p->n_classes);

    const int64_t n = collect(p, &work, deltas, row_stride, proposals, n_rois);
    frcnn_sort_keys(work.keys, n, work.sorting);
    for (int64_t i = 0; i < n; i++) {
        const int64_t candidate = frcnn_score_key_get_index(work.keys[i]);
        memcpy(work.sorted_boxes + 4 * i, work.boxes + 4 * candidate, 4 * sizeof *work.boxes);
        work.sorted_classes[i] = work.origin[candidate] % p->n_classes;
    }
    const int64_t n_kept = frcnn_nms_cpu(work.sorted_boxes, work.sorted_classes, n, p->nms_thresh,
                                         (int64_t)p->max_detections + 1, work.nms, work.keep);

    const frcnn_detection_rule rule = get_rule(p);
    const int64_t n_out = n_kept < p->max_detections ? n_kept : p->max_detections;
    for (int64_t i = 0; i < n_out; i++) {
        float box[4];
        frcnn_detection_scale(&rule, work.sorted_boxes + 4 * work.keep[i], box);
        const int64_t candidate = frcnn_score_key_get_index(work.keys[work.keep[i]]);
        out[i] = (frcnn_detection){.x1 = box[0],
                                   .y1 = box[1],
                                   .x2 = box[2],
                                   .y2 = box[3],
                                   .score = work.scores[work.origin[candidate]],
                                   .class_index = work.sorted_classes[work.keep[i]] - 1};
    }
    *is_capped = n_kept > p->max_detections;
    return n_out;
}
