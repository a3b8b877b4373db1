#include "checkpoint/settings.h"

/* Source: the defaults of torchvision's FasterRCNN, AnchorGenerator and GeneralizedRCNNTransform. */
void frcnn_settings_default_torchvision(frcnn_settings *settings)
{
    *settings = (frcnn_settings){
        .family = "torchvision",
        .backbone = "resnet50",
        .norm_eps = 1e-5f,
        .order = "rgb",
        .n_channels = 3,
        .mean = {0.485f, 0.456f, 0.406f},
        .std = {0.229f, 0.224f, 0.225f},
        .min_size = 800,
        .max_size = 1333,
        .n_levels = 5,
        .n_sizes = {1, 1, 1, 1, 1},
        .anchor_sizes = {{32.0f}, {64.0f}, {128.0f}, {256.0f}, {512.0f}},
        .n_ratios = 3,
        .anchor_ratios = {0.5f, 1.0f, 2.0f},
        .rpn_pre_nms_top_n = 1000,
        .rpn_post_nms_top_n = 1000,
        .rpn_nms_thresh = 0.7f,
        .rpn_score_thresh = 0.0f,
        .roi_output_size = 7,
        .roi_sampling_ratio = 2,
        .box_score_thresh = 0.05f,
        .box_nms_thresh = 0.5f,
        .box_detections_per_img = 100,
    };
}
