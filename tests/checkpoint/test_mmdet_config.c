#include "support.h"

#include "checkpoint/mmdet_config.h"
#include "checkpoint/settings.h"

/* As mmdetection 2 writes it. */
static const char version_2[] =
    "model = dict(\n"
    "    type='FasterRCNN',\n"
    "    backbone=dict(\n"
    "        type='ResNet',\n"
    "        norm_cfg=dict(type='BN', requires_grad=False),\n"
    "        style='caffe',\n"
    "        init_cfg=dict(checkpoint='open-mmlab://detectron2/resnet50_caffe')),\n"
    "    rpn_head=dict(\n"
    "        anchor_generator=dict(\n"
    "            type='AnchorGenerator',\n"
    "            scales=[4, 8],\n"
    "            ratios=[0.5, 1.0],\n"
    "            strides=[4, 8, 16]),\n"
    "        bbox_coder=dict(target_means=[0.0, 0.0, 0.0, 0.0])),\n"
    "    train_cfg=dict(rpn_proposal=dict(nms_pre=2000)),\n"
    "    test_cfg=dict(\n"
    "        rpn=dict(nms_pre=700, max_per_img=500, nms=dict(type='nms', iou_threshold=0.6)),\n"
    "        rcnn=dict(score_thr=0.1, nms=dict(type='nms', iou_threshold=0.4), max_per_img=50)))\n"
    "img_norm_cfg = dict(\n"
    "    mean=[103.53, 116.28, 123.675], std=[1.0, 1.0, 1.0], to_rgb=False)\n"
    "train_pipeline = [dict(type='Resize', img_scale=(1, 2))]\n"
    "test_pipeline = [\n"
    "    dict(type='MultiScaleFlipAug', img_scale=(1000, 600), flip=False)\n"
    "]\n";

static void version_2_is_read(void **state)
{
    (void)state;
    frcnn_settings s;
    frcnn_settings_default_mmdetection(&s);
    frcnn_mmdet_config_apply(&s, version_2, 1);
    assert_string_equal(s.order, "bgr");
    assert_int_equal(s.stride_in_1x1, 1);
    assert_true(s.mean[0] == 103.53f && s.mean[2] == 123.675f && s.std[1] == 1.0f);
    assert_int_equal(s.min_size, 600);
    assert_int_equal(s.max_size, 1000);
    assert_int_equal(s.n_levels, 3);
    assert_int_equal(s.n_sizes[2], 2);
    assert_true(s.anchor_sizes[0][0] == 16.0f && s.anchor_sizes[2][1] == 128.0f);
    assert_int_equal(s.n_ratios, 2);
    assert_int_equal(s.rpn_pre_nms_top_n, 700);
    assert_int_equal(s.rpn_post_nms_top_n, 500);
    assert_true(s.rpn_nms_thresh == 0.6f && s.box_nms_thresh == 0.4f && s.box_score_thresh == 0.1f);
    assert_int_equal(s.box_detections_per_img, 50);
}

/* Where the pixels are said by who asks, the rest still counts. */
static void pixels_may_stay(void **state)
{
    (void)state;
    frcnn_settings s;
    frcnn_settings_default_mmdetection(&s);
    frcnn_mmdet_config_apply(&s, version_2, 0);
    assert_string_equal(s.order, "rgb");
    assert_int_equal(s.stride_in_1x1, 0);
    assert_int_equal(s.min_size, 600);
}

static void words_are_found(void **state)
{
    (void)state;
    char value[16];
    assert_true(frcnn_mmdet_config_find(value, sizeof value, version_2, "backbone=dict(", "style"));
    assert_string_equal(value, "'caffe'");
    assert_false(frcnn_mmdet_config_find(value, sizeof value, version_2, "neck=dict(", "style"));
    assert_false(frcnn_mmdet_config_find(value, sizeof value, version_2, "backbone=dict(", "tyle"));
    assert_false(frcnn_mmdet_config_find(value, 4, version_2, "backbone=dict(", "style"));
}

/* Cut anywhere, or with values that no detector has, nothing is read that is not there. */
static void any_text_is_taken(void **state)
{
    (void)state;
    static const char *const odd[] = {
        "",
        "backbone=dict(",
        "anchor_generator=dict(scales=[8], ratios=[x], strides=[4])",
        "anchor_generator=dict(scales=[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1], ratios=[1], strides=[4])",
        "test_pipeline = [dict(scale=(0, 1e9))]",
        "test_cfg=dict(rcnn=dict(score_thr=nan, max_per_img=-1), rpn=dict())",
        "img_norm_cfg = dict(mean=[nan, inf, 1e9], std=[1, 0, 1])",
        "anchor_generator=dict(scales=[8], ratios=[0], strides=[4])",
        "anchor_generator=dict(scales=[8, 1e300], ratios=[1], strides=[4, 1e300])"};
    frcnn_settings s, before;
    frcnn_settings_default_mmdetection(&before);
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        s = before;
        frcnn_mmdet_config_apply(&s, odd[i], 1);
        assert_memory_equal(&s, &before, sizeof s);
    }
    for (size_t n = 0; n < sizeof version_2; n++) {
        char *cut = malloc(n + 1);
        assert_non_null(cut);
        memcpy(cut, version_2, n);
        cut[n] = '\0';
        s = before;
        frcnn_mmdet_config_apply(&s, cut, 1);
        free(cut);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_2_is_read),
        cmocka_unit_test(pixels_may_stay),
        cmocka_unit_test(words_are_found),
        cmocka_unit_test(any_text_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
