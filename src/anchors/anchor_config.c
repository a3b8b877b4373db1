#include "anchors/anchor_config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tensor/error.h"

enum { MAX_SIDE = 65535 };

/* What distinguishes the conventions besides how a box is made. */
typedef struct convention {
    const char *name;
    int is_size_major;
    int has_offset;
    int has_base_size;
    int is_yx;
    double default_offset;
} convention;

static const convention conventions[FRCNN_N_ANCHOR_CONVENTIONS] = {
    [FRCNN_ANCHORS_TORCHVISION] = {"torchvision", 0, 0, 0, 0, 0},
    [FRCNN_ANCHORS_DETECTRON2] = {"detectron2", 1, 1, 0, 0, 0},
    [FRCNN_ANCHORS_MMDET] = {"mmdet", 0, 1, 1, 0, 0},
    [FRCNN_ANCHORS_MMDET_LEGACY] = {"mmdet-legacy", 0, 1, 1, 0, 0.5},
    [FRCNN_ANCHORS_PY_FASTER_RCNN] = {"py-faster-rcnn", 0, 0, 1, 0, 0},
    [FRCNN_ANCHORS_MATLAB] = {"matlab", 0, 0, 1, 0, 0},
    [FRCNN_ANCHORS_SIMPLE_FASTER_RCNN] = {"simple-faster-rcnn", 0, 0, 1, 1, 0},
};

static int is_convention(frcnn_anchor_convention c)
{
    return (int)c >= 0 && (int)c < FRCNN_N_ANCHOR_CONVENTIONS;
}

const char *frcnn_anchor_convention_get_name(frcnn_anchor_convention c)
{
    return is_convention(c) ? conventions[c].name : "?";
}

frcnn_status frcnn_anchor_convention_parse(frcnn_anchor_convention *out, const char *name)
{
    char names[256] = "";
    size_t n = 0;
    for (int i = 0; i < FRCNN_N_ANCHOR_CONVENTIONS; i++) {
        if (strcmp(name, conventions[i].name) == 0) {
            *out = (frcnn_anchor_convention)i;
            return FRCNN_OK;
        }
        n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", i > 0 ? ", " : "", conventions[i].name);
    }
    return frcnn_fail(FRCNN_ERROR_INVALID, "anchor convention: expected one of %s, found '%s'", names, name);
}

int frcnn_anchor_convention_has_offset(frcnn_anchor_convention c)
{
    return is_convention(c) && conventions[c].has_offset;
}

int frcnn_anchor_convention_has_base_size(frcnn_anchor_convention c)
{
    return is_convention(c) && conventions[c].has_base_size;
}

int frcnn_anchor_convention_is_yx(frcnn_anchor_convention c)
{
    return is_convention(c) && conventions[c].is_yx;
}

int frcnn_anchor_convention_is_vgg(frcnn_anchor_convention c)
{
    return c == FRCNN_ANCHORS_PY_FASTER_RCNN || c == FRCNN_ANCHORS_MATLAB || c == FRCNN_ANCHORS_SIMPLE_FASTER_RCNN;
}

int frcnn_anchor_convention_is_f64(frcnn_anchor_convention c)
{
    return c == FRCNN_ANCHORS_PY_FASTER_RCNN || c == FRCNN_ANCHORS_MATLAB;
}

void frcnn_anchor_config_default(frcnn_anchor_config *config, frcnn_anchor_convention c)
{
    static const double ratios[] = {0.5, 1, 2};
    static const double vgg_scales[] = {8, 16, 32};
    enum { N_RATIOS = 3, N_SCALES = 3, FPN_LEVELS = 5, FPN_SCALE = 8, VGG_STRIDE = 16 };
    memset(config, 0, sizeof *config);
    config->struct_size = sizeof *config;
    config->convention = c;
    config->offset = is_convention(c) ? conventions[c].default_offset : 0;
    const int is_vgg = frcnn_anchor_convention_is_vgg(c);
    config->n_levels = is_vgg ? 1 : FPN_LEVELS;
    for (int i = 0; i < config->n_levels; i++) {
        frcnn_anchor_level_config *level = &config->levels[i];
        level->stride_y = level->stride_x = is_vgg ? VGG_STRIDE : 4 << i;
        level->n_ratios = N_RATIOS;
        memcpy(level->ratios, ratios, sizeof ratios);
        level->n_sizes = is_vgg ? N_SCALES : 1;
        level->sizes[0] = frcnn_anchor_convention_has_base_size(c) ? FPN_SCALE : FPN_SCALE * level->stride_x;
        if (is_vgg) memcpy(level->sizes, vgg_scales, sizeof vgg_scales);
    }
}

frcnn_status frcnn_anchor_octave_sizes(double *sizes, double base, int n)
{
    FRCNN_FAIL_IF(!(base > 0) || !isfinite(base), FRCNN_ERROR_INVALID,
                  "octave: expected a finite base scale above 0, found %g", base);
    FRCNN_FAIL_IF(n < 1 || n > FRCNN_MAX_SIZES, FRCNN_ERROR_INVALID, "octave: expected 1 to %d scales, found %d",
                  FRCNN_MAX_SIZES, n);
    for (int i = 0; i < n; i++) sizes[i] = pow(2.0, (double)i / n) * base;
    return FRCNN_OK;
}

double frcnn_anchor_config_get_base_size(const frcnn_anchor_config *config, int level)
{
    enum { VGG_BASE_SIZE = 16 };
    const frcnn_anchor_level_config *l = &config->levels[level];
    if (config->base_size > 0) return config->base_size;
    if (config->convention != FRCNN_ANCHORS_MMDET && config->convention != FRCNN_ANCHORS_MMDET_LEGACY)
        return VGG_BASE_SIZE;
    return l->stride_y < l->stride_x ? l->stride_y : l->stride_x;
}

double frcnn_anchor_config_get_first_shift(const frcnn_anchor_config *config, int stride)
{
    return config->convention == FRCNN_ANCHORS_DETECTRON2 ? config->offset * stride : 0;
}

int frcnn_anchor_config_is_size_major(const frcnn_anchor_config *config)
{
    if (config->order == FRCNN_ANCHOR_ORDER_DEFAULT) return conventions[config->convention].is_size_major;
    return config->order == FRCNN_ANCHOR_ORDER_SIZE_MAJOR;
}

int frcnn_anchor_config_get_n_base(const frcnn_anchor_config *config, int level)
{
    return config->levels[level].n_sizes * config->levels[level].n_ratios;
}

/* Between these bounds every coordinate is a finite float32. */
static const double max_size = 1e6, min_ratio = 1e-6, max_ratio = 1e6;

static frcnn_status check_values(int level, const char *what, const double *values, int n, double lowest,
                                 double highest)
{
    FRCNN_FAIL_IF(n < 1 || n > FRCNN_MAX_SIZES, FRCNN_ERROR_INVALID,
                  "anchors: level %d: expected 1 to %d %ss, found %d", level, FRCNN_MAX_SIZES, what, n);
    for (int i = 0; i < n; i++)
        FRCNN_FAIL_IF(!(values[i] > lowest && values[i] <= highest), FRCNN_ERROR_INVALID,
                      "anchors: level %d: expected a %s above %g, at most %g, found %g", level, what, lowest, highest,
                      values[i]);
    return FRCNN_OK;
}

frcnn_status frcnn_anchor_config_check(const frcnn_anchor_config *config)
{
    FRCNN_FAIL_IF(config->struct_size != sizeof *config, FRCNN_ERROR_INVALID,
                  "anchors: expected a config made by frcnn_anchor_config_default");
    FRCNN_FAIL_IF(!is_convention(config->convention), FRCNN_ERROR_INVALID, "anchors: %d is no convention",
                  (int)config->convention);
    FRCNN_FAIL_IF(config->order != FRCNN_ANCHOR_ORDER_DEFAULT && config->order != FRCNN_ANCHOR_ORDER_RATIO_MAJOR &&
                      config->order != FRCNN_ANCHOR_ORDER_SIZE_MAJOR,
                  FRCNN_ERROR_INVALID, "anchors: %d is no order", (int)config->order);
    FRCNN_FAIL_IF(!(fabs(config->offset) <= MAX_SIDE), FRCNN_ERROR_INVALID,
                  "anchors: expected an offset from -%d to %d, found %g", MAX_SIDE, MAX_SIDE, config->offset);
    FRCNN_FAIL_IF(config->offset != 0 && !conventions[config->convention].has_offset, FRCNN_ERROR_INVALID,
                  "anchors: expected no offset, as %s has none, found %g", conventions[config->convention].name,
                  config->offset);
    FRCNN_FAIL_IF(config->convention == FRCNN_ANCHORS_DETECTRON2 && !(config->offset >= 0 && config->offset < 1),
                  FRCNN_ERROR_INVALID, "anchors: expected an offset of 0 or more and below 1, found %g",
                  config->offset);
    FRCNN_FAIL_IF(!(config->base_size >= 0 && config->base_size <= MAX_SIDE), FRCNN_ERROR_INVALID,
                  "anchors: expected a base size from 0 to %d, found %g", MAX_SIDE, config->base_size);
    FRCNN_FAIL_IF(config->n_levels < 1 || config->n_levels > FRCNN_MAX_LEVELS, FRCNN_ERROR_INVALID,
                  "anchors: expected 1 to %d levels, found %d", FRCNN_MAX_LEVELS, config->n_levels);
    for (int i = 0; i < config->n_levels; i++) {
        const frcnn_anchor_level_config *level = &config->levels[i];
        FRCNN_TRY(check_values(i, "size", level->sizes, level->n_sizes, 0, max_size));
        FRCNN_TRY(check_values(i, "ratio", level->ratios, level->n_ratios, min_ratio, max_ratio));
        FRCNN_FAIL_IF(level->stride_y < 1 || level->stride_x < 1 || level->stride_y > MAX_SIDE ||
                          level->stride_x > MAX_SIDE,
                      FRCNN_ERROR_INVALID, "anchors: level %d: expected strides of 1 to %d pixels, found %dx%d", i,
                      MAX_SIDE, level->stride_y, level->stride_x);
    }
    return FRCNN_OK;
}

frcnn_status frcnn_anchor_grids_check(const frcnn_anchor_config *config, const frcnn_anchor_grids *grids)
{
    FRCNN_TRY(frcnn_anchor_config_check(config));
    FRCNN_FAIL_IF(grids->n_levels != config->n_levels, FRCNN_ERROR_INVALID,
                  "anchors: expected maps for %d levels, found %d", config->n_levels, grids->n_levels);
    for (int i = 0; i < grids->n_levels; i++)
        FRCNN_FAIL_IF(grids->grid_h[i] < 1 || grids->grid_w[i] < 1 || grids->grid_h[i] > MAX_SIDE ||
                          grids->grid_w[i] > MAX_SIDE || grids->stride_y[i] < 1 || grids->stride_x[i] < 1 ||
                          grids->stride_y[i] > MAX_SIDE || grids->stride_x[i] > MAX_SIDE,
                      FRCNN_ERROR_INVALID,
                      "anchors: level %d: expected a map of 1x1 to %dx%d cells, found %dx%d of %dx%d pixels", i,
                      MAX_SIDE, MAX_SIDE, grids->grid_h[i], grids->grid_w[i], grids->stride_y[i], grids->stride_x[i]);
    return FRCNN_OK;
}

frcnn_status frcnn_anchor_grids_from_maps(frcnn_anchor_grids *out, const frcnn_anchor_config *config, int image_h,
                                          int image_w, const int *grid_h, const int *grid_w)
{
    FRCNN_TRY(frcnn_anchor_config_check(config));
    frcnn_anchor_grids grids = {.image_h = image_h, .image_w = image_w, .n_levels = config->n_levels};
    for (int i = 0; i < config->n_levels; i++)
        FRCNN_FAIL_IF(grid_h[i] < 1 || grid_w[i] < 1 || grid_h[i] > MAX_SIDE || grid_w[i] > MAX_SIDE,
                      FRCNN_ERROR_INVALID, "anchors: level %d: expected a map of 1x1 to %dx%d, found %dx%d", i,
                      MAX_SIDE, MAX_SIDE, grid_h[i], grid_w[i]);
    if (image_h == 0 && image_w == 0) {
        const int64_t h = (int64_t)grid_h[0] * config->levels[0].stride_y;
        const int64_t w = (int64_t)grid_w[0] * config->levels[0].stride_x;
        grids.image_h = h > MAX_SIDE ? MAX_SIDE + 1 : (int)h;
        grids.image_w = w > MAX_SIDE ? MAX_SIDE + 1 : (int)w;
    }
    FRCNN_FAIL_IF(grids.image_h < 1 || grids.image_w < 1 || grids.image_h > MAX_SIDE || grids.image_w > MAX_SIDE,
                  FRCNN_ERROR_INVALID, "anchors: expected an image of 1x1 to %dx%d pixels, found %dx%d", MAX_SIDE,
                  MAX_SIDE, grids.image_h, grids.image_w);
    for (int i = 0; i < config->n_levels; i++) {
        FRCNN_FAIL_IF(grid_h[i] > grids.image_h || grid_w[i] > grids.image_w, FRCNN_ERROR_INVALID,
                      "anchors: expected level %d inside an image of %dx%d, found a map of %dx%d", i, grids.image_h,
                      grids.image_w, grid_h[i], grid_w[i]);
        const int by_division = config->convention == FRCNN_ANCHORS_TORCHVISION;
        grids.grid_h[i] = grid_h[i];
        grids.grid_w[i] = grid_w[i];
        grids.stride_y[i] = by_division ? grids.image_h / grid_h[i] : config->levels[i].stride_y;
        grids.stride_x[i] = by_division ? grids.image_w / grid_w[i] : config->levels[i].stride_x;
    }
    *out = grids;
    return FRCNN_OK;
}

frcnn_status frcnn_anchor_grids_from_image(frcnn_anchor_grids *out, const frcnn_anchor_config *config, int image_h,
                                           int image_w)
{
    int grid_h[FRCNN_MAX_LEVELS];
    int grid_w[FRCNN_MAX_LEVELS];
    FRCNN_TRY(frcnn_anchor_config_check(config));
    FRCNN_FAIL_IF(image_h < 1 || image_w < 1 || image_h > MAX_SIDE || image_w > MAX_SIDE, FRCNN_ERROR_INVALID,
                  "anchors: expected an image of 1x1 to %dx%d pixels, found %dx%d", MAX_SIDE, MAX_SIDE, image_h,
                  image_w);
    for (int i = 0; i < config->n_levels; i++) {
        grid_h[i] = (image_h + config->levels[i].stride_y - 1) / config->levels[i].stride_y;
        grid_w[i] = (image_w + config->levels[i].stride_x - 1) / config->levels[i].stride_x;
    }
    return frcnn_anchor_grids_from_maps(out, config, image_h, image_w, grid_h, grid_w);
}
