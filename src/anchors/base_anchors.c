#include "anchors/base_anchors.h"

#include <math.h>

#include "anchors/anchor_config.h"

/* A level as its boxes are made. */
typedef struct cell {
    const frcnn_anchor_level_config *level;
    double base_size;
    double offset;
    int is_size_major;
    double (*round)(double);
} cell;

static void set(double *box, double x1, double y1, double x2, double y2)
{
    box[0] = x1;
    box[1] = y1;
    box[2] = x2;
    box[3] = y2;
}

/* Whole pixels of an f32 value. */
static double round_f32(const cell *c, float value)
{
    return c->round((double)value);
}

/* Everything in f32; aspect ratios are taken apart into factors of both sides. */
static void make_torchvision(const cell *c, double size, double ratio, double *box)
{
    const float h_ratio = sqrtf((float)ratio);
    const float w_ratio = 1.0f / h_ratio;
    const float w = w_ratio * (float)size;
    const float h = h_ratio * (float)size;
    set(box, round_f32(c, -w / 2), round_f32(c, -h / 2), round_f32(c, w / 2), round_f32(c, h / 2));
}

/* In f64, rounded to f32 once. */
static void make_detectron2(const cell *c, double size, double ratio, double *box)
{
    (void)c;
    const double w = sqrt(size * size / ratio);
    const double h = ratio * w;
    set(box, (double)(float)(-w / 2), (double)(float)(-h / 2), (double)(float)(w / 2), (double)(float)(h / 2));
}

/* The sides in f32: the base size times two factors from left to right, in the order in which they vary. */
static void get_mmdet_sides(const cell *c, double size, double ratio, float *w, float *h)
{
    const float base = (float)c->base_size;
    const float h_ratio = sqrtf((float)ratio);
    const float w_ratio = 1.0f / h_ratio;
    const float scale = (float)size;
    *w = c->is_size_major ? base * scale * w_ratio : base * w_ratio * scale;
    *h = c->is_size_major ? base * scale * h_ratio : base * h_ratio * scale;
}

static void make_mmdet(const cell *c, double size, double ratio, double *box)
{
    float w = 0;
    float h = 0;
    get_mmdet_sides(c, size, ratio, &w, &h);
    const float centre = (float)(c->offset * c->base_size);
    set(box, (double)(centre - 0.5f * w), (double)(centre - 0.5f * h), (double)(centre + 0.5f * w),
        (double)(centre + 0.5f * h));
}

static void make_mmdet_legacy(const cell *c, double size, double ratio, double *box)
{
    float w = 0;
    float h = 0;
    get_mmdet_sides(c, size, ratio, &w, &h);
    const float centre = (float)(c->offset * (c->base_size - 1));
    const float half_w = 0.5f * (w - 1);
    const float half_h = 0.5f * (h - 1);
    set(box, round_f32(c, centre - half_w), round_f32(c, centre - half_h), round_f32(c, centre + half_w),
        round_f32(c, centre + half_h));
}

/* Sides are whole pixels for each ratio, and multiplied then. */
static void make_py_faster_rcnn(const cell *c, double size, double ratio, double *box)
{
    const double w = c->round(sqrt(c->base_size * c->base_size / ratio));
    const double h = c->round(w * ratio);
    const double centre = 0.5 * (c->base_size - 1);
    const double half_w = 0.5 * (w * size - 1);
    const double half_h = 0.5 * (h * size - 1);
    set(box, centre - half_w, centre - half_h, centre + half_w, centre + half_h);
}

static void make_matlab(const cell *c, double size, double ratio, double *box)
{
    make_py_faster_rcnn(c, size, ratio, box);
    for (int i = 0; i < 4; i++) box[i] += 1;
}

static void make_simple_faster_rcnn(const cell *c, double size, double ratio, double *box)
{
    const double h = c->base_size * size * sqrt(ratio);
    const double w = c->base_size * size * sqrt(1.0 / ratio);
    const double centre = c->base_size / 2;
    set(box, (double)(float)(centre - h / 2), (double)(float)(centre - w / 2), (double)(float)(centre + h / 2),
        (double)(float)(centre + w / 2));
}

typedef void (*make_function)(const cell *c, double size, double ratio, double *box);

static const make_function makers[FRCNN_N_ANCHOR_CONVENTIONS] = {
    [FRCNN_ANCHORS_TORCHVISION] = make_torchvision,
    [FRCNN_ANCHORS_DETECTRON2] = make_detectron2,
    [FRCNN_ANCHORS_MMDET] = make_mmdet,
    [FRCNN_ANCHORS_MMDET_LEGACY] = make_mmdet_legacy,
    [FRCNN_ANCHORS_PY_FASTER_RCNN] = make_py_faster_rcnn,
    [FRCNN_ANCHORS_MATLAB] = make_matlab,
    [FRCNN_ANCHORS_SIMPLE_FASTER_RCNN] = make_simple_faster_rcnn,
};

static void make_all(const frcnn_anchor_config *config, int level, double (*round)(double), double *out)
{
    const frcnn_anchor_level_config *l = &config->levels[level];
    const cell c = {l, frcnn_anchor_config_get_base_size(config, level), config->offset,
                    frcnn_anchor_config_is_size_major(config), round};
    const int n_fast = c.is_size_major ? l->n_ratios : l->n_sizes;
    const int n = l->n_sizes * l->n_ratios;
    for (int i = 0; i < n; i++) {
        const int size = c.is_size_major ? i / n_fast : i % n_fast;
        const int ratio = c.is_size_major ? i % n_fast : i / n_fast;
        makers[config->convention](&c, l->sizes[size], l->ratios[ratio], out + 4 * (ptrdiff_t)i);
    }
}

void frcnn_base_anchors(const frcnn_anchor_config *config, int level, double *out)
{
    make_all(config, level, rint, out);
}

static int has_rounding(frcnn_anchor_convention convention)
{
    return convention != FRCNN_ANCHORS_DETECTRON2 && convention != FRCNN_ANCHORS_MMDET &&
           convention != FRCNN_ANCHORS_SIMPLE_FASTER_RCNN;
}

void frcnn_base_anchors_rounded(const frcnn_anchor_config *config, int level, double (*round)(double), double *out)
{
    make_all(config, level, round, out);
    if (has_rounding(config->convention)) return;
    const int n_values = 4 * frcnn_anchor_config_get_n_base(config, level);
    for (int i = 0; i < n_values; i++) out[i] = round(out[i]);
}
