#include "anchors/mistake_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "anchors/anchor_config.h"
#include "anchors/anchor_grid.h"
#include "anchors/base_anchors.h"
#include "tensor/error.h"
#include "tensor/half.h"

enum { BOX = 4, MAX_BASE = FRCNN_MAX_SIZES * FRCNN_MAX_SIZES };

/* A level of what was meant. */
typedef struct level_rows {
    int64_t first; /* row */
    int64_t n;
    int n_base, grid_h, grid_w;
    double stride[2]; /* y, x */
} level_rows;

static level_rows get_level(const frcnn_anchor_case *what, int level)
{
    level_rows rows = {0, 0, 0, 0, 0, {0, 0}};
    for (int i = 0; i <= level; i++) {
        rows.first += rows.n;
        rows.n_base = frcnn_anchor_config_get_n_base(what->config, i);
        rows.grid_h = what->grids->grid_h[i];
        rows.grid_w = what->grids->grid_w[i];
        rows.n = (int64_t)rows.grid_h * rows.grid_w * rows.n_base;
    }
    rows.stride[0] = what->grids->stride_y[level];
    rows.stride[1] = what->grids->stride_x[level];
    return rows;
}

/* 0 for coordinates along y, 1 for those along x. */
static int get_axis(const frcnn_anchor_case *what, int coordinate)
{
    return (coordinate % 2 != 0) == (frcnn_anchor_convention_is_yx(what->config->convention) != 0);
}

static int has_same_count(const frcnn_anchor_case *what)
{
    return what->n_expected == what->n_found;
}

/* Anchors by another config or of other maps. One that makes no sense is no mistake that could have been made. */
static frcnn_status make_again(const frcnn_anchor_case *what, const frcnn_anchor_config *config,
                               const frcnn_anchor_grids *grids, float *out, int *is_made)
{
    int64_t n = 0;
    if (frcnn_anchors_count(&n, config, grids, config->n_levels) != FRCNN_OK || n != what->n_found) return FRCNN_OK;
    FRCNN_TRY(frcnn_anchors_fill(out, config, grids));
    *is_made = 1;
    return FRCNN_OK;
}

static void copy_row(float *out, int64_t to, const float *from, int64_t row)
{
    memcpy(out + to * BOX, from + row * BOX, BOX * sizeof *out);
}

/* p[0] 0: the rows that were meant, in the other order; 1: made in the other order, which may round differently. */
static frcnn_status make_other_order(const frcnn_anchor_case *what, const frcnn_anchor_mistake *m, float *out,
                                     int *is_made, char *detail)
{
    const int is_size_major = frcnn_anchor_config_is_size_major(what->config);
    snprintf(detail, FRCNN_MISTAKE_DETAIL,
             is_size_major ? "sizes have to vary slowest" : "ratios have to vary slowest");
    if (m->p[0] != 0) {
        frcnn_anchor_config config = *what->config;
        config.order = is_size_major ? FRCNN_ANCHOR_ORDER_RATIO_MAJOR : FRCNN_ANCHOR_ORDER_SIZE_MAJOR;
        return make_again(what, &config, what->grids, out, is_made);
    }
    if (!has_same_count(what)) return FRCNN_OK;
    for (int i = 0; i < what->config->n_levels; i++) {
        const level_rows rows = get_level(what, i);
        const frcnn_anchor_level_config *level = &what->config->levels[i];
        const int n_fast = is_size_major ? level->n_ratios : level->n_sizes;
        const int n_slow = rows.n_base / n_fast;
        for (int64_t row = 0; row < rows.n; row++) {
            const int64_t a = row % rows.n_base;
            copy_row(out, rows.first + row - a + a % n_fast * n_slow + a / n_fast, what->expected, rows.first + row);
        }
    }
    *is_made = 1;
    return FRCNN_OK;
}

static frcnn_status make_swapped(const frcnn_anchor_case *what, const frcnn_anchor_mistake *m, float *out, int *is_made,
                                 char *detail)
{
    (void)m;
    snprintf(detail, FRCNN_MISTAKE_DETAIL, "%s has %s", frcnn_anchor_convention_get_name(what->config->convention),
             frcnn_anchor_convention_is_yx(what->config->convention) ? "(y1, x1, y2, x2)" : "(x1, y1, x2, y2)");
    if (!has_same_count(what)) return FRCNN_OK;
    for (int64_t i = 0; i < what->n_expected * BOX; i++) out[i] = what->expected[i ^ 1];
    *is_made = 1;
    return FRCNN_OK;
}

/* p[0] 0: columns vary slowest; 1: the anchors of a cell do. */
static frcnn_status make_transposed(const frcnn_anchor_case *what, const frcnn_anchor_mistake *m, float *out,
                                    int *is_made, char *detail)
{
    (void)detail;
    if (!has_same_count(what)) return FRCNN_OK;
    for (int i = 0; i < what->config->n_levels; i++) {
        const level_rows rows = get_level(what, i);
        const int64_t n_cells = (int64_t)rows.grid_h * rows.grid_w;
        for (int64_t row = 0; row < rows.n; row++) {
            const int64_t a = row % rows.n_base;
            const int64_t cell = row / rows.n_base;
            const int64_t y = cell / rows.grid_w;
            const int64_t x = cell % rows.grid_w;
            const int64_t to = m->p[0] == 0 ? (x * rows.grid_h + y) * rows.n_base + a : a * n_cells + cell;
            copy_row(out, rows.first + to, what->expected, rows.first + row);
        }
    }
    *is_made = 1;
    return FRCNN_OK;
}

static frcnn_status make_reversed_levels(const frcnn_anchor_case *what, const frcnn_anchor_mistake *m, float *out,
                                         int *is_made, char *detail)
{
    (void)m;
    (void)detail;
    if (!has_same_count(what)) return FRCNN_OK;
    for (int i = 0; i < what->config->n_levels; i++) {
        const level_rows rows = get_level(what, i);
        const int64_t to = what->n_expected - rows.first - rows.n;
        memcpy(out + to * BOX, what->expected + rows.first * BOX, (size_t)rows.n * BOX * sizeof *out);
    }
    *is_made = 1;
    return FRCNN_OK;
}

/* Width / height for height / width. */
static frcnn_status make_inverted_ratios(const frcnn_anchor_case *what, const frcnn_anchor_mistake *m, float *out,
                                         int *is_made, char *detail)
{
    (void)m;
    (void)detail;
    frcnn_anchor_config config = *what->config;
    for (int i = 0; i < config.n_levels; i++)
        for (int k = 0; k < config.levels[i].n_ratios; k++) config.levels[i].ratios[k] = 1 / config.levels[i].ratios[k];
    return make_again(what, &config, what->grids, out, is_made);
}

/* p[0] 0: first corner and sides; 1: centre and sides. */
static frcnn_status make_sides(const frcnn_anchor_case *what, const frcnn_anchor_mistake *m, float *out, int *is_made,
                               char *detail)
{
    (void)detail;
    if (!has_same_count(what)) return FRCNN_OK;
    for (int64_t i = 0; i < what->n_expected; i++)
        for (int k = 0; k < 2; k++) {
            const float low = what->expected[i * BOX + k];
            const float high = what->expected[i * BOX + k + 2];
            out[i * BOX + k] = m->p[0] == 0 ? low : (low + high) / 2;
            out[i * BOX + k + 2] = high - low;
        }
    *is_made = 1;
    return FRCNN_OK;
}

/* p pixels are added to the four values. */
static frcnn_status make_added(const frcnn_anchor_case *what, const frcnn_anchor_mistake *m, float *out, int *is_made,
                               char *detail)
{
    (void)detail;
    if (!has_same_count(what)) return FRCNN_OK;
    for (int64_t i = 0; i < what->n_expected * BOX; i++) out[i] = what->expected[i] + (float)m->p[i % BOX];
    *is_made = 1;
    return FRCNN_OK;
}

/* p[0] strides and p[1] pixels are added to all values. */
static frcnn_status make_moved(const frcnn_anchor_case *what, const frcnn_anchor_mistake *m, float *out, int *is_made,
                               char *detail)
{
    (void)detail;
    if (!has_same_count(what)) return FRCNN_OK;
    for (int i = 0; i < what->config->n_levels; i++) {
        const level_rows rows = get_level(what, i);
        for (int64_t k = rows.first * BOX; k < (rows.first + rows.n) * BOX; k++) {
            const double stride = rows.stride[get_axis(what, (int)(k % BOX))];
            out[k] = what->expected[k] + (float)(m->p[0] * stride + m->p[1]);
        }
    }
    *is_made = 1;
    return FRCNN_OK;
}

/* Of the first cell's shifts, in strides. */
static double get_offset(const frcnn_anchor_case *what)
{
    return what->config->convention == FRCNN_ANCHORS_DETECTRON2 ? what->config->offset : 0;
}

/* One level's base anchors at cells that are stride apart, each sum taken as the convention does, or in narrower floats. */
static void fill_level(const frcnn_anchor_case *what, const level_rows *rows, const double *base,
                       const double stride[2], float (*narrow)(float), float *out)
{
    const frcnn_anchor_convention convention = what->config->convention;
    const int is_f64 = convention == FRCNN_ANCHORS_PY_FASTER_RCNN || convention == FRCNN_ANCHORS_MATLAB;
    for (int64_t row = 0; row < rows->n; row++) {
        const int64_t cell = row / rows->n_base;
        const double place[2] = {(double)(cell / rows->grid_w), (double)(cell % rows->grid_w)};
        for (int k = 0; k < BOX; k++) {
            const int axis = get_axis(what, k);
            const double shift = (get_offset(what) + place[axis]) * stride[axis];
            const double from = base[row % rows->n_base * BOX + k];
            float *to = &out[(rows->first + row) * BOX + k];
            if (narrow != NULL)
                *to = narrow(narrow((float)from) + narrow((float)shift));
            else
                *to = is_f64 ? (float)(from + shift) : (float)from + (float)shift;
        }
    }
}

/* p[0] 0: nominal strides; 1: image / grid, rounded down; 2: not rounded. */
static frcnn_status make_other_strides(const frcnn_anchor_case *what, const frcnn_anchor_mistake *m, float *out,
                                       int *is_made, char *detail)
{
    if (!has_same_count(what)) return FRCNN_OK;
    for (int i = 0; i < what->config->n_levels; i++) {
        double base[MAX_BASE * BOX];
        const level_rows rows = get_level(what, i);
        const frcnn_anchor_level_config *level = &what->config->levels[i];
        double stride[2] = {level->stride_y, level->stride_x};
        if (m->p[0] != 0) {
            stride[0] = (double)what->grids->image_h / rows.grid_h;
            stride[1] = (double)what->grids->image_w / rows.grid_w;
        }
        for (int axis = 0; axis < 2; axis++) {
            if (m->p[0] == 1) stride[axis] = floor(stride[axis]);
            if (stride[axis] != rows.stride[axis] && detail[0] == '\0')
                snprintf(detail, FRCNN_MISTAKE_DETAIL, "level %d: %.9g along %s, not %.9g", i, rows.stride[axis],
                         axis == 0 ? "y" : "x", stride[axis]);
        }
        frcnn_base_anchors(what->config, i, base);
        fill_level(what, &rows, base, stride, NULL, out);
    }
    *is_made = 1;
    return FRCNN_OK;
}

static double keep(double value)
{
    return value;
}

/* Base anchors by another rule of rounding. */
static frcnn_status make_rounded_base(const frcnn_anchor_case *what, const frcnn_anchor_mistake *m, float *out,
                                      int *is_made, char *detail)
{
    (void)detail;
    if (!has_same_count(what)) return FRCNN_OK;
    for (int i = 0; i < what->config->n_levels; i++) {
        double base[MAX_BASE * BOX];
        const level_rows rows = get_level(what, i);
        frcnn_base_anchors_rounded(what->config, i, m->round, base);
        fill_level(what, &rows, base, rows.stride, NULL, out);
    }
    *is_made = 1;
    return FRCNN_OK;
}

static frcnn_status make_rounded(const frcnn_anchor_case *what, const frcnn_anchor_mistake *m, float *out, int *is_made,
                                 char *detail)
{
    (void)detail;
    if (!has_same_count(what)) return FRCNN_OK;
    for (int64_t i = 0; i < what->n_expected * BOX; i++) out[i] = (float)m->round((double)what->expected[i]);
    *is_made = 1;
    return FRCNN_OK;
}

static float narrow_f16(float value)
{
    return frcnn_f16_to_f32(frcnn_f32_to_f16(value));
}

static float narrow_bf16(float value)
{
    return frcnn_bf16_to_f32(frcnn_f32_to_bf16(value));
}

/* p[0] 0: float16, 1: bfloat16; p[1] 0: rounded at the end, 1: base anchors, shifts and their sums. */
static frcnn_status make_narrow(const frcnn_anchor_case *what, const frcnn_anchor_mistake *m, float *out, int *is_made,
                                char *detail)
{
    (void)detail;
    float (*const narrow)(float) = m->p[0] == 0 ? narrow_f16 : narrow_bf16;
    if (!has_same_count(what)) return FRCNN_OK;
    for (int64_t i = 0; i < what->n_expected * BOX && m->p[1] == 0; i++) out[i] = narrow(what->expected[i]);
    for (int i = 0; i < what->config->n_levels && m->p[1] != 0; i++) {
        double base[MAX_BASE * BOX];
        const level_rows rows = get_level(what, i);
        frcnn_base_anchors(what->config, i, base);
        fill_level(what, &rows, base, rows.stride, narrow, out);
    }
    *is_made = 1;
    return FRCNN_OK;
}

/* The factor, by least squares, between found and expected values along an axis; along both with -1. */
static double fit_factor(const frcnn_anchor_case *what, int axis)
{
    double product = 0;
    double square = 0;
    for (int64_t i = 0; i < what->n_expected * BOX; i++) {
        if (axis >= 0 && get_axis(what, (int)(i % BOX)) != axis) continue;
        product += (double)what->found[i] * (double)what->expected[i];
        square += (double)what->expected[i] * (double)what->expected[i];
    }
    return product / square;
}

static int is_factor(double factor)
{
    return isfinite(factor) && fabs(factor) > 1e-6 && fabs(factor - 1) > 1e-4;
}

/* p[0] 0: one factor for all; 1: one for y and one for x. */
static frcnn_status make_scaled(const frcnn_anchor_case *what, const frcnn_anchor_mistake *m, float *out, int *is_made,
                                char *detail)
{
    if (!has_same_count(what)) return FRCNN_OK;
    double factors[2];
    factors[0] = fit_factor(what, m->p[0] == 0 ? -1 : 0);
    factors[1] = m->p[0] == 0 ? factors[0] : fit_factor(what, 1);
    if (!is_factor(factors[0]) && !is_factor(factors[1])) return FRCNN_OK;
    if (m->p[0] == 0)
        snprintf(detail, FRCNN_MISTAKE_DETAIL, "%.6g of what they should be", factors[0]);
    else
        snprintf(detail, FRCNN_MISTAKE_DETAIL, "y %.6g and x %.6g of what they should be; the image is %dx%d",
                 factors[0], factors[1], what->grids->image_h, what->grids->image_w);
    for (int64_t i = 0; i < what->n_expected * BOX; i++)
        out[i] = (float)((double)what->expected[i] * factors[get_axis(what, (int)(i % BOX))]);
    *is_made = 1;
    return FRCNN_OK;
}

static frcnn_status make_cells(const frcnn_anchor_case *what, const frcnn_anchor_mistake *m, float *out, int *is_made,
                               char *detail)
{
    (void)m;
    (void)detail;
    if (!has_same_count(what)) return FRCNN_OK;
    for (int i = 0; i < what->config->n_levels; i++) {
        const level_rows rows = get_level(what, i);
        for (int64_t k = rows.first * BOX; k < (rows.first + rows.n) * BOX; k++)
            out[k] = what->expected[k] / (float)rows.stride[get_axis(what, (int)(k % BOX))];
    }
    *is_made = 1;
    return FRCNN_OK;
}

/* To the image, less p[0] pixels. */
static frcnn_status make_clipped(const frcnn_anchor_case *what, const frcnn_anchor_mistake *m, float *out, int *is_made,
                                 char *detail)
{
    (void)detail;
    if (!has_same_count(what)) return FRCNN_OK;
    const float sides[2] = {(float)what->grids->image_h - (float)m->p[0], (float)what->grids->image_w - (float)m->p[0]};
    for (int64_t i = 0; i < what->n_expected * BOX; i++) {
        const float side = sides[get_axis(what, (int)(i % BOX))];
        const float value = what->expected[i];
        out[i] = value < 0 ? 0 : (value > side ? side : value);
    }
    *is_made = 1;
    return FRCNN_OK;
}

/* Only anchors inside the image; p[0] 1: those that touch its end are inside too. */
static frcnn_status make_inside(const frcnn_anchor_case *what, const frcnn_anchor_mistake *m, float *out, int *is_made,
                                char *detail)
{
    (void)detail;
    int64_t n = 0;
    for (int64_t i = 0; i < what->n_expected; i++) {
        int is_inside = 1;
        for (int k = 0; k < 2; k++) {
            const float side = (float)(get_axis(what, k) == 0 ? what->grids->image_h : what->grids->image_w);
            const float high = what->expected[i * BOX + k + 2];
            if (what->expected[i * BOX + k] < 0 || (m->p[0] == 0 ? high >= side : high > side)) is_inside = 0;
        }
        if (!is_inside) continue;
        if (n == what->n_found) return FRCNN_OK;
        copy_row(out, n++, what->expected, i);
    }
    *is_made = n == what->n_found && n < what->n_expected;
    return FRCNN_OK;
}

/* Maps of floor(side / stride) cells; p[0] 1: the strides that belong to the others. */
static frcnn_status make_floor_grids(const frcnn_anchor_case *what, const frcnn_anchor_mistake *m, float *out,
                                     int *is_made, char *detail)
{
    frcnn_anchor_grids grids;
    int grid_h[FRCNN_MAX_LEVELS];
    int grid_w[FRCNN_MAX_LEVELS];
    for (int i = 0; i < what->config->n_levels; i++) {
        grid_h[i] = what->grids->image_h / what->config->levels[i].stride_y;
        grid_w[i] = what->grids->image_w / what->config->levels[i].stride_x;
        if ((grid_h[i] != what->grids->grid_h[i] || grid_w[i] != what->grids->grid_w[i]) && detail[0] == '\0')
            snprintf(detail, FRCNN_MISTAKE_DETAIL, "level %d: %dx%d, not %dx%d", i, what->grids->grid_h[i],
                     what->grids->grid_w[i], grid_h[i], grid_w[i]);
    }
    if (frcnn_anchor_grids_from_maps(&grids, what->config, what->grids->image_h, what->grids->image_w, grid_h,
                                     grid_w) != FRCNN_OK)
        return FRCNN_OK;
    for (int i = 0; i < grids.n_levels && m->p[0] != 0; i++) {
        grids.stride_y[i] = what->grids->stride_y[i];
        grids.stride_x[i] = what->grids->stride_x[i];
    }
    return make_again(what, what->config, &grids, out, is_made);
}

/* Without one level. Of several with as many anchors as are missing it is the one that fits first. */
static frcnn_status make_without_level(const frcnn_anchor_case *what, const frcnn_anchor_mistake *m, float *out,
                                       int *is_made, char *detail)
{
    (void)m;
    for (int i = 0; i < what->config->n_levels; i++) {
        const level_rows rows = get_level(what, i);
        if (what->n_expected - rows.n != what->n_found) continue;
        const size_t before = (size_t)rows.first * BOX;
        const float *rest = what->expected + (rows.first + rows.n) * BOX;
        memcpy(out, what->expected, before * sizeof *out);
        memcpy(out + before, rest, ((size_t)what->n_found * BOX - before) * sizeof *out);
        snprintf(detail, FRCNN_MISTAKE_DETAIL, "level %d of %dx%d", i, rows.grid_h, rows.grid_w);
        *is_made = 1;
        if (memcmp(out, what->found, (size_t)what->n_found * BOX * sizeof *out) == 0) break;
    }
    return FRCNN_OK;
}

static frcnn_status make_batch(const frcnn_anchor_case *what, const frcnn_anchor_mistake *m, float *out, int *is_made,
                               char *detail)
{
    (void)m;
    const int64_t n = what->n_found / what->n_expected;
    if (n < 2 || n * what->n_expected != what->n_found) return FRCNN_OK;
    snprintf(detail, FRCNN_MISTAKE_DETAIL, "%lld times", (long long)n);
    for (int64_t i = 0; i < n; i++)
        memcpy(out + i * what->n_expected * BOX, what->expected, (size_t)what->n_expected * BOX * sizeof *out);
    *is_made = 1;
    return FRCNN_OK;
}

/* p[0] 0: each level has the sizes of all; 1: each has one of them, the level's. */
static frcnn_status make_other_sizes(const frcnn_anchor_case *what, const frcnn_anchor_mistake *m, float *out,
                                     int *is_made, char *detail)
{
    (void)detail;
    frcnn_anchor_config config = *what->config;
    int n = 0;
    for (int i = 0; i < config.n_levels; i++) {
        frcnn_anchor_level_config *level = &config.levels[i];
        if (m->p[0] != 0) {
            if (level->n_sizes < config.n_levels) return FRCNN_OK;
            level->n_sizes = 1;
            level->sizes[0] = what->config->levels[i].sizes[i];
            continue;
        }
        if (level->n_sizes != 1) return FRCNN_OK;
        config.levels[0].sizes[n++] = what->config->levels[i].sizes[0];
    }
    for (int i = 0; i < config.n_levels && m->p[0] == 0; i++) {
        config.levels[i].n_sizes = n;
        memcpy(config.levels[i].sizes, config.levels[0].sizes, sizeof config.levels[i].sizes);
    }
    return make_again(what, &config, what->grids, out, is_made);
}

/* The convention p[0] with sizes of as many pixels. */
static frcnn_status make_other_convention(const frcnn_anchor_case *what, const frcnn_anchor_mistake *m, float *out,
                                          int *is_made, char *detail)
{
    frcnn_anchor_config config;
    frcnn_anchor_grids grids;
    const frcnn_anchor_convention convention = (frcnn_anchor_convention)(int)m->p[0];
    if (convention == what->config->convention) return FRCNN_OK;
    frcnn_anchor_config_default(&config, convention);
    config.n_levels = what->config->n_levels;
    for (int i = 0; i < config.n_levels; i++) {
        config.levels[i] = what->config->levels[i];
        const double from = frcnn_anchor_convention_has_base_size(what->config->convention)
                                ? frcnn_anchor_config_get_base_size(what->config, i)
                                : 1;
        const double to =
            frcnn_anchor_convention_has_base_size(convention) ? frcnn_anchor_config_get_base_size(&config, i) : 1;
        for (int k = 0; k < config.levels[i].n_sizes; k++) config.levels[i].sizes[k] *= from / to;
    }
    if (frcnn_anchor_grids_from_maps(&grids, &config, what->grids->image_h, what->grids->image_w, what->grids->grid_h,
                                     what->grids->grid_w) != FRCNN_OK)
        return FRCNN_OK;
    snprintf(detail, FRCNN_MISTAKE_DETAIL, "%s, not %s", frcnn_anchor_convention_get_name(what->config->convention),
             frcnn_anchor_convention_get_name(convention));
    return make_again(what, &config, &grids, out, is_made);
}

/* Those that are made most stand first. */
/* clang-format off */
const frcnn_anchor_mistake frcnn_anchor_mistakes[] = {
    {make_other_order, {0}, NULL, "sizes and ratios in the other order",
     "within a cell the two loops over sizes and ratios are swapped"},
    {make_other_order, {1}, NULL, "sizes and ratios in the other order",
     "within a cell the two loops over sizes and ratios are swapped"},
    {make_swapped, {0}, NULL, "x and y swapped",
     "boxes have y where x belongs and the reverse; put the columns right"},
    {make_transposed, {0}, NULL, "grid transposed",
     "x varies slowest in the dump; cells go row by row: meshgrid of (y, x) with indexing 'ij', then flatten"},
    {make_transposed, {1}, NULL, "anchors of a cell slowest",
     "rows are (anchor, y, x); they have to be (y, x, anchor): permute before flattening"},
    {make_reversed_levels, {0}, NULL, "levels in reverse order",
     "levels go from fine to coarse"},
    {make_inverted_ratios, {0}, NULL, "ratios inverted",
     "a ratio is height / width, here width / height was taken (or the list is reversed)"},
    {make_sides, {0}, NULL, "corner and sides",
     "boxes are (x1, y1, width, height); they have to be two corners"},
    {make_sides, {1}, NULL, "centre and sides",
     "boxes are (centre x, centre y, width, height); they have to be two corners"},
    {make_added, {0, 0, 1, 1}, NULL, "widths one too large",
     "x2 and y2 are 1 more: a box of width w ends at x1 + w here, not at x1 + w + 1"},
    {make_added, {0, 0, -1, -1}, NULL, "widths one too small",
     "x2 and y2 are 1 less: a box of width w ends at x1 + w here, not at x1 + w - 1"},
    {make_added, {-0.5, -0.5, 0.5, 0.5}, NULL, "widths one too large",
     "each side of a box lies half a pixel further out: sides were taken as w + 1, or w - 1 is meant"},
    {make_added, {0.5, 0.5, -0.5, -0.5}, NULL, "widths one too small",
     "each side of a box lies half a pixel further in: sides were taken as w - 1, or w + 1 is meant"},
    {make_added, {1, 1, 1, 1}, NULL, "counted from one",
     "every value is 1 more: pixels are counted from 1, as MATLAB does; subtract 1"},
    {make_added, {-1, -1, -1, -1}, NULL, "counted from zero",
     "every value is 1 less: pixels have to be counted from 1, as MATLAB does; add 1"},
    {make_added, {0.5, 0.5, 0.5, 0.5}, NULL, "half a pixel too far",
     "every value is 0.5 more: leave out the pixel centre's 0.5"},
    {make_added, {-0.5, -0.5, -0.5, -0.5}, NULL, "half a pixel too near",
     "every value is 0.5 less: the pixel centre's 0.5 is missing"},
    {make_moved, {0.5, 0}, NULL, "half a stride too far",
     "anchors sit on the middle of each cell; an offset of half a stride (0.5) was added that is not meant"},
    {make_moved, {-0.5, 0}, NULL, "half a stride too near",
     "anchors miss an offset of half a stride (0.5)"},
    {make_moved, {0.5, -0.5}, NULL, "half a stride too far",
     "(stride - 1) / 2 was added to every value, which is not meant"},
    {make_moved, {-0.5, 0.5}, NULL, "half a stride too near",
     "every value misses (stride - 1) / 2"},
    {make_other_strides, {0}, NULL, "nominal stride",
     "cells are the nominal stride apart; it has to be image // grid, rounded down"},
    {make_other_strides, {1}, NULL, "stride by division",
     "cells are image // grid apart; it has to be the nominal stride"},
    {make_other_strides, {2}, NULL, "stride not rounded",
     "cells are image / grid apart, with a fraction"},
    {make_rounded_base, {0}, keep, "rounding missing",
     "base anchors have to be rounded to whole pixels, half to even, before they are shifted"},
    {make_rounded_base, {0}, rint, "rounded",
     "base anchors were rounded to whole pixels; this convention keeps the fraction"},
    {make_rounded_base, {0}, round, "rounded half away from zero",
     "base anchors were rounded as C's round() does; a half has to go to the even neighbour (rint, torch.round)"},
    {make_rounded_base, {0}, trunc, "truncated",
     "base anchors were cut towards zero, as a cast to int does; round them half to even, or not at all"},
    {make_rounded_base, {0}, floor, "rounded down",
     "base anchors went through floor; round them half to even, or not at all"},
    {make_rounded, {0}, trunc, "truncated",
     "values were cut to whole numbers, as a cast to int does"},
    {make_rounded, {0}, rint, "rounded",
     "values were rounded to whole numbers"},
    {make_rounded, {0}, floor, "rounded down",
     "values went through floor"},
    {make_narrow, {0, 0}, NULL, "float16 precision",
     "values have the precision of float16; make anchors in float32 in half-precision models too"},
    {make_narrow, {0, 1}, NULL, "float16 precision",
     "anchors were computed in float16; make them in float32 in half-precision models too"},
    {make_narrow, {1, 0}, NULL, "bfloat16 precision",
     "values have the precision of bfloat16; make anchors in float32 in half-precision models too"},
    {make_narrow, {1, 1}, NULL, "bfloat16 precision",
     "anchors were computed in bfloat16; make them in float32 in half-precision models too"},
    {make_clipped, {0}, NULL, "clipped",
     "anchors were clipped to the image; only proposals are"},
    {make_clipped, {1}, NULL, "clipped",
     "anchors were clipped to the image's last pixel; only proposals are"},
    {make_scaled, {0}, NULL, "scaled",
     "all values are one factor off: an image scale, a stride or a base size that was applied twice, or not"},
    {make_scaled, {1}, NULL, "scaled by axis",
     "y and x are each a factor off: boxes relative to the image have to be pixels of the padded one"},
    {make_cells, {0}, NULL, "in cells",
     "values are divided by each level's stride; they have to be pixels of the padded image"},
    {make_floor_grids, {0}, NULL, "maps rounded down",
     "maps have side / stride cells rounded down; they have to be the feature maps, rounded up"},
    {make_floor_grids, {1}, NULL, "maps rounded down",
     "maps have side / stride cells rounded down; they have to be the feature maps, rounded up"},
    {make_without_level, {0}, NULL, "a level missing",
     "all are there but one level"},
    {make_batch, {0}, NULL, "a whole batch",
     "the list is repeated for the images of a batch; dump that of one"},
    {make_other_sizes, {0}, NULL, "all sizes on every level",
     "each level has the sizes of all levels; it has to have its own"},
    {make_other_sizes, {1}, NULL, "one size a level",
     "each level has one of the sizes; it has to have all that it lists"},
    {make_inside, {0}, NULL, "anchors outside removed",
     "only anchors inside the image are there; dump them before that filter"},
    {make_inside, {1}, NULL, "anchors outside removed",
     "only anchors inside the image are there; dump them before that filter"},
    {make_other_convention, {FRCNN_ANCHORS_TORCHVISION}, NULL, "another convention",
     "these are another program's anchors"},
    {make_other_convention, {FRCNN_ANCHORS_DETECTRON2}, NULL, "another convention",
     "these are another program's anchors"},
    {make_other_convention, {FRCNN_ANCHORS_MMDET}, NULL, "another convention",
     "these are another program's anchors"},
    {make_other_convention, {FRCNN_ANCHORS_MMDET_LEGACY}, NULL, "another convention",
     "these are another program's anchors"},
    {make_other_convention, {FRCNN_ANCHORS_PY_FASTER_RCNN}, NULL, "another convention",
     "these are another program's anchors"},
    {make_other_convention, {FRCNN_ANCHORS_MATLAB}, NULL, "another convention",
     "these are another program's anchors"},
    {make_other_convention, {FRCNN_ANCHORS_SIMPLE_FASTER_RCNN}, NULL, "another convention",
     "these are another program's anchors"},
};
/* clang-format on */

const int frcnn_n_anchor_mistakes = sizeof frcnn_anchor_mistakes / sizeof *frcnn_anchor_mistakes;
