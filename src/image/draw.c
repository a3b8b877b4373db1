#include "frcnn/draw.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "image/image_type.h"
#include "image/strokes.h"
#include "image/text.h"
#include "tensor/error.h"
#include "tensor/memory.h"

/* Whole pixels, right and bottom exclusive. */
typedef struct rectangle {
    int left, top, right, bottom;
} rectangle;

/* The look of boxes that score well, or of the others. */
typedef struct style {
    int is_weak;
    int line, text_size, margin_x, margin_y;
    frcnn_text_extent extent; /* of a line of text; its width means nothing */
} style;

/* What to draw for one box. */
typedef struct item {
    rectangle frame; /* the outside of its line */
    rectangle label; /* empty: none */
    char *text;
    uint32_t color;
    const style *look; /* NULL: not drawn */
} item;

void frcnn_draw_options_default(frcnn_draw_options *options)
{
    *options = (frcnn_draw_options){.struct_size = sizeof *options};
}

static int at_least(int value, int minimum)
{
    return value > minimum ? value : minimum;
}

/* What the model doubts stands back, so that a crowd of weak boxes hides no strong one. */
static style choose_style(const frcnn_image *image, const frcnn_draw_options *options, int is_weak)
{
    const double side = 0.5 * ((double)image->height + image->width) * (is_weak ? 0.6 : 1);
    style look = {.is_weak = is_weak,
                  .line = options->line_width > 0 ? options->line_width : at_least((int)lround(side / 256), 1),
                  .text_size = at_least((int)lround(side / 46), 11)};
    look.margin_x = at_least(look.text_size / 4, 2);
    look.margin_y = at_least(look.text_size / 6, 1);
    look.extent = frcnn_text_measure("", look.text_size);
    return look;
}

static int to_pixel(double coordinate, int limit)
{
    return coordinate <= 0 ? 0 : coordinate >= limit ? limit : (int)floor(coordinate + 0.5);
}

static int is_finite_box(const frcnn_draw_box *box)
{
    return isfinite(box->x1) && isfinite(box->y1) && isfinite(box->x2) && isfinite(box->y2);
}

/* The line lies on the edges of the box, half outside; where the box leaves the image, along the image's border. */
static int place_frame(rectangle *frame, const frcnn_draw_box *box, const frcnn_image *image, int line)
{
    if (!is_finite_box(box) || box->x2 < box->x1 || box->y2 < box->y1) return 0;
    if (box->x2 < 0 || box->y2 < 0 || box->x1 >= (float)image->width || box->y1 >= (float)image->height) return 0;
    const double outside = line / 2;
    *frame = (rectangle){.left = to_pixel(box->x1 - outside, image->width - 1),
                         .top = to_pixel(box->y1 - outside, image->height - 1),
                         .right = to_pixel(box->x2 + outside, image->width),
                         .bottom = to_pixel(box->y2 + outside, image->height)};
    frame->right = at_least(frame->right, frame->left + 1);
    frame->bottom = at_least(frame->bottom, frame->top + 1);
    return 1;
}

static void draw_frame(frcnn_image *image, const item *self, const frcnn_draw_box *box)
{
    const rectangle *frame = &self->frame;
    const int line = self->look->line;
    const frcnn_pen pen = {line, box->is_dashed ? frcnn_stroke_get_dash(line) : 0, self->color, 255};
    /* A side that the image's border stands for is moved out of sight. */
    const int is_out[4] = {box->is_dashed && box->x1 < 0, box->is_dashed && box->y1 < 0,
                           box->is_dashed && box->x2 > (float)image->width,
                           box->is_dashed && box->y2 > (float)image->height};
    frcnn_stroke_frame(image, frame->left - (is_out[0] ? 2 * line : 0), frame->top - (is_out[1] ? 2 * line : 0),
                       frame->right + (is_out[2] ? 2 * line : 0), frame->bottom + (is_out[3] ? 2 * line : 0), &pen);
}

/* "person 0.98"; *out stays NULL where there is nothing to say. The point is a point in every locale. */
static frcnn_status make_text(char **out, const frcnn_draw_box *box, const frcnn_draw_options *options)
{
    const int has_name = box->label != NULL && !options->hide_labels;
    const int has_score = box->score >= 0 && !options->hide_scores;
    if (!has_name && !has_score) return FRCNN_OK;
    const char *name = has_name ? box->label : "";
    char score[16] = "";
    const int hundredths = box->score < 1 ? (int)lround((double)box->score * 100) : 100;
    if (has_score) snprintf(score, sizeof score, "%s%d.%02d", has_name ? " " : "", hundredths / 100, hundredths % 100);
    const size_t size = strlen(name) + sizeof score;
    void *text = NULL;
    FRCNN_TRY(frcnn_alloc(&text, size, 1, "label"));
    snprintf(text, size, "%s%s", name, score);
    *out = text;
    return FRCNN_OK;
}

static int overlaps(const rectangle *a, const rectangle *b)
{
    return a->left < b->right && b->left < a->right && a->top < b->bottom && b->top < a->bottom;
}

static int is_free(const rectangle *label, const item *items, size_t n_items)
{
    for (size_t i = 0; i < n_items; i++)
        if (items[i].text != NULL && overlaps(label, &items[i].label)) return 0;
    return 1;
}

/* A weak box's label that would hide an earlier one, or more than this part of a small image, is left out. */
static const int64_t weak_label_part = 40;

/* Above the box, else below a small one or inside a large one: the first place that is inside the image and hides no
   label of an earlier box; else, but for a weak box, the first that is inside the image. 1 where it has a place. */
static int place_label(item *self, const item *earlier, size_t n_earlier, const frcnn_image *image)
{
    const style *look = self->look;
    enum { PLACES = 4, MAX_COMPARED = 500 };
    const rectangle *frame = &self->frame;
    const int height = look->extent.ascent + look->extent.descent + 2 * look->margin_y;
    const int width = frcnn_text_measure(self->text, look->text_size).width + 2 * look->margin_x;
    const int left = frame->left + width <= image->width ? frame->left : at_least(image->width - width, 0);
    const int is_small = frame->bottom - frame->top < 3 * height;
    const int tops[PLACES] = {frame->top - height, is_small ? frame->bottom : frame->top,
                              is_small ? frame->top : frame->bottom, frame->bottom - height};
    int top = -1, is_hiding = n_earlier > 0;
    if (look->is_weak && weak_label_part * width * height > (int64_t)image->width * image->height) return 0;
    for (int i = 0; i < PLACES; i++) {
        const rectangle label = {.left = left, .top = tops[i], .right = left + width, .bottom = tops[i] + height};
        if (label.top < 0 || label.bottom > image->height) continue;
        if (top < 0) top = label.top;
        if (n_earlier > MAX_COMPARED) break;
        if (!is_free(&label, earlier, n_earlier)) continue;
        top = label.top;
        is_hiding = 0;
        break;
    }
    if (look->is_weak && is_hiding) return 0;
    if (top < 0) top = at_least(image->height - height, 0);
    self->label = (rectangle){.left = left, .top = top, .right = left + width, .bottom = top + height};
    return 1;
}

/* Black on light colours, white on dark and on strong ones. Relative luminance, with a square for its exact curve. */
static uint32_t choose_ink(uint32_t color)
{
    const double red = (double)(color >> 16 & 255) / 255;
    const double green = (double)(color >> 8 & 255) / 255;
    const double blue = (double)(color & 255) / 255;
    const double luminance = 0.2126 * red * red + 0.7152 * green * green + 0.0722 * blue * blue;
    return luminance > 0.28 ? 0x000000 : 0xffffff;
}

static frcnn_status draw_label(frcnn_image *image, const item *self)
{
    const style *look = self->look;
    const rectangle *label = &self->label;
    frcnn_image_fill(image, label->left, label->top, label->right, label->bottom, self->color);
    return frcnn_text_draw(image, label->left + look->margin_x, label->top + look->margin_y + look->extent.ascent,
                           self->text, look->text_size, choose_ink(self->color));
}

frcnn_status frcnn_draw_boxes(frcnn_image *image, const frcnn_draw_box *boxes, size_t n_boxes,
                              const frcnn_draw_options *options)
{
    frcnn_draw_options defaults;
    frcnn_draw_options_default(&defaults);
    if (options == NULL) options = &defaults;
    FRCNN_CHECK_OPTIONS("draw", options);
    FRCNN_FAIL_IF(options->line_width < 0, FRCNN_ERROR_INVALID,
                  "draw options: expected a line width of 0 or more, found %d", options->line_width);
    const style looks[2] = {choose_style(image, options, 0), choose_style(image, options, 1)};
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, n_boxes, sizeof(item), "boxes to draw"));
    item *items = block;
    frcnn_status status = FRCNN_OK;
    for (size_t i = 0; i < n_boxes; i++) {
        const int is_weak = boxes[i].score >= 0 && boxes[i].score < FRCNN_DRAW_WEAK_SCORE;
        const style *look = &looks[is_weak];
        items[i].color = frcnn_draw_get_color(boxes[i].color_index);
        if (!place_frame(&items[i].frame, &boxes[i], image, look->line)) continue;
        items[i].look = look;
        FRCNN_TRY_CLEANUP(make_text(&items[i].text, &boxes[i], options));
        if (items[i].text != NULL && !place_label(&items[i], items, i, image)) {
            frcnn_free(items[i].text);
            items[i].text = NULL;
        }
    }
    for (size_t i = n_boxes; i-- > 0;)
        if (items[i].look != NULL) draw_frame(image, &items[i], &boxes[i]);
    for (size_t i = n_boxes; i-- > 0;)
        if (items[i].text != NULL) FRCNN_TRY_CLEANUP(draw_label(image, &items[i]));

cleanup:
    for (size_t i = 0; i < n_boxes; i++) frcnn_free(items[i].text);
    frcnn_free(items);
    return status;
}
