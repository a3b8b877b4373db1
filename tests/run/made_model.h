/** A model as a journal's header tells it, made by hand. */
#ifndef FRCNN_TESTS_MADE_MODEL_H
#define FRCNN_TESTS_MADE_MODEL_H

#include "run/journal_text.h"

static const frcnn_category made_categories[] = {{1, "person"}, {18, "dog"}};

static inline frcnn_settings made_settings(void)
{
    return (frcnn_settings){.family = "torchvision",
                            .backbone = "resnet50",
                            .n_return_layers = 1,
                            .return_layers = {4},
                            .norm_eps = 1e-5f,
                            .order = "rgb",
                            .n_channels = 3,
                            .mean = {0.485f, 0.456f, 0.406f},
                            .std = {0.229f, 0.224f, 0.225f},
                            .min_size = 800,
                            .max_size = 1333,
                            .n_levels = 2,
                            .n_sizes = {1, 2},
                            .anchor_sizes = {{32}, {64, 128}},
                            .n_ratios = 3,
                            .anchor_ratios = {0.5f, 1, 2},
                            .rpn_pre_nms_top_n = 1000,
                            .rpn_post_nms_top_n = 1000,
                            .rpn_nms_thresh = 0.7f,
                            .roi_sampling_ratio = 2,
                            .box_score_thresh = 0.05f,
                            .box_nms_thresh = 0.5f,
                            .box_detections_per_img = 100};
}

static inline frcnn_model_info made_model(const frcnn_settings *settings)
{
    frcnn_model_info info = {.path = "m.safetensors", .name = "m.safetensors", .settings = settings, .n_categories = 2};
    memset(info.sha256, 'a', 64);
    info.categories = made_categories;
    return info;
}

/** The header's line of a run with these settings and the made categories; the caller frees it. */
static inline char *made_header(const frcnn_settings *settings, const char *is_kept)
{
    const frcnn_model_info model = made_model(settings);
    const frcnn_journal_run run = {
        .model = &model, .categories = made_categories, .is_kept = is_kept, .precision = "f32", .range_hi = 65535};
    char *line = NULL;
    assert_ok(frcnn_journal_header_text(&line, &run));
    return line;
}

#endif
