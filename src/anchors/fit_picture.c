/* Widths and heights of boxes and anchors as a picture. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "anchors/anchor_config.h"
#include "anchors/fit_boxes.h"
#include "image/text.h"
#include "tensor/error.h"
#include "tensor/memory.h"

enum {
    SIDE = 1200,
    LEFT = 96,
    RIGHT = 1152,
    TOP = 104,
    BOTTOM = 1124,
    TITLE_SIZE = 28,
    TEXT_SIZE = 19,
    MAX_DRAWN = 20000,
    MAX_BASE = FRCNN_MAX_SIZES * FRCNN_MAX_SIZES,
    WHITE = 0xffffff,
    INK = 0x22262b,
    SOFT_INK = 0x6b7280,
    GRID = 0xe5e7eb,
    REACHED = 0x2b6be4,
    MISSED = 0xf08c2e,
    BEFORE = 0x22262b,
    AFTER = 0xd81b60
};

/* Both axes are the same: log2 of pixels from low to high. */
typedef struct plot {
    frcnn_image *image;
    double low, high;
} plot;

/* How far along an axis, from 0 to 1; what lies outside is at its end. */
static double get_share(const plot *self, double side)
{
    const double share = (log2(side) - self->low) / (self->high - self->low);
    return share < 0 ? 0 : (share > 1 ? 1 : share);
}

static double get_x(const plot *self, double width)
{
    return LEFT + get_share(self, width) * (RIGHT - LEFT);
}

static double get_y(const plot *self, double height)
{
    return BOTTOM - get_share(self, height) * (BOTTOM - TOP);
}

static void blend(frcnn_image *image, int x, int y, uint32_t color, double alpha)
{
    if (x < 0 || y < 0 || x >= SIDE || y >= SIDE || alpha <= 0) return;
    uint8_t *pixel = frcnn_image_get_pixels(image) + ((size_t)y * SIDE + (size_t)x) * 3;
    const double share = alpha < 1 ? alpha : 1;
    for (int c = 0; c < 3; c++) {
        const double wanted = (double)(color >> (16 - 8 * c) & 255);
        pixel[c] = (uint8_t)lround(pixel[c] + share * (wanted - pixel[c]));
    }
}

/* What lies between two distances from a centre, with soft edges; by the sum of both ways where it is a diamond. */
static void draw_ring(frcnn_image *image, double x, double y, double inner, double outer, int is_diamond,
                      uint32_t color, double alpha)
{
    const int reach = (int)ceil(outer) + 1, x0 = (int)floor(x), y0 = (int)floor(y);
    for (int row = y0 - reach; row <= y0 + reach; row++) {
        for (int column = x0 - reach; column <= x0 + reach; column++) {
            const double dx = fabs(column + 0.5 - x), dy = fabs(row + 0.5 - y);
            const double distance = is_diamond ? dx + dy : sqrt(dx * dx + dy * dy);
            const double outside = outer + 0.5 - distance;
            const double inside = inner > 0 ? distance - inner + 0.5 : 1;
            const double coverage = outside < inside ? outside : inside;
            blend(image, column, row, color, alpha * (coverage < 1 ? coverage : 1));
        }
    }
}

static const double dot_radius = 2.6, lone_dot_radius = 5;

static void draw_box_mark(frcnn_image *image, double x, double y, double radius, int is_reached, double alpha)
{
    draw_ring(image, x, y, 0, radius, 0, is_reached ? REACHED : MISSED, alpha);
}

typedef enum mark { MARK_BEFORE, MARK_BEFORE_LINE, MARK_AFTER } mark;

static void draw_anchor_mark(frcnn_image *image, double x, double y, mark kind)
{
    if (kind == MARK_AFTER) {
        draw_ring(image, x, y, 0, 10.5, 0, WHITE, 1);
        draw_ring(image, x, y, 0, 8, 0, AFTER, 1);
        return;
    }
    if (kind == MARK_BEFORE) draw_ring(image, x, y, 7.5, 15.5, 1, WHITE, 0.9);
    draw_ring(image, x, y, 9.5, 13.5, 1, BEFORE, 1);
}

static void widen(plot *self, double side)
{
    if (!(side > 0)) return;
    const double value = log2(side);
    if (value < self->low) self->low = value;
    if (value > self->high) self->high = value;
}

static int compare_floats(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

/* By the sides of all boxes but the outermost of thousands, which would make the rest small. */
static frcnn_status widen_by_boxes(plot *self, const frcnn_fit_boxes *boxes)
{
    enum { OUTER_PART = 1000 };
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc(&block, boxes->n, 2 * sizeof(float), "sides of boxes"));
    float *sides = block;
    for (size_t i = 0; i < boxes->n; i++) {
        sides[2 * i] = boxes->x2[i] - boxes->x1[i];
        sides[2 * i + 1] = boxes->y2[i] - boxes->y1[i];
    }
    qsort(sides, 2 * boxes->n, sizeof *sides, compare_floats);
    const size_t n_outer = 2 * boxes->n / OUTER_PART;
    widen(self, (double)sides[n_outer]);
    widen(self, (double)sides[2 * boxes->n - 1 - n_outer]);
    frcnn_free(block);
    return FRCNN_OK;
}

static void widen_by_anchors(plot *self, const frcnn_anchor_config *config)
{
    float base[MAX_BASE * 4];
    for (int level = 0; level < config->n_levels; level++) {
        frcnn_fit_first_cell(base, config, level);
        for (int i = 0; i < frcnn_anchor_config_get_n_base(config, level); i++) {
            widen(self, (double)(base[4 * i + 2] - base[4 * i]));
            widen(self, (double)(base[4 * i + 3] - base[4 * i + 1]));
        }
    }
}

static void draw_anchors(const plot *self, const frcnn_anchor_config *config, mark kind)
{
    float base[MAX_BASE * 4];
    for (int level = 0; level < config->n_levels; level++) {
        frcnn_fit_first_cell(base, config, level);
        for (int i = 0; i < frcnn_anchor_config_get_n_base(config, level); i++) {
            const double w = (double)(base[4 * i + 2] - base[4 * i]), h = (double)(base[4 * i + 3] - base[4 * i + 1]);
            if (w > 0 && h > 0) draw_anchor_mark(self->image, get_x(self, w), get_y(self, h), kind);
        }
    }
}

static frcnn_status draw_axes(const plot *self)
{
    char text[32];
    frcnn_image_fill(self->image, 0, 0, SIDE, SIDE, WHITE);
    for (int power = (int)ceil(self->low); power <= (int)floor(self->high); power++) {
        const int x = (int)lround(get_x(self, exp2(power))), y = (int)lround(get_y(self, exp2(power)));
        frcnn_image_fill(self->image, x, TOP, x + 1, BOTTOM, GRID);
        frcnn_image_fill(self->image, LEFT, y, RIGHT, y + 1, GRID);
        snprintf(text, sizeof text, "%.9g", exp2(power));
        const frcnn_text_extent extent = frcnn_text_measure(text, TEXT_SIZE);
        FRCNN_TRY(
            frcnn_text_draw(self->image, x - extent.width / 2, BOTTOM + 12 + extent.ascent, text, TEXT_SIZE, SOFT_INK));
        FRCNN_TRY(frcnn_text_draw(self->image, LEFT - 12 - extent.width, y + extent.ascent / 2 - 1, text, TEXT_SIZE,
                                  SOFT_INK));
    }
    /* Squares lie on the diagonal. */
    for (int i = 0; i < RIGHT - LEFT; i++)
        blend(self->image, LEFT + i, (int)lround(BOTTOM - (double)i * (BOTTOM - TOP) / (RIGHT - LEFT)), SOFT_INK, 0.5);
    frcnn_image_fill(self->image, LEFT, BOTTOM, RIGHT, BOTTOM + 2, INK);
    frcnn_image_fill(self->image, LEFT - 2, TOP, LEFT, BOTTOM + 2, INK);
    const frcnn_text_extent height = frcnn_text_measure("height", TEXT_SIZE);
    const frcnn_text_extent width = frcnn_text_measure("width", TEXT_SIZE);
    FRCNN_TRY(frcnn_text_draw(self->image, LEFT - 12 - height.width, TOP - 8, "height", TEXT_SIZE, INK));
    return frcnn_text_draw(self->image, RIGHT - width.width, BOTTOM + 44 + width.ascent, "width", TEXT_SIZE, INK);
}

static void draw_boxes(const plot *self, const frcnn_fit_boxes *boxes, const float *iou)
{
    /* Few dots are large and strong, many let each other through. */
    const double radius = boxes->n < 100 ? lone_dot_radius : dot_radius;
    const double alpha = boxes->n < 500 ? 0.8 : (boxes->n < 5000 ? 0.55 : 0.35);
    for (size_t i = 0; i < boxes->n; i++)
        draw_box_mark(self->image, get_x(self, (double)(boxes->x2[i] - boxes->x1[i])),
                      get_y(self, (double)(boxes->y2[i] - boxes->y1[i])), radius, iou[i] >= 0.7F, alpha);
}

/* Tenths of a percent, rounded, with a point in every locale. */
static void format_share(char text[16], int64_t part, int64_t whole)
{
    const int tenths = (int)lround(1000.0 * (double)part / (double)whole);
    snprintf(text, 16, "%d.%d %%", tenths / 10, tenths % 10);
}

static frcnn_status draw_title(const plot *self, const frcnn_anchor_recall *before, const frcnn_anchor_recall *after)
{
    char text[256], shares[4][16];
    const int64_t n = before->n_boxes[FRCNN_BOX_ANY];
    format_share(shares[0], before->n_reached_70[FRCNN_BOX_ANY], n);
    format_share(shares[1], after->n_reached_70[FRCNN_BOX_ANY], n);
    format_share(shares[2], before->n_reached_50[FRCNN_BOX_ANY], n);
    format_share(shares[3], after->n_reached_50[FRCNN_BOX_ANY], n);
    snprintf(text, sizeof text, "%" PRId64 " boxes, in pixels of the resized images", n);
    FRCNN_TRY(frcnn_text_draw(self->image, LEFT, 40, text, TITLE_SIZE, INK));
    snprintf(text, sizeof text, "Reached at IoU 0.7: %s before, %s suggested.  At 0.5: %s before, %s suggested.",
             shares[0], shares[1], shares[2], shares[3]);
    return frcnn_text_draw(self->image, LEFT, 72, text, TEXT_SIZE, SOFT_INK);
}

static frcnn_status draw_legend(const plot *self)
{
    static const char *const names[4] = {"box that a suggested anchor reaches at IoU 0.7", "box that none reaches",
                                         "anchor before", "suggested anchor"};
    enum { ROW = 34, PAD = 14, SYMBOL = 44 };
    int width = 0;
    for (int i = 0; i < 4; i++) {
        const int measured = frcnn_text_measure(names[i], TEXT_SIZE).width;
        if (measured > width) width = measured;
    }
    const int left = LEFT + 16, top = TOP + 12;
    const int right = left + SYMBOL + width + PAD, bottom = top + 4 * ROW + PAD;
    frcnn_image_fill(self->image, left - 1, top - 1, right + 1, bottom + 1, 0xc9ced6);
    frcnn_image_fill(self->image, left, top, right, bottom, WHITE);
    for (int i = 0; i < 4; i++) {
        const int middle = top + PAD / 2 + ROW / 2 + i * ROW;
        const double x = left + SYMBOL / 2.0;
        if (i < 2)
            for (int dot = -1; dot <= 1; dot++)
                draw_box_mark(self->image, x + 8 * dot, middle, dot_radius, i == 0, 0.9);
        else
            draw_anchor_mark(self->image, x, middle, i == 3 ? MARK_AFTER : MARK_BEFORE);
        const frcnn_text_extent extent = frcnn_text_measure(names[i], TEXT_SIZE);
        FRCNN_TRY(
            frcnn_text_draw(self->image, left + SYMBOL, middle + extent.ascent / 2 - 1, names[i], TEXT_SIZE, INK));
    }
    return FRCNN_OK;
}

static frcnn_status draw_all(plot *self, const frcnn_anchor_config *config, const frcnn_anchor_config *fitted,
                             const frcnn_fit_boxes *boxes, const float *iou, const frcnn_anchor_recall *before,
                             const frcnn_anchor_recall *after)
{
    static const double margin = 0.3;
    FRCNN_TRY(widen_by_boxes(self, boxes));
    widen_by_anchors(self, config);
    widen_by_anchors(self, fitted);
    self->low -= margin;
    self->high += margin;
    FRCNN_TRY(draw_axes(self));
    draw_boxes(self, boxes, iou);
    draw_anchors(self, config, MARK_BEFORE);
    draw_anchors(self, fitted, MARK_AFTER);
    /* Where both are in one place both are seen. */
    draw_anchors(self, config, MARK_BEFORE_LINE);
    FRCNN_TRY(draw_title(self, before, after));
    return draw_legend(self);
}

frcnn_status frcnn_anchor_fit_draw(frcnn_image **out, const frcnn_anchor_config *config,
                                   const frcnn_anchor_config *fitted, const frcnn_boxes *const *sets, size_t n,
                                   const frcnn_anchor_fit_options *options)
{
    frcnn_status status = FRCNN_OK;
    frcnn_fit_boxes boxes = {0};
    frcnn_anchor_recall before, after;
    plot self = {.image = NULL, .low = 100, .high = -100};
    void *iou = NULL;
    FRCNN_TRY(frcnn_anchor_recall_measure(&before, config, sets, n, options));
    FRCNN_TRY(frcnn_anchor_recall_measure(&after, fitted, sets, n, options));
    FRCNN_FAIL_IF(before.n_boxes[FRCNN_BOX_ANY] == 0, FRCNN_ERROR_INVALID,
                  "anchor fit: expected at least one box, found none");
    FRCNN_TRY_CLEANUP(frcnn_fit_boxes_init(&boxes, fitted, sets, n, options));
    FRCNN_TRY_CLEANUP(frcnn_fit_boxes_thin(&boxes, MAX_DRAWN));
    FRCNN_TRY_CLEANUP(frcnn_alloc(&iou, boxes.n, sizeof(float), "overlaps"));
    frcnn_fit_match_all(iou, &boxes, fitted);
    FRCNN_TRY_CLEANUP(frcnn_image_create(&self.image, SIDE, SIDE, NULL));
    FRCNN_TRY_CLEANUP(draw_all(&self, config, fitted, &boxes, iou, &before, &after));
    *out = self.image;
    self.image = NULL;

cleanup:
    frcnn_image_destroy(&self.image);
    frcnn_free(iou);
    frcnn_fit_boxes_deinit(&boxes);
    return status;
}
