#include "rpn/proposals.h"

#include <math.h>
#include <string.h>

#include "rpn/nms.h"
#include "rpn/proposals_body.h"
#include "tensor/index/sort_keys.h"
#include "tensor/index/topk.h"
#include "tensor/parallel.h"
#include "tensor/workspace.h"

/** What one level works in; k is the number of its candidates at most. */
typedef struct level_work {
    int64_t k;
    float *logits;       /**< [n] */
    uint64_t *topk_keys; /**< [n] */
    int64_t *indices;    /**< [k], the anchors of the level that boxes are of */
    int64_t first_anchor;
    int64_t *keep; /**< [k] */
    void *nms;
    int64_t first;  /**< the level's place in the boxes and scores of all levels … */
    int64_t n_kept; /**< … and how many of its k places are used */
} level_work;

typedef struct proposal_work {
    level_work *levels;
    float *boxes;   /**< [sum of k, 4] */
    float *scores;  /**< [sum of k] */
    uint64_t *keys; /**< [sum of k], and as many for sorting them */
    uint64_t *sorting;
} proposal_work;

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static size_t work_layout(proposal_work *work, const frcnn_proposal_params *params, const int64_t *n_anchors,
                          const frcnn_proposal_level *levels, int n_levels, void *memory)
{
    frcnn_workspace w = {memory, 0};
    work->levels = frcnn_workspace_take(&w, n_levels, sizeof *work->levels);
    int64_t total = 0;
    int64_t n_before = 0;
    for (int i = 0; i < n_levels; i++) {
        const int64_t n = n_anchors ? n_anchors[i] : levels[i].n_cells * levels[i].n_per_cell;
        level_work level = {.k = lesser(params->pre_nms_top_n, n), .first_anchor = n_before, .first = total};
        level.logits = frcnn_workspace_take(&w, n, sizeof *level.logits);
        level.topk_keys = frcnn_workspace_take(&w, n, sizeof *level.topk_keys);
        level.indices = frcnn_workspace_take(&w, level.k, sizeof *level.indices);
        level.keep = frcnn_workspace_take(&w, level.k, sizeof *level.keep);
        const size_t nms_bytes = frcnn_nms_get_workspace(level.k, params->post_nms_top_n);
        level.nms = frcnn_workspace_take(&w, 1, nms_bytes);
        total += level.k;
        n_before += n;
        if (work->levels) work->levels[i] = level;
    }
    work->boxes = frcnn_workspace_take(&w, total, 4 * sizeof *work->boxes);
    work->scores = frcnn_workspace_take(&w, total, sizeof *work->scores);
    work->keys = frcnn_workspace_take(&w, total, sizeof *work->keys);
    work->sorting = frcnn_workspace_take(&w, total, sizeof *work->sorting);
    return w.bytes;
}

size_t frcnn_proposals_get_workspace(const frcnn_proposal_params *params, const int64_t *n_anchors_per_level,
                                     int n_levels)
{
    proposal_work work;
    return work_layout(&work, params, n_anchors_per_level, NULL, n_levels, NULL);
}

static int decode(const frcnn_proposal_params *params, const frcnn_proposal_level *level, int64_t index, float logit,
                  float height, float width, float *box, float *score)
{
    const float *deltas =
        level->deltas + index / level->n_per_cell * level->cell_stride + 4 * (index % level->n_per_cell);
    return frcnn_proposal_decode(params, level->anchors + 4 * index, deltas, logit, height, width, box, score);
}

/** An anchor whose box is no proposal gets a logit that comes after all others. */
static void filter_logits(const frcnn_proposal_params *params, const frcnn_proposal_level *level, float height,
                          float width, float *logits)
{
    float box[4], score;
    for (int64_t i = 0; i < level->n_cells * level->n_per_cell; i++)
        if (!decode(params, level, i, logits[i], height, width, box, &score)) logits[i] = -INFINITY;
}

/** The level's best boxes after its NMS, highest logit first, into its place in boxes and scores. */
static void run_level(const frcnn_proposal_params *params, const frcnn_proposal_level *level, float height, float width,
                      level_work *work, float *boxes, float *scores)
{
    const int64_t n_per_cell = level->n_per_cell;
    for (int64_t cell = 0; cell < level->n_cells; cell++)
        memcpy(work->logits + cell * n_per_cell, level->logits + cell * level->cell_stride,
               (size_t)n_per_cell * sizeof *work->logits);
    if (params->filters_first) filter_logits(params, level, height, width, work->logits);
    frcnn_topk_cpu(work->logits, level->n_cells * n_per_cell, 1, work->k, work->topk_keys, work->indices);

    int64_t n = 0;
    for (int64_t i = 0; i < work->k; i++) {
        const int64_t index = work->indices[i];
        if (decode(params, level, index, work->logits[index], height, width, boxes + 4 * n, scores + n))
            work->indices[n++] = index;
    }

    work->n_kept = frcnn_nms_cpu(boxes, NULL, n, params->nms_thresh, params->post_nms_top_n, work->nms, work->keep);
    for (int64_t i = 0; i < work->n_kept; i++) {
        memmove(boxes + 4 * i, boxes + 4 * work->keep[i], 4 * sizeof *boxes);
        scores[i] = scores[work->keep[i]];
        work->indices[i] = work->indices[work->keep[i]];
    }
}

/** The anchor, of all levels, that box j of all levels' places was made from. */
static int64_t get_source(const proposal_work *work, int n_levels, int64_t j)
{
    int level = n_levels - 1;
    while (j < work->levels[level].first) level--;
    return work->levels[level].first_anchor + work->levels[level].indices[j - work->levels[level].first];
}

int64_t frcnn_proposals_cpu(const frcnn_proposal_params *params, const frcnn_proposal_level *levels, int n_levels,
                            float image_height, float image_width, void *workspace, float *boxes, float *scores,
                            int64_t *sources)
{
    proposal_work work;
    work_layout(&work, params, NULL, levels, n_levels, workspace);
    FRCNN_PARALLEL_FOR_DYNAMIC
    for (int i = 0; i < n_levels; i++) {
        level_work *level = &work.levels[i];
        run_level(params, &levels[i], image_height, image_width, level, work.boxes + 4 * level->first,
                  work.scores + level->first);
    }

    int64_t n = 0;
    for (int i = 0; i < n_levels; i++) {
        const level_work *level = &work.levels[i];
        for (int64_t j = level->first; j < level->first + level->n_kept; j++)
            work.keys[n++] = frcnn_score_key(work.scores[j], (uint32_t)j);
    }
    frcnn_sort_keys(work.keys, n, work.sorting);
    const int64_t n_out = lesser(n, params->post_nms_top_n);
    for (int64_t i = 0; i < n_out; i++) {
        const int64_t j = frcnn_score_key_get_index(work.keys[i]);
        memcpy(boxes + 4 * i, work.boxes + 4 * j, 4 * sizeof *boxes);
        frcnn_box_close(params->coder, boxes + 4 * i);
        scores[i] = work.scores[j];
        if (sources != NULL) sources[i] = get_source(&work, n_levels, j);
    }
    return n_out;
}
