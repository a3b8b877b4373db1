#include "detector/family.h"

#include <stdio.h>
#include <string.h>

#include "tensor/ends_with.h"
#include "tensor/error.h"

/* The tensor that every torchvision Faster R-CNN has, and no other family. */
static const char landmark[] = "rpn.head.cls_logits.weight";

/* What other files look like: a name, or the end of one, and what to say. */
static const struct {
    const char *name, *what;
} strangers[] = {
    {"proposal_generator.rpn_head.objectness_logits.weight", "a Detectron2 detector, which this version does not run"},
    {"roi_head.bbox_head.fc_cls.weight", "an mmdetection detector, which this version does not run"},
    {"extractor.0.weight", "a simple-faster-rcnn detector, which this version does not run"},
    {"layer4.0.conv1.weight", "a ResNet classification backbone without RPN and box head"},
    {"classifier.1.weight", "a classification backbone without RPN and box head"},
    {"head.classification_head.cls_logits.weight", "a one-stage detector, not a Faster R-CNN"},
};

static const char *describe(const frcnn_checkpoint *checkpoint)
{
    for (size_t k = 0; k < sizeof strangers / sizeof strangers[0]; k++)
        for (size_t i = 0; i < frcnn_checkpoint_get_count(checkpoint); i++)
            if (frcnn_ends_with(frcnn_checkpoint_get_name(checkpoint, i), strangers[k].name)) return strangers[k].what;
    return "no detector known here";
}

frcnn_status frcnn_family_recognise(const frcnn_checkpoint *checkpoint, const char *wanted,
                                    char prefix[FRCNN_PREFIX_BYTES], const char **reason)
{
    const char *path = frcnn_checkpoint_get_path(checkpoint);
    char found[2][FRCNN_PREFIX_BYTES] = {"", ""};
    int n_found = 0;
    for (size_t i = 0; i < frcnn_checkpoint_get_count(checkpoint); i++) {
        const char *name = frcnn_checkpoint_get_name(checkpoint, i);
        if (!frcnn_ends_with(name, landmark)) continue;
        const size_t n = strlen(name) - strlen(landmark);
        if (n >= FRCNN_PREFIX_BYTES || (n > 0 && name[n - 1] != '.')) continue;
        if (wanted != NULL && (strlen(wanted) != n || memcmp(wanted, name, n) != 0)) continue;
        if (n_found < 2) snprintf(found[n_found], FRCNN_PREFIX_BYTES, "%.*s", (int)n, name);
        n_found++;
    }
    FRCNN_FAIL_IF(n_found == 0 && wanted != NULL, FRCNN_ERROR_UNSUPPORTED,
                  "%s: expected %s%s of a torchvision Faster R-CNN, found no such tensor (of %zu); it looks like %s",
                  path, wanted, landmark, frcnn_checkpoint_get_count(checkpoint), describe(checkpoint));
    FRCNN_FAIL_IF(n_found == 0, FRCNN_ERROR_UNSUPPORTED,
                  "%s: expected a torchvision Faster R-CNN (%s), found %s, with %zu tensors", path, landmark,
                  describe(checkpoint), frcnn_checkpoint_get_count(checkpoint));
    FRCNN_FAIL_IF(n_found > 1, FRCNN_ERROR_UNSUPPORTED,
                  "%s: expected one detector, found %d, as under \"%s\" and \"%s\": choose one by its prefix", path,
                  n_found, found[0], found[1]);
    memcpy(prefix, found[0], FRCNN_PREFIX_BYTES);
    *reason = "its tensors have torchvision's names (rpn.head.cls_logits)";
    return FRCNN_OK;
}

float frcnn_family_get_norm_eps(const char *sha256)
{
    /* What the name of the published file ends with, and its digest begins with. */
    static const char coco_v1[] = "258fb6c6";
    return strncmp(sha256, coco_v1, sizeof coco_v1 - 1) == 0 ? 0.0f : 1e-5f;
}
