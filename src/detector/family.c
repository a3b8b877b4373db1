#include "detector/family.h"

#include <float.h>
#include <stdio.h>
#include <string.h>

#include "checkpoint/tensor_names.h"
#include "tensor/ends_with.h"
#include "tensor/error.h"

/* clang-format off */
#define TORCHVISION_RULES                                                       \
    .id = FRCNN_TORCHVISION, .title = "a torchvision Faster R-CNN",             \
    .landmark = "rpn.head.cls_logits.weight",                                   \
    .anchors = FRCNN_ANCHORS_TORCHVISION, .resize = FRCNN_RESIZE_TORCHVISION,   \
    .size_divisor = 32,                                                         \
    .coder = FRCNN_CODER_TORCHVISION, .level_rule = FRCNN_LEVELS_TORCHVISION,   \
    .min_proposal_size = 1e-3f, .min_detection_size = 1e-2f,                    \
    .unused = {"roi_heads.mask_head.", "roi_heads.mask_predictor.",             \
               "roi_heads.keypoint_head.", "roi_heads.keypoint_predictor."}
#define SINGLE_VGG_RULES                                                        \
    .size_divisor = 1, .is_max_pooled = 1, .decodes_in_image = 1,               \
    .scales_min_size = 1, .filters_first = 1, .min_proposal_size = 16.0f
#define SIMPLE_RULES                                                            \
    .id = FRCNN_SIMPLE_FASTER_RCNN,                                             \
    .title = "a simple-faster-rcnn Faster R-CNN",                               \
    .landmark = "head.cls_loc.weight",                                          \
    .anchors = FRCNN_ANCHORS_SIMPLE_FASTER_RCNN,                                \
    .resize = FRCNN_RESIZE_SIMPLE_FASTER_RCNN,                                  \
    .rpn_pairs = FRCNN_PAIRS_OF_NEIGHBOURS, .swaps_xy = 1,                      \
    .coder = FRCNN_CODER_SIMPLE_FASTER_RCNN, SINGLE_VGG_RULES
#define DETECTRON2_RULES                                                        \
    .landmark = "proposal_generator.rpn_head.objectness_logits.weight",         \
    .anchors = FRCNN_ANCHORS_DETECTRON2, .resize = FRCNN_RESIZE_DETECTRON2,     \
    .coder = FRCNN_CODER_TORCHVISION, .level_rule = FRCNN_LEVELS_DETECTRON2,    \
    .is_aligned = 1, .keeps_logits = 1, .has_last_background = 1,               \
    .clips_to_image = 1, .min_proposal_size = FLT_TRUE_MIN,                     \
    .unused = {"roi_heads.mask_head.", "roi_heads.keypoint_head.",              \
               "sem_seg_head.", "proposal_generator.anchor_generator.",         \
               "pixel_mean", "pixel_std"}
/* clang-format on */

/* Of torchvision's, the body may be a list of modules: a ResNet's children, or the features of a MobileNet, alone or with a
   convolution behind them. */
static const frcnn_family families[] = {
    {.layout = "backbone.4.0.conv1.weight", .translate = frcnn_tensor_names_torchvision_resnet, TORCHVISION_RULES},
    {.layout = "backbone.1.conv.0.0.weight", .translate = frcnn_tensor_names_torchvision_features, TORCHVISION_RULES},
    {.layout = "backbone.1.block.0.0.weight", .translate = frcnn_tensor_names_torchvision_features, TORCHVISION_RULES},
    {.layout = "backbone.0.1.conv.0.0.weight",
     .translate = frcnn_tensor_names_torchvision_mobilenet,
     TORCHVISION_RULES},
    {.layout = "backbone.0.1.block.0.0.weight",
     .translate = frcnn_tensor_names_torchvision_mobilenet,
     TORCHVISION_RULES},
    {TORCHVISION_RULES},
    {
        .id = FRCNN_DETECTRON2_SINGLE,
        .title = "a Detectron2 Faster R-CNN without an FPN",
        .layout = "backbone.stem.conv1.weight",
        .translate = frcnn_tensor_names_detectron2_single,
        .size_divisor = 1,
        .backbone = {.dilates_single = 1},
        DETECTRON2_RULES,
    },
    {
        .id = FRCNN_DETECTRON2,
        .title = "a Detectron2 Faster R-CNN",
        .translate = frcnn_tensor_names_detectron2,
        .size_divisor = 32,
        DETECTRON2_RULES,
    },
    {
        .id = FRCNN_MMDETECTION,
        .title = "an mmdetection Faster R-CNN",
        .landmark = "roi_head.bbox_head.fc_cls.weight",
        .translate = frcnn_tensor_names_mmdetection,
        .anchors = FRCNN_ANCHORS_MMDET,
        .resize = FRCNN_RESIZE_MMDETECTION,
        .size_divisor = 32,
        .coder = FRCNN_CODER_MMDETECTION,
        .level_rule = FRCNN_LEVELS_MMDETECTION,
        .is_aligned = 1,
        .has_last_background = 1,
        .min_proposal_size = FLT_TRUE_MIN,
        .unused = {"roi_head.mask_head.", "roi_head.mask_iou_head.", "roi_head.semantic_head."},
    },
    {
        .id = FRCNN_PY_FASTER_RCNN,
        .title = "a py-faster-rcnn Faster R-CNN",
        .landmark = "rpn_cls_score.weight",
        .translate = frcnn_tensor_names_py_faster_rcnn,
        .anchors = FRCNN_ANCHORS_PY_FASTER_RCNN,
        .resize = FRCNN_RESIZE_PY_FASTER_RCNN,
        .backbone = {.ceils_pools = 1},
        .rpn_pairs = FRCNN_PAIRS_OF_HALVES,
        .coder = FRCNN_CODER_PY_FASTER_RCNN,
        SINGLE_VGG_RULES,
    },
    {.layout = "head.classifier.3.weight", .translate = frcnn_tensor_names_simple_faster_rcnn_dropout, SIMPLE_RULES},
    {.translate = frcnn_tensor_names_simple_faster_rcnn, SIMPLE_RULES},
};

enum { N_FAMILIES = sizeof families / sizeof families[0] };

/* What other files look like: a name, or the end of one, and what to say. */
static const struct {
    const char *name, *what;
} strangers[] = {
    {"extractor.0.weight", "a simple-faster-rcnn backbone without RPN and box head"},
    {"bbox_head.0.fc_cls.weight", "a Cascade R-CNN, not a Faster R-CNN"},
    {"bbox_head.fc_cls.weight", "an mmdetection 1 detector, which this version does not run: convert it to version 2"},
    {"layer4.0.conv1.weight", "a ResNet classification backbone without RPN and box head"},
    {"classifier.1.weight", "a classification backbone without RPN and box head"},
    {"classifier.3.weight", "a classification backbone without RPN and box head"},
    {"classifier.6.weight", "a classification backbone without RPN and box head"},
    {"head.classification_head.cls_logits.weight", "a one-stage detector, not a Faster R-CNN"},
    {"bbox_head.retina_cls.weight", "a one-stage detector, not a Faster R-CNN"},
    {"model.0.conv.weight", "a YOLO detector, not a Faster R-CNN"},
    {"model.1.conv.weight", "a YOLO detector, not a Faster R-CNN"},
};

static const char *describe(const frcnn_checkpoint *checkpoint)
{
    for (size_t k = 0; k < sizeof strangers / sizeof strangers[0]; k++)
        for (size_t i = 0; i < frcnn_checkpoint_get_count(checkpoint); i++)
            if (frcnn_ends_with(frcnn_checkpoint_get_name(checkpoint, i), strangers[k].name)) return strangers[k].what;
    return "no detector known here";
}

/* 1 where the file has what tells families of one landmark apart. */
static int has_layout(const frcnn_family *family, const frcnn_checkpoint *checkpoint, const char *prefix)
{
    char name[FRCNN_PREFIX_BYTES + FRCNN_LAYER_NAME];
    if (family->layout == NULL) return 1;
    snprintf(name, sizeof name, "%s%s", prefix, family->layout);
    return frcnn_checkpoint_find(checkpoint, name) != NULL;
}

/* The landmark's family, where the name is one behind a prefix; NULL where it is none. */
static const frcnn_family *get_family(const frcnn_checkpoint *checkpoint, const char *name,
                                      char prefix[FRCNN_PREFIX_BYTES])
{
    for (int k = 0; k < N_FAMILIES; k++) {
        if (!frcnn_ends_with(name, families[k].landmark)) continue;
        const size_t n = strlen(name) - strlen(families[k].landmark);
        if (n >= FRCNN_PREFIX_BYTES || (n > 0 && name[n - 1] != '.')) continue;
        snprintf(prefix, FRCNN_PREFIX_BYTES, "%.*s", (int)n, name);
        if (has_layout(&families[k], checkpoint, prefix)) return &families[k];
    }
    return NULL;
}

frcnn_status frcnn_family_recognise(const frcnn_family **out, char prefix[FRCNN_PREFIX_BYTES],
                                    const frcnn_checkpoint *checkpoint, const char *wanted)
{
    const char *path = frcnn_checkpoint_get_path(checkpoint);
    char found[2][FRCNN_PREFIX_BYTES] = {"", ""};
    const frcnn_family *family = NULL;
    int n_found = 0;
    for (size_t i = 0; i < frcnn_checkpoint_get_count(checkpoint); i++) {
        char begin[FRCNN_PREFIX_BYTES];
        const frcnn_family *one = get_family(checkpoint, frcnn_checkpoint_get_name(checkpoint, i), begin);
        if (one == NULL || (wanted != NULL && strcmp(wanted, begin) != 0)) continue;
        if (n_found < 2) memcpy(found[n_found], begin, sizeof begin);
        family = one;
        n_found++;
    }
    FRCNN_FAIL_IF(n_found == 0, FRCNN_ERROR_UNSUPPORTED,
                  "%s: expected a Faster R-CNN of torchvision (%s), Detectron2, mmdetection, py-faster-rcnn or "
                  "simple-faster-rcnn%s%s, found %s, with %zu "
                  "tensors",
                  path, families[0].landmark, wanted != NULL ? " behind the prefix " : "", wanted != NULL ? wanted : "",
                  describe(checkpoint), frcnn_checkpoint_get_count(checkpoint));
    FRCNN_FAIL_IF(n_found > 1, FRCNN_ERROR_UNSUPPORTED,
                  "%s: expected one detector, found %d, as under \"%s\" and \"%s\": choose one by its prefix", path,
                  n_found, found[0], found[1]);
    memcpy(prefix, found[0], FRCNN_PREFIX_BYTES);
    *out = family;
    return FRCNN_OK;
}

float frcnn_family_get_norm_eps(const char *sha256, const frcnn_checkpoint *checkpoint, const char *prefix)
{
    char features[FRCNN_PREFIX_BYTES + FRCNN_LAYER_NAME];
    snprintf(features, sizeof features, "%sbackbone.1.block.0.0.weight", prefix);
    if (frcnn_checkpoint_find(checkpoint, features) != NULL) return 1e-3f;

    /* What the name of the published file ends with, and its digest begins with. */
    static const char coco_v1[] = "258fb6c6";
    return strncmp(sha256, coco_v1, sizeof coco_v1 - 1) == 0 ? 0.0f : 1e-5f;
}
