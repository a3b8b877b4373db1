#include "image/resize_rules.h"
#include "tensor/parallel.h"
#include "tensor/workspace.h"

/* Going down a tile, rows that lie between the same two source rows share their samples. */
enum { TILE_FLOATS = FRCNN_TILE_COLUMNS * 3 };

/** What all tiles share. */
typedef struct tables {
    frcnn_byte_levels *levels;
    frcnn_resize_tap *rows;  /**< [height] */
    int64_t *left, *right;   /**< [width]: a column's source samples, in bytes from the row's start */
    float *w_left, *w_right; /**< [width, 3]: their weights, once per channel */
} tables;

static size_t tables_layout(tables *t, int height, int width, void *memory)
{
    frcnn_workspace w = {memory, 0};
    t->levels = frcnn_workspace_take(&w, 1, sizeof *t->levels);
    t->rows = frcnn_workspace_take(&w, height, sizeof *t->rows);
    t->left = frcnn_workspace_take(&w, width, sizeof *t->left);
    t->right = frcnn_workspace_take(&w, width, sizeof *t->right);
    t->w_left = frcnn_workspace_take(&w, (int64_t)3 * width, sizeof *t->w_left);
    t->w_right = frcnn_workspace_take(&w, (int64_t)3 * width, sizeof *t->w_right);
    return w.bytes;
}

size_t frcnn_resize_float_get_workspace(int height, int width)
{
    tables t;
    return tables_layout(&t, height, width, NULL);
}

static void tables_fill(tables *t, const frcnn_resize_normalize *p)
{
    frcnn_byte_levels_fill(t->levels, p);
    for (int y = 0; y < p->height; y++)
        t->rows[y] = frcnn_resize_get_tap(p->rule, p->scale, y, p->src_height, p->height);
    for (int x = 0; x < p->width; x++) {
        const frcnn_resize_tap tap = frcnn_resize_get_tap(p->rule, p->scale, x, p->src_width, p->width);
        t->left[x] = (int64_t)3 * tap.i0;
        t->right[x] = (int64_t)3 * tap.i1;
        for (int c = 0; c < 3; c++) {
            t->w_left[3 * x + c] = tap.w0;
            t->w_right[3 * x + c] = tap.w1;
        }
    }
}

/** The normalised samples left and right of n columns from column x, [n, 3] each, out of one source row. */
static void read_samples(const tables *t, const uint8_t *row, int x, int n, float *left, float *right)
{
    const uint8_t *first = row + t->levels->first_channel;
    const int step = t->levels->next_channel;
    for (int i = 0; i < n; i++) {
        const uint8_t *l = first + t->left[x + i];
        const uint8_t *r = first + t->right[x + i];
        for (int c = 0; c < 3; c++) {
            left[3 * i + c] = t->levels->values[c][l[c * step]];
            right[3 * i + c] = t->levels->values[c][r[c * step]];
        }
    }
}

/** n output floats from the samples round them. */
FRCNN_SIMD void frcnn_resize_blend_row(float h0, float h1, const float *w_left, const float *w_right,
                                       const float *restrict upper_left, const float *restrict upper_right,
                                       const float *restrict lower_left, const float *restrict lower_right, int n,
                                       float *restrict dst)
{
    for (int i = 0; i < n; i++)
        dst[i] = frcnn_resize_blend(h0, h1, w_left[i], w_right[i], upper_left[i], upper_right[i], lower_left[i],
                                    lower_right[i]);
}

static void resize_tile(const frcnn_resize_normalize *p, const tables *t, const uint8_t *rgb, int y_begin, int x,
                        float *dst)
{
    float samples[4][TILE_FLOATS];
    float *upper[2] = {samples[0], samples[1]};
    float *lower[2] = {samples[2], samples[3]};
    int32_t upper_row = -1, lower_row = -1;
    const size_t row_bytes = (size_t)p->src_width * 3;
    const size_t dst_row = (size_t)p->padded_width * 3;
    const int n = p->width - x < FRCNN_TILE_COLUMNS ? p->width - x : FRCNN_TILE_COLUMNS;
    const int y_end = p->height - y_begin < FRCNN_TILE_ROWS ? p->height : y_begin + FRCNN_TILE_ROWS;
    for (int y = y_begin; y < y_end; y++) {
        const frcnn_resize_tap tap = t->rows[y];
        if (tap.i0 != upper_row && tap.i0 == lower_row) {
            for (int i = 0; i < 2; i++) {
                float *swapped = upper[i];
                upper[i] = lower[i];
                lower[i] = swapped;
            }
            const int32_t swapped_row = upper_row;
            upper_row = lower_row;
            lower_row = swapped_row;
        }
        if (tap.i0 != upper_row) {
            read_samples(t, rgb + (size_t)tap.i0 * row_bytes, x, n, upper[0], upper[1]);
            upper_row = tap.i0;
        }
        if (tap.i1 != lower_row) {
            read_samples(t, rgb + (size_t)tap.i1 * row_bytes, x, n, lower[0], lower[1]);
            lower_row = tap.i1;
        }
        frcnn_resize_blend_row(tap.w0, tap.w1, t->w_left + 3 * x, t->w_right + 3 * x, upper[0], upper[1], lower[0],
                               lower[1], 3 * n, dst + (size_t)y * dst_row + (size_t)x * 3);
    }
}

void frcnn_resize_float_cpu(const frcnn_resize_normalize *p, const uint8_t *rgb, void *workspace, float *dst)
{
    tables t;
    tables_layout(&t, p->height, p->width, workspace);
    tables_fill(&t, p);
    FRCNN_PARALLEL_FOR
    for (int y = 0; y < p->height; y += FRCNN_TILE_ROWS)
        for (int x = 0; x < p->width; x += FRCNN_TILE_COLUMNS) resize_tile(p, &t, rgb, y, x, dst);
}
