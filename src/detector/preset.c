#include <stdio.h>
#include <string.h>

#include "checkpoint/file_notes.h"
#include "checkpoint/mmdet_config.h"
#include "checkpoint/settings.h"
#include "detector/family.h"
#include "tensor/error.h"

enum {
    TORCHVISION,
    TORCHVISION_MOBILENET_V3,
    TORCHVISION_MOBILENET_V3_320,
    TORCHVISION_SINGLE,
    TORCHVISION_0_15,
    TORCHVISION_0_14,
    TORCHVISION_0_9,
    DETECTRON2,
    DETECTRON2_X101,
    DETECTRON2_C4,
    DETECTRON2_DC5,
    MMDETECTION,
    MMDETECTION_CAFFE,
    MMDETECTION_X101_32X8D,
    PY_FASTER_RCNN,
    SIMPLE_FASTER_RCNN,
    SIMPLE_FASTER_RCNN_CAFFE,
    N_PRESETS
};

static const frcnn_preset presets[N_PRESETS] = {
    [TORCHVISION] = {"torchvision", FRCNN_TORCHVISION, frcnn_settings_default_torchvision, 1, FRCNN_RESIZE_TORCHVISION},
    [TORCHVISION_MOBILENET_V3] = {"torchvision-mobilenet-v3", FRCNN_TORCHVISION,
                                  frcnn_settings_default_torchvision_mobilenet_v3, 1, FRCNN_RESIZE_TORCHVISION},
    [TORCHVISION_MOBILENET_V3_320] = {"torchvision-mobilenet-v3-320", FRCNN_TORCHVISION,
                                      frcnn_settings_default_torchvision_mobilenet_v3_320, 1, FRCNN_RESIZE_TORCHVISION},
    [TORCHVISION_SINGLE] = {"torchvision-single", FRCNN_TORCHVISION, frcnn_settings_default_torchvision_single, 1,
                            FRCNN_RESIZE_TORCHVISION},
    [TORCHVISION_0_15] = {"torchvision-0.15", FRCNN_TORCHVISION, frcnn_settings_default_torchvision, 1,
                          FRCNN_RESIZE_TORCHVISION_0_15},
    [TORCHVISION_0_14] = {"torchvision-0.14", FRCNN_TORCHVISION, frcnn_settings_default_torchvision, 1,
                          FRCNN_RESIZE_TORCHVISION_0_14},
    [TORCHVISION_0_9] = {"torchvision-0.9", FRCNN_TORCHVISION, frcnn_settings_default_torchvision, 1,
                         FRCNN_RESIZE_TORCHVISION_0_9},
    [DETECTRON2] = {"detectron2", FRCNN_DETECTRON2, frcnn_settings_default_detectron2, 0, FRCNN_RESIZE_TORCHVISION},
    [DETECTRON2_X101] = {"detectron2-x101", FRCNN_DETECTRON2, frcnn_settings_default_detectron2_x101, 0,
                         FRCNN_RESIZE_TORCHVISION},
    [DETECTRON2_C4] = {"detectron2-c4", FRCNN_DETECTRON2_SINGLE, frcnn_settings_default_detectron2_c4, 0,
                       FRCNN_RESIZE_TORCHVISION},
    [DETECTRON2_DC5] = {"detectron2-dc5", FRCNN_DETECTRON2_SINGLE, frcnn_settings_default_detectron2_dc5, 0,
                        FRCNN_RESIZE_TORCHVISION},
    [MMDETECTION] = {"mmdetection", FRCNN_MMDETECTION, frcnn_settings_default_mmdetection, 0, FRCNN_RESIZE_TORCHVISION},
    [MMDETECTION_CAFFE] = {"mmdetection-caffe", FRCNN_MMDETECTION, frcnn_settings_default_mmdetection_caffe, 0,
                           FRCNN_RESIZE_TORCHVISION},
    [MMDETECTION_X101_32X8D] = {"mmdetection-x101-32x8d", FRCNN_MMDETECTION,
                                frcnn_settings_default_mmdetection_x101_32x8d, 0, FRCNN_RESIZE_TORCHVISION},
    [PY_FASTER_RCNN] = {"py-faster-rcnn", FRCNN_PY_FASTER_RCNN, frcnn_settings_default_py_faster_rcnn, 0,
                        FRCNN_RESIZE_TORCHVISION},
    [SIMPLE_FASTER_RCNN] = {"simple-faster-rcnn", FRCNN_SIMPLE_FASTER_RCNN, frcnn_settings_default_simple_faster_rcnn,
                            1, FRCNN_RESIZE_TORCHVISION},
    [SIMPLE_FASTER_RCNN_CAFFE] = {"simple-faster-rcnn-caffe", FRCNN_SIMPLE_FASTER_RCNN,
                                  frcnn_settings_default_simple_faster_rcnn_caffe, 0, FRCNN_RESIZE_TORCHVISION},
};

frcnn_status frcnn_preset_find(const frcnn_preset **out, const frcnn_family *family, const char *name,
                               const char *source)
{
    char names[512];
    size_t used = 0;
    int k = 0;
    while (k < N_PRESETS && strcmp(presets[k].name, name) != 0) k++;
    for (int i = 0; i < N_PRESETS; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used > 0 ? ", " : "", presets[i].name);
    FRCNN_FAIL_IF(k == N_PRESETS, FRCNN_ERROR_UNSUPPORTED, "%s: family: expected one of %s, found \"%.100s\"", source,
                  names, name);
    FRCNN_FAIL_IF(presets[k].family != family->id, FRCNN_ERROR_UNSUPPORTED,
                  "%s: family: expected the tensors of \"%s\", found those of %s", source, name, family->title);
    *out = &presets[k];
    return FRCNN_OK;
}

/* The tensor of that name behind the prefix, or NULL. */
static const frcnn_tensor *find(const frcnn_checkpoint *checkpoint, const char *prefix, const char *name)
{
    char whole[FRCNN_PREFIX_BYTES + FRCNN_LAYER_NAME];
    snprintf(whole, sizeof whole, "%s%s", prefix, name);
    return frcnn_checkpoint_find(checkpoint, whole);
}

/* Groups of a convolution, and channels of each; 0 where there is none of that name. */
static void get_groups(const frcnn_checkpoint *checkpoint, const char *prefix, const char *name, int64_t *groups,
                       int64_t *width)
{
    const frcnn_tensor *weight = find(checkpoint, prefix, name);
    *groups = *width = 0;
    if (weight == NULL || frcnn_tensor_get_n_dims(weight) != 4) return;
    const int64_t *shape = frcnn_tensor_get_shape(weight);
    if (shape[1] < 1) return;
    *groups = shape[0] / shape[1];
    *width = shape[1];
}

static const char *get_file_name(const frcnn_checkpoint *checkpoint)
{
    const char *path = frcnn_checkpoint_get_path(checkpoint), *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static int has_fpn(const frcnn_checkpoint *checkpoint, const char *prefix)
{
    return find(checkpoint, prefix, "backbone.fpn.inner_blocks.0.0.weight") != NULL ||
           find(checkpoint, prefix, "backbone.fpn.inner_blocks.0.weight") != NULL;
}

/* Both MobileNetV3 detectors have the same tensors. */
static const frcnn_preset *choose_torchvision(const char **reason, const frcnn_checkpoint *checkpoint,
                                              const char *prefix)
{
    if (!has_fpn(checkpoint, prefix)) {
        *reason = "its tensors have torchvision's names (rpn.head.cls_logits), with no FPN";
        return &presets[TORCHVISION_SINGLE];
    }
    if (find(checkpoint, prefix, "backbone.body.13.block.0.0.weight") == NULL) {
        *reason = "its tensors have torchvision's names (rpn.head.cls_logits)";
        return &presets[TORCHVISION];
    }
    if (strstr(get_file_name(checkpoint), "320") != NULL) {
        *reason = "its tensors have torchvision's names and those of a MobileNetV3, its own name says 320";
        return &presets[TORCHVISION_MOBILENET_V3_320];
    }
    *reason = "its tensors have torchvision's names and those of a MobileNetV3, its own name does not say 320";
    return &presets[TORCHVISION_MOBILENET_V3];
}

static const frcnn_preset *choose_detectron2(const char **reason, const frcnn_checkpoint *checkpoint,
                                             const char *prefix)
{
    int64_t groups, width;
    get_groups(checkpoint, prefix, "backbone.bottom_up.res2.0.conv2.weight", &groups, &width);
    if (groups > 1) {
        *reason = "its tensors have Detectron2's names, and convolutions of several groups, as X101's";
        return &presets[DETECTRON2_X101];
    }
    *reason = "its tensors have Detectron2's names";
    return &presets[DETECTRON2];
}

static const frcnn_preset *choose_single_detectron2(const char **reason, const frcnn_checkpoint *checkpoint,
                                                    const char *prefix)
{
    if (find(checkpoint, prefix, "roi_heads.res5.0.conv1.weight") != NULL) {
        *reason = "its tensors have Detectron2's names, with the fifth stage in the box head";
        return &presets[DETECTRON2_C4];
    }
    *reason = "its tensors have Detectron2's names, with no FPN on the fifth stage";
    return &presets[DETECTRON2_DC5];
}

static const frcnn_preset *choose_mmdetection(const char **reason, const frcnn_checkpoint *checkpoint,
                                              const char *prefix)
{
    const char *config = frcnn_checkpoint_get_metadata(checkpoint, FRCNN_MMDET_CONFIG_KEY);
    char style[32];
    int64_t groups, width;
    if (config != NULL && frcnn_mmdet_config_find(style, sizeof style, config, "backbone=dict(", "style")) {
        const int is_caffe = strstr(style, "caffe") != NULL;
        *reason = is_caffe ? "its tensors have mmdetection's names, its configuration says style='caffe'"
                           : "its tensors have mmdetection's names, its configuration says style='pytorch'";
        return &presets[is_caffe ? MMDETECTION_CAFFE : MMDETECTION];
    }
    if (strstr(get_file_name(checkpoint), "caffe") != NULL) {
        *reason = "its tensors have mmdetection's names, its own name says caffe";
        return &presets[MMDETECTION_CAFFE];
    }
    get_groups(checkpoint, prefix, "backbone.layer1.0.conv2.weight", &groups, &width);
    if (groups == 32 && width == 8) {
        *reason = "its tensors have mmdetection's names, and X101-32x8d's shapes";
        return &presets[MMDETECTION_X101_32X8D];
    }
    *reason = "its tensors have mmdetection's names; it has no configuration, and no \"caffe\" in its own name";
    return &presets[MMDETECTION];
}

/* Those that begin with Caffe's weights keep its pixels. */
static const frcnn_preset *choose_simple(const char **reason, const frcnn_checkpoint *checkpoint)
{
    const char *name = get_file_name(checkpoint);
    const char *is_caffe = frcnn_checkpoint_get_metadata(checkpoint, FRCNN_SIMPLE_CAFFE_KEY);
    if (is_caffe != NULL && strcmp(is_caffe, "true") == 0) {
        *reason = "its tensors have simple-faster-rcnn's names, its configuration says caffe_pretrain=True";
        return &presets[SIMPLE_FASTER_RCNN_CAFFE];
    }
    if (is_caffe != NULL) {
        *reason = "its tensors have simple-faster-rcnn's names, its configuration says caffe_pretrain=False";
        return &presets[SIMPLE_FASTER_RCNN];
    }
    if (strstr(name, "caffe") != NULL || strstr(name, "chainer") != NULL) {
        *reason = "its tensors have simple-faster-rcnn's names, its own name says caffe or chainer";
        return &presets[SIMPLE_FASTER_RCNN_CAFFE];
    }
    *reason = "its tensors have simple-faster-rcnn's names";
    return &presets[SIMPLE_FASTER_RCNN];
}

const frcnn_preset *frcnn_preset_choose(const char **reason, const frcnn_family *family,
                                        const frcnn_checkpoint *checkpoint, const char *prefix)
{
    switch (family->id) {
    case FRCNN_DETECTRON2:
        return choose_detectron2(reason, checkpoint, prefix);
    case FRCNN_DETECTRON2_SINGLE:
        return choose_single_detectron2(reason, checkpoint, prefix);
    case FRCNN_MMDETECTION:
        return choose_mmdetection(reason, checkpoint, prefix);
    case FRCNN_PY_FASTER_RCNN:
        *reason = "its tensors have py-faster-rcnn's names";
        return &presets[PY_FASTER_RCNN];
    case FRCNN_SIMPLE_FASTER_RCNN:
        return choose_simple(reason, checkpoint);
    default:
        return choose_torchvision(reason, checkpoint, prefix);
    }
}
