#include "checkpoint/settings.h"

#include <string.h>

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

/* All sizes on each of n levels. */
static void set_all_sizes(frcnn_settings *settings, int n_levels)
{
    const int n = settings->n_levels;
    float sizes[FRCNN_MAX_LEVELS];
    for (int i = 0; i < n; i++) sizes[i] = settings->anchor_sizes[i][0];
    settings->n_levels = n_levels;
    for (int level = 0; level < n_levels; level++) {
        settings->n_sizes[level] = n;
        memcpy(settings->anchor_sizes[level], sizes, (size_t)n * sizeof sizes[0]);
    }
}

void frcnn_settings_default_torchvision_single(frcnn_settings *settings)
{
    frcnn_settings_default_torchvision(settings);
    set_all_sizes(settings, 1);
}

/* Source: torchvision's fasterrcnn_mobilenet_v3_large_fpn and fasterrcnn_mobilenet_v3_large_320_fpn. */
void frcnn_settings_default_torchvision_mobilenet_v3(frcnn_settings *settings)
{
    frcnn_settings_default_torchvision(settings);
    set_all_sizes(settings, 3);
    settings->rpn_score_thresh = 0.05f;
}

void frcnn_settings_default_torchvision_mobilenet_v3_320(frcnn_settings *settings)
{
    frcnn_settings_default_torchvision_mobilenet_v3(settings);
    settings->min_size = 320;
    settings->max_size = 640;
    settings->rpn_pre_nms_top_n = 150;
    settings->rpn_post_nms_top_n = 150;
}

static void set_pixels(frcnn_settings *settings, const char *order, const float mean[3], const float std[3])
{
    memcpy(settings->order, order, sizeof "rgb");
    for (int i = 0; i < 3; i++) {
        settings->mean[i] = mean[i];
        settings->std[i] = std[i];
    }
}

static const float caffe_mean[3] = {103.53f, 116.28f, 123.675f};
static const float caffe_std[3] = {1.0f, 1.0f, 1.0f};

/* Source: detectron2/config/defaults.py and the model zoo's YAML files. */
void frcnn_settings_default_detectron2(frcnn_settings *settings)
{
    frcnn_settings_default_torchvision(settings);
    set_pixels(settings, "bgr", caffe_mean, caffe_std);
    settings->stride_in_1x1 = 1;
    settings->roi_sampling_ratio = 0;
}

void frcnn_settings_default_detectron2_x101(frcnn_settings *settings)
{
    static const float std[3] = {57.375f, 57.12f, 58.395f};
    frcnn_settings_default_detectron2(settings);
    set_pixels(settings, "bgr", caffe_mean, std);
    settings->stride_in_1x1 = 0;
}

void frcnn_settings_default_detectron2_dc5(frcnn_settings *settings)
{
    frcnn_settings_default_detectron2(settings);
    set_all_sizes(settings, 1);
    settings->rpn_pre_nms_top_n = 6000;
}

void frcnn_settings_default_detectron2_c4(frcnn_settings *settings)
{
    frcnn_settings_default_detectron2_dc5(settings);
    settings->roi_output_size = 14;
}

/* Source: mmdetection's configs/_base_/models/faster-rcnn_r50_fpn.py and configs/faster_rcnn. */
void frcnn_settings_default_mmdetection(frcnn_settings *settings)
{
    static const float mean[3] = {123.675f, 116.28f, 103.53f}, std[3] = {58.395f, 57.12f, 57.375f};
    frcnn_settings_default_torchvision(settings);
    set_pixels(settings, "rgb", mean, std);
    settings->roi_sampling_ratio = 0;
}

void frcnn_settings_default_mmdetection_caffe(frcnn_settings *settings)
{
    frcnn_settings_default_mmdetection(settings);
    set_pixels(settings, "bgr", caffe_mean, caffe_std);
    settings->stride_in_1x1 = 1;
}

void frcnn_settings_default_mmdetection_x101_32x8d(frcnn_settings *settings)
{
    static const float std[3] = {57.375f, 57.12f, 58.395f};
    frcnn_settings_default_mmdetection(settings);
    set_pixels(settings, "bgr", caffe_mean, std);
}

/* Source: py-faster-rcnn's lib/fast_rcnn/config.py and simple-faster-rcnn's model/faster_rcnn_vgg16.py. */
static void set_vgg16(frcnn_settings *settings)
{
    frcnn_settings_default_torchvision(settings);
    settings->min_size = 600;
    settings->max_size = 1000;
    settings->n_levels = 1;
    settings->n_sizes[0] = 3;
    for (int i = 0; i < 3; i++) settings->anchor_sizes[0][i] = 128.0f * (float)(1 << i);
    settings->rpn_pre_nms_top_n = 6000;
    settings->rpn_post_nms_top_n = 300;
    settings->box_nms_thresh = 0.3f;
}

void frcnn_settings_default_py_faster_rcnn(frcnn_settings *settings)
{
    static const float mean[3] = {102.9801f, 115.9465f, 122.7717f};
    set_vgg16(settings);
    set_pixels(settings, "bgr", mean, caffe_std);
}

/* All that passes the threshold is put out: room for every class of every proposal. */
void frcnn_settings_default_simple_faster_rcnn(frcnn_settings *settings)
{
    set_vgg16(settings);
    settings->box_detections_per_img = 6000;
}

/* The mean's channels are in another order than the image's: so the reference subtracts them. */
void frcnn_settings_default_simple_faster_rcnn_caffe(frcnn_settings *settings)
{
    static const float mean[3] = {122.7717f, 115.9465f, 102.9801f};
    frcnn_settings_default_simple_faster_rcnn(settings);
    set_pixels(settings, "bgr", mean, caffe_std);
}
