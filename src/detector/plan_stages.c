#include "detector/plan_stages.h"

#include <math.h>
#include <string.h>

/* Proposals that keep their logits are bounded by a logit: that of the score, which the settings have. */
static float get_proposal_thresh(const frcnn_model *model)
{
    const float score = model->settings.rpn_score_thresh;
    if (!model->family->keeps_logits) return score;
    return score > 0.0f ? logf(score / (1.0f - score)) : -INFINITY;
}

frcnn_transform frcnn_plan_get_transform(const frcnn_plan *plan)
{
    const frcnn_settings *settings = &plan->model->settings;
    frcnn_transform transform = {
        .n = plan->n,
        .padded_height = plan->sizes.padded_height,
        .padded_width = plan->sizes.padded_width,
        .rule = plan->model->resize,
        .unit = plan->model->info.is_unit_range ? 255.0f : 1.0f,
        .is_bgr = strcmp(settings->order, "bgr") == 0,
        .dtype = frcnn_precision_get_dtype(plan->executor->precision),
    };
    memcpy(transform.mean, settings->mean, sizeof transform.mean);
    memcpy(transform.std, settings->std, sizeof transform.std);
    return transform;
}

frcnn_proposals_run frcnn_plan_get_proposals(const frcnn_plan *plan)
{
    const frcnn_settings *settings = &plan->model->settings;
    frcnn_proposals_run run = {
        .n = plan->n,
        .n_levels = settings->n_levels,
        .n_per_cell = plan->model->rpn_head.n_anchors,
        .anchors = plan->anchors,
        .params = {.pre_nms_top_n = settings->rpn_pre_nms_top_n,
                   .post_nms_top_n = settings->rpn_post_nms_top_n,
                   .nms_thresh = (double)settings->rpn_nms_thresh,
                   .score_thresh = get_proposal_thresh(plan->model),
                   .min_size = plan->model->family->min_proposal_size,
                   .keeps_logits = plan->model->family->keeps_logits,
                   .filters_first = plan->model->family->filters_first,
                   .coder = plan->model->family->coder,
                   .anchors_are_yx = frcnn_anchor_convention_is_yx(plan->model->family->anchors)},
        .scales_min_size = plan->model->family->scales_min_size,
    };
    for (int k = 0; k < run.n_levels; k++)
        run.n_cells[k] = (int64_t)plan->sizes.grid_height[k] * plan->sizes.grid_width[k];
    return run;
}

frcnn_roi_align_run frcnn_plan_get_align(const frcnn_plan *plan)
{
    const frcnn_backbone *backbone = &plan->model->backbone;
    const frcnn_settings *settings = &plan->model->settings;
    frcnn_roi_align_run run = {
        .n = plan->n,
        .n_rows = settings->rpn_post_nms_top_n,
        .align = {.n_levels = backbone->n_pooled,
                  .channels = backbone->channels,
                  .output_size = settings->roi_output_size,
                  .sampling_ratio = settings->roi_sampling_ratio,
                  .level_rule = plan->model->family->level_rule,
                  .is_aligned = plan->model->family->is_aligned},
        .dtype = frcnn_precision_get_dtype(plan->executor->precision),
    };
    while (1 << run.align.k_min < backbone->strides[0]) run.align.k_min++;
    return run;
}

frcnn_roi_pool_run frcnn_plan_get_pool(const frcnn_plan *plan)
{
    const frcnn_roi_align_run align = frcnn_plan_get_align(plan);
    const frcnn_roi_pool_run run = {
        .n = align.n,
        .n_rows = align.n_rows,
        .pool = {.n_levels = align.align.n_levels,
                 .k_min = align.align.k_min,
                 .level_rule = align.align.level_rule,
                 .channels = align.align.channels,
                 .output_size = align.align.output_size},
        .dtype = align.dtype,
    };
    return run;
}

frcnn_postprocess_run frcnn_plan_get_postprocess(const frcnn_plan *plan)
{
    const frcnn_settings *settings = &plan->model->settings;
    const frcnn_postprocess_run run = {
        .n = plan->n,
        .n_rows = settings->rpn_post_nms_top_n,
        .n_classes = plan->model->box_head.n_classes,
        .score_thresh = settings->box_score_thresh,
        .nms_thresh = (double)settings->box_nms_thresh,
        .max_detections = settings->box_detections_per_img,
        .coder = plan->model->family->coder,
        .min_size = plan->model->family->min_detection_size,
        .clips_to_image = plan->model->family->clips_to_image,
        .decodes_in_image = plan->model->family->decodes_in_image,
    };
    return run;
}
