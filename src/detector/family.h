/** Which detector a checkpoint holds, from its tensors' names alone, and what follows from that. A family is told apart by
 *  names; of one family, presets differ in the settings that its files do not say. */
#ifndef FRCNN_FAMILY_H
#define FRCNN_FAMILY_H

#include "backbone/backbone.h"
#include "frcnn/checkpoint.h"
#include "frcnn/model.h"
#include "image/resize_rule.h"
#include "roi/roi_level.h"
#include "rpn/box_coder.h"
#include "tensor/layer.h"

enum { FRCNN_PREFIX_BYTES = 64 };

typedef enum frcnn_family_id {
    FRCNN_TORCHVISION,
    FRCNN_DETECTRON2,
    FRCNN_DETECTRON2_SINGLE, /**< without an FPN: C4 and DC5 */
    FRCNN_MMDETECTION,
    FRCNN_PY_FASTER_RCNN,
    FRCNN_SIMPLE_FASTER_RCNN
} frcnn_family_id;

/** What all detectors of a family do, whatever their settings. */
typedef struct frcnn_family {
    frcnn_family_id id;
    const char *title;    /**< "a torchvision Faster R-CNN" */
    const char *landmark; /**< the end of the name of a tensor that each of them has, and no other family's */
    const char *layout;   /**< another tensor behind the same prefix, where families share a landmark; NULL: none */
    /** From torchvision's names to the family's; NULL: they are the same. */
    void (*translate)(char out[FRCNN_LAYER_NAME], const char *name);
    frcnn_anchor_convention anchors;
    frcnn_resize_rule resize;
    int size_divisor; /**< images are padded to multiples of it */
    frcnn_backbone_rules backbone;
    frcnn_row_pairs rpn_pairs; /**< how the file has the RPN's logits */
    int swaps_xy;              /**< 1: deltas are dy, dx, dh, dw in the file */
    frcnn_box_coder coder;
    frcnn_level_rule level_rule;
    int is_max_pooled;        /**< RoIPool in the place of RoIAlign */
    int is_aligned;           /**< RoIAlign shifted by half a map pixel */
    int keeps_logits;         /**< proposals are merged by logits, not by their sigmoids */
    int has_last_background;  /**< the background is the last class, and has no deltas */
    int clips_to_image;       /**< detections are clipped to the image as it came in; empty ones are dropped */
    int decodes_in_image;     /**< detections are decoded and clipped in the image as it came in */
    int scales_min_size;      /**< min_proposal_size is in pixels of the image as it came in */
    int filters_first;        /**< boxes below min_proposal_size are out before the highest logits are chosen */
    float min_proposal_size;  /**< pixels of the resized image, below which a box is dropped */
    float min_detection_size; /**< the same of detections */
    const char *unused[8];    /**< how names begin that the detector does not need; ends with NULL */
} frcnn_family;

/** A family with the settings that a file of it is likely to need. */
typedef struct frcnn_preset {
    const char *name; /**< what --family and the settings' "family" call it */
    frcnn_family_id family;
    void (*get_defaults)(frcnn_settings *settings);
    int is_unit_range;                    /**< 1: mean and std are of values in [0, 1], not of bytes */
    frcnn_resize_rule torchvision_resize; /**< of a torchvision detector, which release's */
} frcnn_preset;

/** Finds a family's detector and the prefix that its names stand behind ("" or "module.", …). wanted NULL: whichever there
 *  is; otherwise that prefix must be there.
 *  Errors: UNSUPPORTED (no detector known here: says what it looks like; several: names their prefixes). */
FRCNN_NODISCARD frcnn_status frcnn_family_recognise(const frcnn_family **out, char prefix[FRCNN_PREFIX_BYTES],
                                                    const frcnn_checkpoint *checkpoint, const char *wanted);

/** The preset of that name, which must be one of family's. source names where the name was found.
 *  Errors: UNSUPPORTED (none; of another family: with the names that there are). */
FRCNN_NODISCARD frcnn_status frcnn_preset_find(const frcnn_preset **out, const frcnn_family *family, const char *name,
                                               const char *source);

/** The preset that a file of family is likely to need, and why, a static string for people: by the groups of
 *  its convolutions, the configuration that it carries, its name. */
const frcnn_preset *frcnn_preset_choose(const char **reason, const frcnn_family *family,
                                        const frcnn_checkpoint *checkpoint, const char *prefix);

/** Epsilon of the backbone's norms in a torchvision file of that SHA-256, where nothing says another: 1e-5, but 0 for the
 *  published weights COCO_V1 of fasterrcnn_resnet50_fpn, and 1e-3 for the features of a classifying MobileNetV3 (those
 *  that mobilenet_backbone makes have 1e-5). Source: torchvision's overwrite_eps and mobilenetv3.py. */
float frcnn_family_get_norm_eps(const char *sha256, const frcnn_checkpoint *checkpoint, const char *prefix);

#endif
