/** What frcnn_model holds, for the files that build plans from it. */
#ifndef FRCNN_MODEL_TYPE_H
#define FRCNN_MODEL_TYPE_H

#include "backbone/backbone.h"
#include "detector/family.h"
#include "detector/weight_cache.h"
#include "frcnn/model.h"
#include "roi/box_head.h"
#include "rpn/rpn_head.h"

struct frcnn_model {
    frcnn_checkpoint *checkpoint;
    char prefix[FRCNN_PREFIX_BYTES]; /**< of its tensors' names */
    const frcnn_family *family;
    frcnn_resize_rule resize;
    frcnn_settings settings;
    char **class_names; /**< as the settings gave them */
    size_t n_class_names;
    frcnn_category *categories;
    frcnn_backbone backbone;
    frcnn_rpn_head rpn_head;
    frcnn_box_head box_head;
    frcnn_anchor_config anchors;
    frcnn_model_info info;
    frcnn_weight_cache *weights; /**< packed; the one part that changes after the model was opened */
};

/** The grids and strides of a padded size; the resized size is not touched. */
void frcnn_model_get_grids(const frcnn_model *model, int padded_height, int padded_width, frcnn_model_sizes *out);

#endif
