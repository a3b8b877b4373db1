#include "anchors/anchor_overlay_panel.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "image/image_type.h"
#include "image/strokes.h"
#include "image/text.h"
#include "tensor/error.h"

static const uint32_t ground_color = 0xffffff, ink_color = 0x1f2530;

void frcnn_panel_add(frcnn_panel *panel, frcnn_panel_mark mark, uint32_t color, const char *format, ...)
{
    va_list arguments;
    if (panel->n_rows == FRCNN_PANEL_MAX_ROWS) return;
    frcnn_panel_row *row = &panel->rows[panel->n_rows++];
    row->mark = mark;
    row->color = color;
    va_start(arguments, format);
    vsnprintf(row->text, sizeof row->text, format, arguments);
    va_end(arguments);
}

uint32_t frcnn_panel_get_ramp(double value)
{
    static const int stops[][3] = {{72, 33, 163}, {150, 32, 168}, {216, 58, 104}, {246, 128, 52}, {252, 226, 64}};
    const int n = sizeof stops / sizeof *stops - 1;
    const double place = fmin(fmax(value, 0), 1) * n;
    const int i = place < n ? (int)place : n - 1;
    uint32_t color = 0;
    for (int c = 0; c < 3; c++)
        color = color << 8 | (uint32_t)lround(stops[i][c] + (place - i) * (stops[i + 1][c] - stops[i][c]));
    return color;
}

static int get_mark_width(frcnn_panel_mark mark, int text)
{
    return mark == FRCNN_PANEL_NO_MARK ? 0 : mark == FRCNN_PANEL_RAMP ? 9 * text : 5 * text / 2;
}

static int get_row_width(const frcnn_panel_row *row, int text)
{
    return get_mark_width(row->mark, text) + frcnn_text_measure(row->text, text).width;
}

/* The largest size, of text or less, at which everything fits. */
static int fit_text(const frcnn_panel *panel, int text, int width)
{
    enum { LEAST = 9 };
    for (; text > LEAST; text--) {
        int widest = frcnn_text_measure(panel->heading, text).width;
        for (int i = 0; i < panel->n_rows; i++) {
            const int row = get_row_width(&panel->rows[i], text);
            widest = row > widest ? row : widest;
        }
        if (widest + 2 * text <= width) break;
    }
    return text;
}

static void draw_mark(frcnn_image *image, const frcnn_panel_row *row, int x, int baseline, int text, int line)
{
    const int top = baseline - 7 * text / 10;
    const int right = x + get_mark_width(row->mark, text) - text;
    if (row->mark == FRCNN_PANEL_RAMP) {
        for (int column = x; column < right; column++)
            frcnn_stroke_fill(image, column, top, column + 1, baseline,
                              frcnn_panel_get_ramp((double)(column - x) / (right - x)), 255);
    } else if (row->mark == FRCNN_PANEL_SOLID) {
        const frcnn_pen pen = {line, 0, row->color, 255};
        frcnn_stroke_frame(image, x, top, right, baseline, &pen);
    } else if (row->mark == FRCNN_PANEL_DASHED) {
        const int middle = (top + baseline - line) / 2, length = right - x;
        for (int i = 0; i < 3; i++)
            frcnn_stroke_fill(image, x + i * 2 * length / 5, middle, x + (i * 2 + 1) * length / 5, middle + line,
                              row->color, 255);
    }
}

static frcnn_status draw(frcnn_image *image, const frcnn_image *view, const frcnn_panel *panel, int text, int line)
{
    const int step = 3 * text / 2, left = text;
    frcnn_stroke_fill(image, 0, 0, image->width, image->height, ground_color, 255);
    FRCNN_TRY(frcnn_text_draw(image, left, step, panel->heading, text, ink_color));
    const size_t row_bytes = (size_t)view->width * 3;
    memcpy(image->pixels + (size_t)(2 * step) * row_bytes, view->pixels, (size_t)view->height * row_bytes);
    int baseline = 2 * step + view->height + step;
    for (int i = 0; i < panel->n_rows; i++, baseline += step) {
        const frcnn_panel_row *row = &panel->rows[i];
        draw_mark(image, row, left, baseline, text, line);
        FRCNN_TRY(frcnn_text_draw(image, left + get_mark_width(row->mark, text), baseline, row->text, text, ink_color));
    }
    return FRCNN_OK;
}

frcnn_status frcnn_panel_compose(frcnn_image **out, const frcnn_image *view, const frcnn_panel *panel, int text,
                                 int line)
{
    frcnn_image *image = NULL;
    text = fit_text(panel, text, view->width);
    const int step = 3 * text / 2;
    FRCNN_TRY(frcnn_image_create(&image, view->height + step * (2 + panel->n_rows) + 3 * text / 4, view->width, NULL));
    const frcnn_status status = draw(image, view, panel, text, line);
    if (status == FRCNN_OK)
        *out = image;
    else
        frcnn_image_destroy(&image);
    return status;
}
