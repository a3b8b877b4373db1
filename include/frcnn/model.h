/** A model: a checkpoint recognised, its tensors checked against each other, and the settings it runs with.
 *
 *      frcnn_model *model = NULL;
 *      status = frcnn_model_open(&model, "model.safetensors", NULL);      path NULL: the default model
 *      const frcnn_model_info *info = frcnn_model_get_info(model);
 *      frcnn_model_destroy(&model);
 *
 *  One model serves any number of detectors and threads; it never changes after it was opened.
 */
#ifndef FRCNN_MODEL_H
#define FRCNN_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/anchors.h"
#include "frcnn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FRCNN_MAX_CHANNELS 4

typedef struct frcnn_model frcnn_model;

/** A class that the model tells apart; background is none of them. */
typedef struct frcnn_category {
    int32_t id;       /**< what result files call it */
    const char *name; /**< UTF-8 */
} frcnn_category;

/** What a checkpoint's shapes do not say. The family's defaults, then the file's metadata, then FILE.json beside the
 *  file, then the options of frcnn_model_open, each over the one before. */
typedef struct frcnn_settings {
    char family[32];                     /**< "torchvision", "detectron2", "mmdetection", … */
    char backbone[32];                   /**< "resnet50", "mobilenet_v2", … */
    int n_return_layers;                 /**< 0: not said, the layers whose channels the FPN takes */
    int return_layers[FRCNN_MAX_LEVELS]; /**< what feeds the FPN: stages 1 to 4 of a ResNet, modules of a MobileNetV2 */
    float norm_eps;                      /**< epsilon of the backbone's norms */
    int stride_in_1x1; /**< 1: a ResNet's bottlenecks stride in their first convolution, not in the 3x3 */
    char order[4];     /**< "rgb" or "bgr": the channel order the first convolution expects */
    int n_channels;
    float mean[FRCNN_MAX_CHANNELS]; /**< in order; of values in [0, 1] for torchvision, in [0, 255] for all others */
    float std[FRCNN_MAX_CHANNELS];
    int min_size; /**< pixels: the short side after resizing … */
    int max_size; /**< … unless the long side would be longer than this */
    int n_levels; /**< RPN levels */
    int n_sizes[FRCNN_MAX_LEVELS];
    float anchor_sizes[FRCNN_MAX_LEVELS][FRCNN_MAX_SIZES]; /**< pixels of the resized image */
    int n_ratios;
    float anchor_ratios[FRCNN_MAX_SIZES]; /**< height / width */
    int rpn_pre_nms_top_n;                /**< per level */
    int rpn_post_nms_top_n;               /**< per image */
    float rpn_nms_thresh;
    float rpn_score_thresh;
    int roi_output_size;
    int roi_sampling_ratio;
    float box_score_thresh; /**< detections score more than this */
    float box_nms_thresh;
    int box_detections_per_img;
} frcnn_settings;

typedef struct frcnn_model_options {
    size_t struct_size; /**< set by frcnn_model_options_default */
    const char *family; /**< NULL (default): recognised */
    const char *prefix; /**< what to strip from tensor names; NULL (default): what is recognised */
    const char *labels; /**< a file with one class name a line; NULL (default): the model's names */
    int min_size;       /**< pixels; 0 (default): the settings'; the same for what follows */
    int max_size;
    int n_mean; /**< values in mean; 0 (default): the settings' */
    float mean[FRCNN_MAX_CHANNELS];
    int n_std;
    float std[FRCNN_MAX_CHANNELS];
    int n_levels; /**< with sizes in anchor_sizes */
    int n_sizes[FRCNN_MAX_LEVELS];
    float anchor_sizes[FRCNN_MAX_LEVELS][FRCNN_MAX_SIZES]; /**< pixels of the resized image */
    int n_ratios;
    float anchor_ratios[FRCNN_MAX_SIZES]; /**< height / width */
    float score_thresh;                   /**< negative (default): the settings' */
    float nms_thresh;                     /**< negative (default): the settings' */
    int max_detections;                   /**< 0 (default): the settings' */
} frcnn_model_options;

typedef struct frcnn_model_info {
    const char *path;
    const char *name;          /**< the file's name without folders */
    char sha256[65];           /**< of the file */
    const char *family_reason; /**< why this family */
    const frcnn_settings *settings;
    size_t n_categories;
    const frcnn_category *categories; /**< index = class_index of a detection */
    int64_t n_parameters;             /**< weights and biases; the values of frozen norms are not counted */
    int64_t n_unused;                 /**< tensors that are there and not needed, as those of a mask head */
    int n_anchors_per_cell;           /**< on each level */
    int is_unit_range;                /**< 1: mean and std are of values in [0, 1], as torchvision's; 0: of bytes */
    const frcnn_anchor_config *anchors;
    const char *roi_pooling; /**< "RoIAlign", "aligned RoIAlign", shifted by half a map pixel, or "RoIPool" */
} frcnn_model_info;

FRCNN_API void frcnn_model_options_default(frcnn_model_options *options);

/** Opens a checkpoint as a detector. path NULL: the default model, looked for beside the program's data (FRCNN_DATA_DIR,
 *  the build tree, the installed tree). options NULL: the defaults. The caller owns *out.
 *  Errors: IO, FORMAT (see checkpoint.h), UNSUPPORTED (no known family; tensors missing, too many or of a wrong shape:
 *  at most five names and a count), INVALID (settings or options that contradict the file), NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_model_open(frcnn_model **out, const char *path,
                                                        const frcnn_model_options *options);
/** Takes NULL and nulls the handle. Detectors made from it must be gone. */
FRCNN_API void frcnn_model_destroy(frcnn_model **model);
/** Borrowed. */
FRCNN_API const frcnn_model_info *frcnn_model_get_info(const frcnn_model *model);

/** Writes a model as a .safetensors file that opens as the same model: its tensors by their names without a prefix, and its
 *  settings and class names as metadata, so that nothing is left to guess. Floating-point tensors are written as dtype (F32,
 *  F16 or BF16; NULL: as they are), rounded to nearest. The file gets its name when it is whole.
 *  Errors: INVALID (another dtype; a value that is too large for dtype, by its tensor's name), IO, NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_model_save(const frcnn_model *model, const char *path,
                                                        const frcnn_dtype *dtype);

/** The sizes of one image on its way through a model. */
typedef struct frcnn_model_sizes {
    int resized_height, resized_width;
    int padded_height, padded_width;
    int n_levels;
    int grid_height[FRCNN_MAX_LEVELS], grid_width[FRCNN_MAX_LEVELS];
    int stride_y[FRCNN_MAX_LEVELS],
        stride_x[FRCNN_MAX_LEVELS]; /**< pixels of the padded image: for torchvision its side / the grid's */
    int64_t n_anchors;
} frcnn_model_sizes;

/** Errors: INVALID (a side below 1 or above 65535). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_model_get_sizes(const frcnn_model *model, int image_height,
                                                             int image_width, frcnn_model_sizes *out);

#ifdef __cplusplus
}
#endif
#endif
