#include "checkpoint/tensor_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NUMBERS = 4 };

/* How a name begins here and there; the rest is the same. Each # is a number, the first of which is counted from another
   beginning there. */
typedef struct name_rule {
    const char *from, *to;
    int first_offset;
} name_rule;

static const name_rule torchvision_resnet[] = {
    {"backbone.body.conv1.", "backbone.0.", 0},
    {"backbone.body.bn1.", "backbone.1.", 0},
    {"backbone.body.layer#.", "backbone.#.", 3},
    {NULL, NULL, 0},
};

static const name_rule torchvision_features[] = {
    {"backbone.body.", "backbone.", 0},
    {NULL, NULL, 0},
};

static const name_rule torchvision_mobilenet[] = {
    {"backbone.body.", "backbone.0.", 0},
    {"backbone.projection.", "backbone.1.", 0},
    {NULL, NULL, 0},
};

static const name_rule detectron2[] = {
    {"backbone.body.conv1.", "backbone.bottom_up.stem.conv1.", 0},
    {"backbone.body.bn1.", "backbone.bottom_up.stem.conv1.norm.", 0},
    {"backbone.body.layer#.#.conv#.", "backbone.bottom_up.res#.#.conv#.", 1},
    {"backbone.body.layer#.#.bn#.", "backbone.bottom_up.res#.#.conv#.norm.", 1},
    {"backbone.body.layer#.#.downsample.0.", "backbone.bottom_up.res#.#.shortcut.", 1},
    {"backbone.body.layer#.#.downsample.1.", "backbone.bottom_up.res#.#.shortcut.norm.", 1},
    {"backbone.fpn.inner_blocks.#.", "backbone.fpn_lateral#.", 2},
    {"backbone.fpn.layer_blocks.#.", "backbone.fpn_output#.", 2},
    {"rpn.head.conv.#.0.", "proposal_generator.rpn_head.conv.conv#.", 0},
    {"rpn.head.conv.", "proposal_generator.rpn_head.conv.", 0},
    {"rpn.head.cls_logits.", "proposal_generator.rpn_head.objectness_logits.", 0},
    {"rpn.head.bbox_pred.", "proposal_generator.rpn_head.anchor_deltas.", 0},
    {"roi_heads.box_head.fc6.", "roi_heads.box_head.fc1.", 0},
    {"roi_heads.box_head.fc7.", "roi_heads.box_head.fc2.", 0},
    {NULL, NULL, 0},
};

static const name_rule detectron2_single[] = {
    {"backbone.body.conv1.", "backbone.stem.conv1.", 0},
    {"backbone.body.bn1.", "backbone.stem.conv1.norm.", 0},
    {"backbone.body.layer#.#.conv#.", "backbone.res#.#.conv#.", 1},
    {"backbone.body.layer#.#.bn#.", "backbone.res#.#.conv#.norm.", 1},
    {"backbone.body.layer#.#.downsample.0.", "backbone.res#.#.shortcut.", 1},
    {"backbone.body.layer#.#.downsample.1.", "backbone.res#.#.shortcut.norm.", 1},
    {"roi_heads.box_head.layer#.#.conv#.", "roi_heads.res#.#.conv#.", 1},
    {"roi_heads.box_head.layer#.#.bn#.", "roi_heads.res#.#.conv#.norm.", 1},
    {"roi_heads.box_head.layer#.#.downsample.0.", "roi_heads.res#.#.shortcut.", 1},
    {"roi_heads.box_head.layer#.#.downsample.1.", "roi_heads.res#.#.shortcut.norm.", 1},
    {NULL, NULL, 0},
};

static const name_rule py_faster_rcnn[] = {
    {"backbone.body.0.", "conv1_1.", 0},
    {"backbone.body.2.", "conv1_2.", 0},
    {"backbone.body.5.", "conv2_1.", 0},
    {"backbone.body.7.", "conv2_2.", 0},
    {"backbone.body.10.", "conv3_1.", 0},
    {"backbone.body.12.", "conv3_2.", 0},
    {"backbone.body.14.", "conv3_3.", 0},
    {"backbone.body.17.", "conv4_1.", 0},
    {"backbone.body.19.", "conv4_2.", 0},
    {"backbone.body.21.", "conv4_3.", 0},
    {"backbone.body.24.", "conv5_1.", 0},
    {"backbone.body.26.", "conv5_2.", 0},
    {"backbone.body.28.", "conv5_3.", 0},
    {"rpn.head.conv.", "rpn_conv/3x3.", 0},
    {"rpn.head.cls_logits.", "rpn_cls_score.", 0},
    {"rpn.head.bbox_pred.", "rpn_bbox_pred.", 0},
    {"roi_heads.box_head.", "", 0},
    {"roi_heads.box_predictor.", "", 0},
    {NULL, NULL, 0},
};

static const name_rule simple_faster_rcnn[] = {
    {"backbone.body.", "extractor.", 0},
    {"rpn.head.conv.", "rpn.conv1.", 0},
    {"rpn.head.cls_logits.", "rpn.score.", 0},
    {"rpn.head.bbox_pred.", "rpn.loc.", 0},
    {"roi_heads.box_head.fc6.", "head.classifier.0.", 0},
    {"roi_heads.box_head.fc7.", "head.classifier.2.", 0},
    {"roi_heads.box_predictor.cls_score.", "head.score.", 0},
    {"roi_heads.box_predictor.bbox_pred.", "head.cls_loc.", 0},
    {NULL, NULL, 0},
};

static const name_rule simple_faster_rcnn_dropout[] = {
    {"backbone.body.", "extractor.", 0},
    {"rpn.head.conv.", "rpn.conv1.", 0},
    {"rpn.head.cls_logits.", "rpn.score.", 0},
    {"rpn.head.bbox_pred.", "rpn.loc.", 0},
    {"roi_heads.box_head.fc6.", "head.classifier.0.", 0},
    {"roi_heads.box_head.fc7.", "head.classifier.3.", 0},
    {"roi_heads.box_predictor.cls_score.", "head.score.", 0},
    {"roi_heads.box_predictor.bbox_pred.", "head.cls_loc.", 0},
    {NULL, NULL, 0},
};

static const name_rule mmdetection[] = {
    {"backbone.body.", "backbone.", 0},
    {"backbone.fpn.inner_blocks.#.0.", "neck.lateral_convs.#.conv.", 0},
    {"backbone.fpn.inner_blocks.#.1.", "neck.lateral_convs.#.bn.", 0},
    {"backbone.fpn.layer_blocks.#.0.", "neck.fpn_convs.#.conv.", 0},
    {"backbone.fpn.layer_blocks.#.1.", "neck.fpn_convs.#.bn.", 0},
    {"rpn.head.conv.#.0.", "rpn_head.rpn_conv.#.conv.", 0},
    {"rpn.head.conv.", "rpn_head.rpn_conv.", 0},
    {"rpn.head.cls_logits.", "rpn_head.rpn_cls.", 0},
    {"rpn.head.bbox_pred.", "rpn_head.rpn_reg.", 0},
    {"roi_heads.box_head.fc6.", "roi_head.bbox_head.shared_fcs.0.", 0},
    {"roi_heads.box_head.fc7.", "roi_head.bbox_head.shared_fcs.1.", 0},
    {"roi_heads.box_predictor.cls_score.", "roi_head.bbox_head.fc_cls.", 0},
    {"roi_heads.box_predictor.bbox_pred.", "roi_head.bbox_head.fc_reg.", 0},
    {NULL, NULL, 0},
};

/* What is left of name behind the pattern, with the numbers that stand for its #; NULL where it begins otherwise. */
static const char *match(const char *name, const char *pattern, long numbers[MAX_NUMBERS])
{
    int n = 0;
    for (; *pattern != '\0'; pattern++) {
        if (*pattern != '#') {
            if (*name++ != *pattern) return NULL;
            continue;
        }
        char *end = NULL;
        if (*name < '0' || *name > '9') return NULL;
        numbers[n++] = strtol(name, &end, 10);
        name = end;
    }
    return name;
}

static void write_name(char out[FRCNN_LAYER_NAME], const name_rule *rule, long numbers[MAX_NUMBERS], const char *rest)
{
    size_t used = 0;
    int n = 0;
    numbers[0] += rule->first_offset;
    for (const char *c = rule->to; *c != '\0' && used < FRCNN_LAYER_NAME; c++)
        used += (size_t)(*c == '#' ? snprintf(out + used, FRCNN_LAYER_NAME - used, "%ld", numbers[n++])
                                   : snprintf(out + used, FRCNN_LAYER_NAME - used, "%c", *c));
    if (used < FRCNN_LAYER_NAME) snprintf(out + used, FRCNN_LAYER_NAME - used, "%s", rest);
}

static void translate(char out[FRCNN_LAYER_NAME], const name_rule *rules, const char *name)
{
    long numbers[MAX_NUMBERS] = {0};
    for (; rules->from != NULL; rules++) {
        const char *rest = match(name, rules->from, numbers);
        if (rest == NULL) continue;
        write_name(out, rules, numbers, rest);
        return;
    }
    snprintf(out, FRCNN_LAYER_NAME, "%s", name);
}

void frcnn_tensor_names_torchvision_resnet(char out[FRCNN_LAYER_NAME], const char *name)
{
    translate(out, torchvision_resnet, name);
}

void frcnn_tensor_names_torchvision_features(char out[FRCNN_LAYER_NAME], const char *name)
{
    translate(out, torchvision_features, name);
}

void frcnn_tensor_names_torchvision_mobilenet(char out[FRCNN_LAYER_NAME], const char *name)
{
    translate(out, torchvision_mobilenet, name);
}

void frcnn_tensor_names_detectron2(char out[FRCNN_LAYER_NAME], const char *name)
{
    translate(out, detectron2, name);
}

/* What is not of the backbone has the same names with and without an FPN. */
void frcnn_tensor_names_detectron2_single(char out[FRCNN_LAYER_NAME], const char *name)
{
    translate(out, detectron2_single, name);
    if (strcmp(out, name) == 0) translate(out, detectron2, name);
}

void frcnn_tensor_names_py_faster_rcnn(char out[FRCNN_LAYER_NAME], const char *name)
{
    translate(out, py_faster_rcnn, name);
}

void frcnn_tensor_names_simple_faster_rcnn(char out[FRCNN_LAYER_NAME], const char *name)
{
    translate(out, simple_faster_rcnn, name);
}

void frcnn_tensor_names_simple_faster_rcnn_dropout(char out[FRCNN_LAYER_NAME], const char *name)
{
    translate(out, simple_faster_rcnn_dropout, name);
}

void frcnn_tensor_names_mmdetection(char out[FRCNN_LAYER_NAME], const char *name)
{
    translate(out, mmdetection, name);
}
