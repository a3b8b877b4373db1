#include "rpn/rpn_ops.h"

static size_t get_proposals_workspace(const frcnn_proposals_run *run)
{
    int64_t n_anchors[FRCNN_MAX_LEVELS];
    for (int k = 0; k < run->n_levels; k++) n_anchors[k] = run->n_cells[k] * run->n_per_cell;
    return frcnn_proposals_get_workspace(&run->params, n_anchors, run->n_levels);
}

static frcnn_status make_proposals(const frcnn_proposals_run *run, frcnn_stream *stream)
{
    const int64_t stride = 5 * (int64_t)run->n_per_cell;
    (void)stream;
    for (int i = 0; i < run->n; i++) {
        const int64_t row = (int64_t)i * run->params.post_nms_top_n;
        frcnn_proposal_params params = run->params;
        if (run->scales_min_size) params.min_size *= (float)run->frames[i].scale;
        const float *anchors = run->anchors;
        frcnn_proposal_level levels[FRCNN_MAX_LEVELS];
        for (int k = 0; k < run->n_levels; k++) {
            const float *head = run->heads[k] + i * run->n_cells[k] * stride;
            levels[k] = (frcnn_proposal_level){
                .logits = head,
                .deltas = head + run->n_per_cell,
                .cell_stride = stride,
                .anchors = anchors,
                .n_cells = run->n_cells[k],
                .n_per_cell = run->n_per_cell,
            };
            anchors += run->n_cells[k] * run->n_per_cell * 4;
        }
        run->counts[i] = frcnn_proposals_cpu(&params, levels, run->n_levels, (float)run->frames[i].height,
                                             (float)run->frames[i].width, run->workspace, run->boxes + 4 * row,
                                             run->scores + row, run->sources + row);
    }
    return FRCNN_OK;
}

const frcnn_rpn_ops frcnn_rpn_ops_cpu = {
    .get_proposals_workspace = get_proposals_workspace,
    .make_proposals = make_proposals,
};
