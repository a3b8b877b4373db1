#include "support.h"

#include "checkpoint/tensor_names.h"

typedef struct names {
    const char *torchvision, *detectron2, *mmdetection;
} names;

/* From the lists of a Detectron2 R50-FPN file and of an mmdetection one. */
static const names known[] = {
    {"backbone.body.conv1.weight", "backbone.bottom_up.stem.conv1.weight", "backbone.conv1.weight"},
    {"backbone.body.bn1.running_var", "backbone.bottom_up.stem.conv1.norm.running_var", "backbone.bn1.running_var"},
    {"backbone.body.layer1.0.conv1.weight", "backbone.bottom_up.res2.0.conv1.weight", "backbone.layer1.0.conv1.weight"},
    {"backbone.body.layer3.22.bn3.bias", "backbone.bottom_up.res4.22.conv3.norm.bias", "backbone.layer3.22.bn3.bias"},
    {"backbone.body.layer4.0.downsample.0.weight", "backbone.bottom_up.res5.0.shortcut.weight",
     "backbone.layer4.0.downsample.0.weight"},
    {"backbone.body.layer4.0.downsample.1.weight", "backbone.bottom_up.res5.0.shortcut.norm.weight",
     "backbone.layer4.0.downsample.1.weight"},
    {"backbone.fpn.inner_blocks.0.bias", "backbone.fpn_lateral2.bias", "backbone.fpn.inner_blocks.0.bias"},
    {"backbone.fpn.layer_blocks.3.weight", "backbone.fpn_output5.weight", "backbone.fpn.layer_blocks.3.weight"},
    {"backbone.fpn.inner_blocks.1.0.weight", "backbone.fpn_lateral3.0.weight", "neck.lateral_convs.1.conv.weight"},
    {"backbone.fpn.layer_blocks.2.0.bias", "backbone.fpn_output4.0.bias", "neck.fpn_convs.2.conv.bias"},
    {"rpn.head.conv.weight", "proposal_generator.rpn_head.conv.weight", "rpn_head.rpn_conv.weight"},
    {"rpn.head.conv.1.0.weight", "proposal_generator.rpn_head.conv.conv1.weight", "rpn_head.rpn_conv.1.conv.weight"},
    {"rpn.head.cls_logits.bias", "proposal_generator.rpn_head.objectness_logits.bias", "rpn_head.rpn_cls.bias"},
    {"rpn.head.bbox_pred.weight", "proposal_generator.rpn_head.anchor_deltas.weight", "rpn_head.rpn_reg.weight"},
    {"roi_heads.box_head.fc6.weight", "roi_heads.box_head.fc1.weight", "roi_head.bbox_head.shared_fcs.0.weight"},
    {"roi_heads.box_head.fc7.bias", "roi_heads.box_head.fc2.bias", "roi_head.bbox_head.shared_fcs.1.bias"},
    {"roi_heads.box_predictor.cls_score.weight", "roi_heads.box_predictor.cls_score.weight",
     "roi_head.bbox_head.fc_cls.weight"},
    {"roi_heads.box_predictor.bbox_pred.bias", "roi_heads.box_predictor.bbox_pred.bias",
     "roi_head.bbox_head.fc_reg.bias"},
    {"anything else", "anything else", "anything else"},
    {"", "", ""},
};

static void test_known_names(void **state)
{
    (void)state;
    char name[FRCNN_LAYER_NAME];
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        frcnn_tensor_names_detectron2(name, known[i].torchvision);
        assert_string_equal(name, known[i].detectron2);
        frcnn_tensor_names_mmdetection(name, known[i].torchvision);
        assert_string_equal(name, known[i].mmdetection);
    }
}

/* From the lists of Detectron2's R50-C4 and R50-DC5 files. */
static void test_names_without_fpn(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"backbone.body.conv1.weight", "backbone.stem.conv1.weight"},
        {"backbone.body.bn1.bias", "backbone.stem.conv1.norm.bias"},
        {"backbone.body.layer4.0.downsample.1.bias", "backbone.res5.0.shortcut.norm.bias"},
        {"backbone.body.layer2.3.conv3.weight", "backbone.res3.3.conv3.weight"},
        {"roi_heads.box_head.layer4.0.downsample.0.weight", "roi_heads.res5.0.shortcut.weight"},
        {"roi_heads.box_head.layer4.2.bn2.running_mean", "roi_heads.res5.2.conv2.norm.running_mean"},
        {"rpn.head.cls_logits.weight", "proposal_generator.rpn_head.objectness_logits.weight"},
        {"roi_heads.box_head.fc6.bias", "roi_heads.box_head.fc1.bias"},
    };
    char name[FRCNN_LAYER_NAME];
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        frcnn_tensor_names_detectron2_single(name, pairs[i][0]);
        assert_string_equal(name, pairs[i][1]);
    }
}

/* Names longer than any are cut, numbers of any length are numbers. */
static void test_long_names(void **state)
{
    (void)state;
    char name[FRCNN_LAYER_NAME], from[2 * FRCNN_LAYER_NAME];
    snprintf(from, sizeof from, "backbone.body.layer%0200d.0.conv1.weight", 1);
    frcnn_tensor_names_detectron2(name, from);
    assert_string_equal(name, "backbone.bottom_up.res2.0.conv1.weight");
    snprintf(from, sizeof from, "backbone.body.layer1.0.conv1.%0180d", 1);
    frcnn_tensor_names_detectron2(name, from);
    assert_int_equal(strlen(name), FRCNN_LAYER_NAME - 1);
    frcnn_tensor_names_mmdetection(name, from);
    assert_int_equal(strlen(name), FRCNN_LAYER_NAME - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_names),
        cmocka_unit_test(test_names_without_fpn),
        cmocka_unit_test(test_long_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
