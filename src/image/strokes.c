#include "image/strokes.h"

#include <math.h>
#include <stddef.h>

#include "image/image_type.h"
#include "image/text.h"

static void mix(uint8_t *pixel, uint32_t color, int alpha)
{
    for (int c = 0; c < 3; c++) {
        const int target = (int)(color >> (16 - 8 * c) & 255);
        pixel[c] = (uint8_t)((pixel[c] * (255 - alpha) + target * alpha + 127) / 255);
    }
}

static uint8_t *get_pixel(frcnn_image *image, int y, int x)
{
    return image->pixels + ((size_t)y * (size_t)image->width + (size_t)x) * 3;
}

void frcnn_stroke_fill(frcnn_image *image, int left, int top, int right, int bottom, uint32_t color, int alpha)
{
    if (alpha == 255) {
        frcnn_image_fill(image, left, top, right, bottom, color);
        return;
    }
    left = left > 0 ? left : 0;
    top = top > 0 ? top : 0;
    right = right < image->width ? right : image->width;
    bottom = bottom < image->height ? bottom : image->height;
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++) mix(get_pixel(image, y, x), color, alpha);
}

int frcnn_stroke_get_dash(int line)
{
    return 3 * line + 2;
}

/* A side from begin to end, across from low to high; begin and end may be swapped roles of x and y. Dashes are spread so
   that both ends of a side are drawn: corners stay visible. */
static void draw_side(frcnn_image *image, int is_row, int begin, int end, int low, int high, const frcnn_pen *pen)
{
    const int length = end - begin;
    const int gap = pen->dash * 2 / 3 + 1;
    const int n = pen->dash > 0 && length > 2 * pen->dash + gap ? (length - pen->dash) / (pen->dash + gap) : 0;
    for (int i = 0; i <= n; i++) {
        const int from = n == 0 ? begin : begin + (int)((int64_t)i * (length - pen->dash) / n);
        const int to = n == 0 ? end : from + pen->dash;
        if (is_row)
            frcnn_stroke_fill(image, from, low, to, high, pen->color, pen->alpha);
        else
            frcnn_stroke_fill(image, low, from, high, to, pen->color, pen->alpha);
    }
}

void frcnn_stroke_frame(frcnn_image *image, int left, int top, int right, int bottom, const frcnn_pen *pen)
{
    const int inner_top = top + pen->line < bottom ? top + pen->line : bottom;
    const int inner_bottom = bottom - pen->line > inner_top ? bottom - pen->line : inner_top;
    const int inner_left = left + pen->line < right ? left + pen->line : right;
    const int inner_right = right - pen->line > inner_left ? right - pen->line : inner_left;
    draw_side(image, 1, left, right, top, inner_top, pen);
    draw_side(image, 1, left, right, inner_bottom, bottom, pen);
    draw_side(image, 0, inner_top, inner_bottom, left, inner_left, pen);
    draw_side(image, 0, inner_top, inner_bottom, inner_right, right, pen);
}

void frcnn_stroke_dot(frcnn_image *image, double x, double y, double radius, uint32_t color, int alpha)
{
    if (x + radius < 0 || y + radius < 0 || x - radius > image->width || y - radius > image->height) return;
    for (int row = (int)floor(y - radius - 1); row <= (int)ceil(y + radius); row++)
        for (int column = (int)floor(x - radius - 1); column <= (int)ceil(x + radius); column++) {
            if (row < 0 || column < 0 || row >= image->height || column >= image->width) continue;
            const double inside = radius + 0.5 - hypot(column + 0.5 - x, row + 0.5 - y);
            const double share = inside <= 0 ? 0 : inside >= 1 ? 1 : inside;
            mix(get_pixel(image, row, column), color, (int)lround(alpha * share));
        }
}
