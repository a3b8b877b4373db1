#include "detector/model_type.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "anchors/anchor_config.h"
#include "checkpoint/checkpoint_pages.h"
#include "checkpoint/file_notes.h"
#include "checkpoint/labels.h"
#include "checkpoint/mmdet_config.h"
#include "checkpoint/settings.h"
#include "detector/categories.h"
#include "detector/default_model.h"
#include "detector/family.h"
#include "image/resize_normalize.h"
#include "tensor/error.h"
#include "tensor/memory.h"

enum { MAX_SIDE = 65535, N_CHANNELS = 3 };

void frcnn_model_options_default(frcnn_model_options *options)
{
    const frcnn_model_options defaults = {.struct_size = sizeof defaults, .score_thresh = -1.0f, .nms_thresh = -1.0f};
    *options = defaults;
}

/* What the file says of itself, over which goes FILE.json beside it. */
static frcnn_status read_settings(frcnn_model *model, const char *path)
{
    const char *metadata = frcnn_checkpoint_get_metadata(model->checkpoint, "frcnn");
    if (metadata != NULL)
        FRCNN_TRY(frcnn_settings_parse(&model->settings, &model->class_names, &model->n_class_names, metadata, path));
    char *beside = NULL;
    void *block = NULL;
    const size_t bytes = strlen(path) + sizeof ".json";
    FRCNN_TRY(frcnn_alloc(&block, bytes, 1, "path"));
    beside = block;
    snprintf(beside, bytes, "%s.json", path);
    frcnn_status status = FRCNN_OK;
    if (access(beside, F_OK) == 0)
        status = frcnn_settings_load(&model->settings, &model->class_names, &model->n_class_names, beside);
    frcnn_free(beside);
    return status;
}

/* The preset that is asked for, in an option or in settings, or else the likeliest. */
static frcnn_status choose_preset(const frcnn_preset **out, int *was_said, frcnn_model *model, const char *path,
                                  const char *asked)
{
    frcnn_settings_default_torchvision(&model->settings);
    model->settings.family[0] = '\0';
    FRCNN_TRY(read_settings(model, path));
    const int is_said = asked != NULL || model->settings.family[0] != '\0';
    const char *name = asked != NULL ? asked : model->settings.family;
    *out = frcnn_preset_choose(&model->info.family_reason, model->family, model->checkpoint, model->prefix);
    *was_said = is_said;
    if (!is_said) return FRCNN_OK;
    model->info.family_reason = asked != NULL ? "it was asked for" : "its settings say so";
    return frcnn_preset_find(out, model->family, name, path);
}

/* A preset that was asked for decides what mean, std, order and strides are; the rest is the configuration's in any case. */
static frcnn_status apply_mmdet_metadata(frcnn_model *model, int is_preset_asked)
{
    const char *config = frcnn_checkpoint_get_metadata(model->checkpoint, FRCNN_MMDET_CONFIG_KEY);
    const char *classes = frcnn_checkpoint_get_metadata(model->checkpoint, FRCNN_MMDET_CLASSES_KEY);
    if (config != NULL) frcnn_mmdet_config_apply(&model->settings, config, !is_preset_asked);
    if (classes == NULL) return FRCNN_OK;
    return frcnn_settings_parse(&model->settings, &model->class_names, &model->n_class_names, classes,
                                model->info.path);
}

/* The three values of a tensor; *n is 0 where there is none of that name, or of another size. */
static frcnn_status read_three(const frcnn_model *model, const char *name, float values[3], int *n)
{
    char whole[FRCNN_PREFIX_BYTES + FRCNN_LAYER_NAME];
    frcnn_tensor *wide = NULL;
    snprintf(whole, sizeof whole, "%s%s", model->prefix, name);
    const frcnn_tensor *tensor = frcnn_checkpoint_find(model->checkpoint, whole);
    *n = 0;
    if (tensor == NULL || frcnn_tensor_get_n_elements(tensor) != 3) return FRCNN_OK;
    FRCNN_TRY(frcnn_tensor_cast(&wide, tensor, FRCNN_F32));
    memcpy(values, frcnn_tensor_get_const_data(wide), 3 * sizeof *values);
    frcnn_tensor_destroy(&wide);
    *n = 3;
    return FRCNN_OK;
}

/* Detectron2's files of 2021 and before hold mean and std. Red's mean is the largest in all of them, so it tells the order. */
static frcnn_status apply_detectron2_pixels(frcnn_model *model)
{
    frcnn_settings *settings = &model->settings;
    float mean[3], std[3];
    int n_mean = 0, n_std = 0;
    FRCNN_TRY(read_three(model, "pixel_mean", mean, &n_mean));
    FRCNN_TRY(read_three(model, "pixel_std", std, &n_std));
    if (n_mean == 0 || n_std == 0) return FRCNN_OK;
    for (int i = 0; i < 3; i++)
        FRCNN_FAIL_IF(!isfinite(mean[i]) || !isfinite(std[i]) || !(std[i] > 0.0f), FRCNN_ERROR_FORMAT,
                      "%s: pixel_mean, pixel_std: expected finite numbers, std above 0, found %g and %g",
                      model->info.path, (double)mean[i], (double)std[i]);
    memcpy(settings->mean, mean, sizeof mean);
    memcpy(settings->std, std, sizeof std);
    memcpy(settings->order, mean[0] > mean[2] ? "rgb" : "bgr", sizeof "rgb");
    return FRCNN_OK;
}

static frcnn_status make_settings(frcnn_model *model, const char *path, const char *asked)
{
    const frcnn_preset *preset = NULL;
    int was_said = 0;
    FRCNN_TRY(choose_preset(&preset, &was_said, model, path, asked));
    preset->get_defaults(&model->settings);
    model->info.is_unit_range = preset->is_unit_range;
    model->resize = model->family->id == FRCNN_TORCHVISION ? preset->torchvision_resize : model->family->resize;
    if (model->family->id == FRCNN_TORCHVISION)
        model->settings.norm_eps = frcnn_family_get_norm_eps(model->info.sha256, model->checkpoint, model->prefix);
    const int is_detectron2 = model->family->id == FRCNN_DETECTRON2 || model->family->id == FRCNN_DETECTRON2_SINGLE;
    if (is_detectron2 && !was_said) FRCNN_TRY(apply_detectron2_pixels(model));
    if (model->family->id == FRCNN_MMDETECTION) FRCNN_TRY(apply_mmdet_metadata(model, was_said));
    FRCNN_TRY(read_settings(model, path));
    snprintf(model->settings.family, sizeof model->settings.family, "%s", preset->name);
    return FRCNN_OK;
}

static frcnn_status apply_anchor_options(frcnn_settings *settings, const frcnn_model_options *options)
{
    FRCNN_FAIL_IF(options->n_levels < 0 || options->n_levels > FRCNN_MAX_LEVELS || options->n_ratios < 0 ||
                      options->n_ratios > FRCNN_MAX_SIZES,
                  FRCNN_ERROR_INVALID,
                  "anchor sizes, ratios: expected at most %d levels and %d ratios, found %d and %d", FRCNN_MAX_LEVELS,
                  FRCNN_MAX_SIZES, options->n_levels, options->n_ratios);
    if (options->n_levels > 0) {
        settings->n_levels = options->n_levels;
        memcpy(settings->n_sizes, options->n_sizes, sizeof settings->n_sizes);
        memcpy(settings->anchor_sizes, options->anchor_sizes, sizeof settings->anchor_sizes);
    }
    if (options->n_ratios > 0) {
        settings->n_ratios = options->n_ratios;
        memcpy(settings->anchor_ratios, options->anchor_ratios, sizeof settings->anchor_ratios);
    }
    return FRCNN_OK;
}

/* What the caller asked for, over everything else. */
static frcnn_status apply_options(frcnn_model *model, const frcnn_model_options *options)
{
    frcnn_settings *settings = &model->settings;
    FRCNN_FAIL_IF(settings->n_channels != N_CHANNELS, FRCNN_ERROR_INVALID,
                  "%s: mean, std: expected %d values, one per channel of an image, found %d",
                  frcnn_checkpoint_get_path(model->checkpoint), N_CHANNELS, settings->n_channels);
    FRCNN_FAIL_IF(options->n_mean != 0 && options->n_mean != settings->n_channels, FRCNN_ERROR_INVALID,
                  "mean: expected %d values, one per channel, found %d", settings->n_channels, options->n_mean);
    FRCNN_FAIL_IF(options->n_std != 0 && options->n_std != settings->n_channels, FRCNN_ERROR_INVALID,
                  "std: expected %d values, one per channel, found %d", settings->n_channels, options->n_std);
    for (int i = 0; i < options->n_mean; i++) {
        FRCNN_FAIL_IF(!isfinite(options->mean[i]), FRCNN_ERROR_INVALID, "mean: expected finite values, found %g",
                      (double)options->mean[i]);
        settings->mean[i] = options->mean[i];
    }
    for (int i = 0; i < options->n_std; i++) {
        FRCNN_FAIL_IF(!isfinite(options->std[i]) || !(options->std[i] > 0.0f), FRCNN_ERROR_INVALID,
                      "std: expected values above 0, found %g", (double)options->std[i]);
        settings->std[i] = options->std[i];
    }
    if (options->min_size != 0) settings->min_size = options->min_size;
    if (options->max_size != 0) settings->max_size = options->max_size;
    FRCNN_FAIL_IF(settings->min_size < 1 || settings->max_size < 1 || settings->max_size > MAX_SIDE,
                  FRCNN_ERROR_INVALID, "min_size, max_size: expected 1 to %d pixels, found %d and %d", MAX_SIDE,
                  settings->min_size, settings->max_size);
    FRCNN_FAIL_IF(settings->min_size > settings->max_size, FRCNN_ERROR_INVALID,
                  "min_size, max_size: expected a short side no longer than the long one, found %d and %d",
                  settings->min_size, settings->max_size);
    FRCNN_TRY(apply_anchor_options(settings, options));
    if (options->score_thresh >= 0.0f) settings->box_score_thresh = options->score_thresh;
    if (options->nms_thresh >= 0.0f) settings->box_nms_thresh = options->nms_thresh;
    if (options->max_detections != 0) settings->box_detections_per_img = options->max_detections;
    FRCNN_FAIL_IF(settings->box_detections_per_img < 1, FRCNN_ERROR_INVALID,
                  "max_detections: expected at least 1, found %d", settings->box_detections_per_img);
    return FRCNN_OK;
}

/* Strides of the levels, those that only pool the one before among them. */
static int get_stride(const frcnn_model *model, int level)
{
    const int n_maps = model->backbone.n_maps;
    return level < n_maps ? model->backbone.strides[level]
                          : model->backbone.strides[n_maps - 1] << (level - n_maps + 1);
}

/* Anchors per cell must be what the RPN head predicts, on every level. */
static frcnn_status make_anchor_config(frcnn_model *model)
{
    const frcnn_settings *settings = &model->settings;
    frcnn_anchor_config *config = &model->anchors;
    frcnn_anchor_config_default(config, model->family->anchors);
    config->n_levels = settings->n_levels;
    for (int i = 0; i < settings->n_levels; i++) {
        const int n = settings->n_sizes[i] * settings->n_ratios;
        FRCNN_FAIL_IF(n != model->rpn_head.n_anchors, FRCNN_ERROR_INVALID,
                      "%s: level %d: expected %d anchors per cell, as rpn.head.cls_logits predicts, found %d "
                      "(%d sizes times %d ratios)",
                      model->info.path, i, model->rpn_head.n_anchors, n, settings->n_sizes[i], settings->n_ratios);
        frcnn_anchor_level_config *level = &config->levels[i];
        level->n_sizes = settings->n_sizes[i];
        level->n_ratios = settings->n_ratios;
        level->stride_y = level->stride_x = get_stride(model, i);
        const double base = frcnn_anchor_convention_has_base_size(config->convention) ? level->stride_x : 1.0;
        for (int k = 0; k < level->n_sizes; k++) level->sizes[k] = (double)settings->anchor_sizes[i][k] / base;
        for (int k = 0; k < level->n_ratios; k++) level->ratios[k] = (double)settings->anchor_ratios[k];
    }
    return frcnn_anchor_config_check(config);
}

static frcnn_status make_categories(frcnn_model *model, const char *labels)
{
    char **names = NULL;
    size_t n_names = 0;
    const size_t n = (size_t)(model->box_head.n_classes - 1);
    if (labels != NULL) FRCNN_TRY(frcnn_labels_read(&names, &n_names, labels));
    const frcnn_class_lists lists =
        model->family->id == FRCNN_TORCHVISION ? FRCNN_CLASSES_BY_ID : FRCNN_CLASSES_WITHOUT_GAPS;
    const frcnn_status status =
        labels != NULL
            ? frcnn_categories_create(&model->categories, n, (const char *const *)names, n_names, lists, labels)
            : frcnn_categories_create(&model->categories, n, (const char *const *)model->class_names,
                                      model->n_class_names, lists, model->info.path);
    frcnn_labels_destroy(&names, n_names);
    FRCNN_TRY(status);
    model->info.n_categories = n;
    model->info.categories = model->categories;
    return FRCNN_OK;
}

static frcnn_status take_weights(frcnn_model *model)
{
    frcnn_weights weights;
    frcnn_settings *settings = &model->settings;
    FRCNN_TRY(frcnn_weights_init(&weights, model->checkpoint, model->prefix));
    frcnn_status status = FRCNN_OK;
    weights.translate = model->family->translate;
    weights.unused = model->family->unused;
    FRCNN_TRY_CLEANUP(frcnn_backbone_init(&model->backbone, &weights, settings, model->family->backbone));
    const int64_t channels = model->backbone.channels;
    frcnn_rpn_head_init(&model->rpn_head, &weights, "rpn.head", channels, model->family->rpn_pairs,
                        model->family->swaps_xy);
    FRCNN_TRY_CLEANUP(frcnn_box_head_init(&model->box_head, &weights, "roi_heads", channels, settings,
                                          model->family->has_last_background, model->family->swaps_xy));
    FRCNN_TRY_CLEANUP(frcnn_weights_check(&weights));
    if (model->box_head.n_classes < 2 || model->rpn_head.n_anchors < 1) {
        status = frcnn_fail(FRCNN_ERROR_UNSUPPORTED,
                            "%s: expected at least one class beside the background and one anchor per cell, found %d "
                            "and %d",
                            model->info.path, model->box_head.n_classes - 1, model->rpn_head.n_anchors);
        goto cleanup;
    }
    snprintf(settings->backbone, sizeof settings->backbone, "%s", model->backbone.name);
    settings->n_return_layers = model->backbone.n_maps;
    memcpy(settings->return_layers, model->backbone.return_layers, sizeof settings->return_layers);
    model->info.n_parameters = weights.n_parameters;
    model->info.n_unused = weights.n_unused;
cleanup:
    frcnn_weights_deinit(&weights);
    return status;
}

static frcnn_status open_model(frcnn_model *model, const char *path, const frcnn_model_options *options)
{
    void *weights = NULL;
    FRCNN_TRY(frcnn_checkpoint_open(&model->checkpoint, path));
    FRCNN_TRY(frcnn_alloc(&weights, 1, sizeof *model->weights, "weight cache"));
    model->weights = weights;
    frcnn_weight_cache_init(model->weights, model->checkpoint);
    frcnn_model_info *info = &model->info;
    info->path = frcnn_checkpoint_get_path(model->checkpoint);
    const char *slash = strrchr(info->path, '/');
    info->name = slash != NULL ? slash + 1 : info->path;
    info->settings = &model->settings;
    FRCNN_TRY(frcnn_family_recognise(&model->family, model->prefix, model->checkpoint, options->prefix));
    FRCNN_TRY(frcnn_checkpoint_digest(model->checkpoint, info->sha256));
    frcnn_checkpoint_drop_pages(model->checkpoint);
    FRCNN_TRY(make_settings(model, path, options->family));
    FRCNN_TRY(apply_options(model, options));
    FRCNN_TRY(take_weights(model));
    FRCNN_TRY(make_anchor_config(model));
    FRCNN_TRY(make_categories(model, options->labels));
    info->n_anchors_per_cell = model->rpn_head.n_anchors;
    info->anchors = &model->anchors;
    info->roi_pooling = model->family->is_max_pooled ? "RoIPool"
                        : model->family->is_aligned  ? "aligned RoIAlign"
                                                     : "RoIAlign";
    return FRCNN_OK;
}

frcnn_status frcnn_model_open(frcnn_model **out, const char *path, const frcnn_model_options *options)
{
    frcnn_model_options defaults;
    frcnn_model_options_default(&defaults);
    FRCNN_CHECK_OPTIONS("model", options);
    frcnn_model *model = NULL;
    char *found = NULL;
    void *block = NULL;
    frcnn_status status = FRCNN_OK;
    if (path == NULL) FRCNN_TRY(frcnn_default_model_find(&found));
    FRCNN_TRY_CLEANUP(frcnn_alloc_zeroed(&block, 1, sizeof *model, "model"));
    model = block;
    FRCNN_TRY_CLEANUP(open_model(model, path != NULL ? path : found, options != NULL ? options : &defaults));
    *out = model;
    model = NULL;
cleanup:
    frcnn_free(found);
    frcnn_model_destroy(&model);
    return status;
}

void frcnn_model_destroy(frcnn_model **handle)
{
    frcnn_model *model = *handle;
    if (model == NULL) return;
    frcnn_categories_destroy(&model->categories, model->info.n_categories);
    frcnn_labels_destroy(&model->class_names, model->n_class_names);
    if (model->weights != NULL) frcnn_weight_cache_deinit(model->weights);
    frcnn_free(model->weights);
    frcnn_checkpoint_close(&model->checkpoint);
    frcnn_free(model);
    *handle = NULL;
}

const frcnn_model_info *frcnn_model_get_info(const frcnn_model *model)
{
    return &model->info;
}

void frcnn_model_get_grids(const frcnn_model *model, int padded_height, int padded_width, frcnn_model_sizes *out)
{
    const frcnn_backbone *backbone = &model->backbone;
    out->padded_height = padded_height;
    out->padded_width = padded_width;
    out->n_levels = model->settings.n_levels;
    out->n_anchors = 0;
    for (int i = 0; i < out->n_levels; i++) {
        if (i < backbone->n_maps) {
            out->grid_height[i] = frcnn_backbone_get_cells(backbone, i, padded_height);
            out->grid_width[i] = frcnn_backbone_get_cells(backbone, i, padded_width);
        } else {
            out->grid_height[i] = (out->grid_height[i - 1] + 1) / 2;
            out->grid_width[i] = (out->grid_width[i - 1] + 1) / 2;
        }
        const int is_nominal = model->family->anchors != FRCNN_ANCHORS_TORCHVISION;
        out->stride_y[i] = is_nominal ? get_stride(model, i) : padded_height / out->grid_height[i];
        out->stride_x[i] = is_nominal ? get_stride(model, i) : padded_width / out->grid_width[i];
        out->n_anchors += (int64_t)out->grid_height[i] * out->grid_width[i] * model->rpn_head.n_anchors;
    }
}

static int round_up(int side, int divisor)
{
    return (side + divisor - 1) / divisor * divisor;
}

frcnn_status frcnn_model_get_sizes(const frcnn_model *model, int image_height, int image_width, frcnn_model_sizes *out)
{
    FRCNN_FAIL_IF(image_height < 1 || image_width < 1 || image_height > MAX_SIDE || image_width > MAX_SIDE,
                  FRCNN_ERROR_INVALID, "image size: expected sides from 1 to %d, found %dx%d", MAX_SIDE, image_height,
                  image_width);
    int height = 0, width = 0;
    FRCNN_TRY(frcnn_resize_get_size(model->resize, image_height, image_width, model->settings.min_size,
                                    model->settings.max_size, &height, &width));
    out->resized_height = height;
    out->resized_width = width;
    frcnn_model_get_grids(model, round_up(height, model->family->size_divisor),
                          round_up(width, model->family->size_divisor), out);
    return FRCNN_OK;
}
