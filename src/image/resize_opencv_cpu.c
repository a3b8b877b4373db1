#include "image/resize_opencv_body.h"
#include "image/resize_rules.h"
#include "tensor/parallel.h"
#include "tensor/workspace.h"

enum { TILE_VALUES = FRCNN_TILE_COLUMNS * 3 };

/** What all tiles share. */
typedef struct tables {
    frcnn_opencv_tap *rows, *columns; /**< [height], [width] */
    frcnn_byte_levels *levels;
} tables;

/** Two source rows that follow each other, weighted along x: one of an even number and one of an odd. */
typedef struct row_pair {
    int32_t row[2]; /**< -1: none */
    int32_t sums[2][TILE_VALUES];
} row_pair;

static size_t layout_tables(tables *t, int height, int width, void *memory)
{
    frcnn_workspace w = {memory, 0};
    t->rows = frcnn_workspace_take(&w, height, sizeof *t->rows);
    t->columns = frcnn_workspace_take(&w, width, sizeof *t->columns);
    t->levels = frcnn_workspace_take(&w, 1, sizeof *t->levels);
    return w.bytes;
}

size_t frcnn_resize_opencv_get_workspace(int height, int width)
{
    tables t;
    return layout_tables(&t, height, width, NULL);
}

/* The sums [n, 3] of a source row from the output's column x. */
static const int32_t *weigh_columns(row_pair *pair, const tables *t, const uint8_t *rgb, size_t row_bytes, int32_t row,
                                    int x, int n)
{
    const int slot = row % 2;
    int32_t *sums = pair->sums[slot];
    if (pair->row[slot] == row) return sums;
    const uint8_t *bytes = rgb + (size_t)row * row_bytes;
    for (int i = 0; i < n; i++) {
        const frcnn_opencv_tap tap = t->columns[x + i];
        const uint8_t *left = bytes + 3 * (size_t)tap.i0, *right = bytes + 3 * (size_t)tap.i1;
        for (int c = 0; c < 3; c++) sums[3 * i + c] = left[c] * tap.w0 + right[c] * tap.w1;
    }
    pair->row[slot] = row;
    return sums;
}

FRCNN_SIMD void frcnn_opencv_blend_row(const int32_t *upper, const int32_t *lower, int32_t w0, int32_t w1, int n,
                                       uint8_t *restrict pixels)
{
    for (int i = 0; i < n; i++) pixels[i] = frcnn_opencv_blend(upper[i], lower[i], w0, w1);
}

static void resize_tile(const frcnn_resize_normalize *p, const tables *t, const uint8_t *rgb, int y_begin, int x,
                        float *dst)
{
    const size_t row_bytes = (size_t)p->src_width * 3;
    const int n = p->width - x < FRCNN_TILE_COLUMNS ? p->width - x : FRCNN_TILE_COLUMNS;
    const int y_end = p->height - y_begin < FRCNN_TILE_ROWS ? p->height : y_begin + FRCNN_TILE_ROWS;
    row_pair pair;
    pair.row[0] = pair.row[1] = -1;
    for (int y = y_begin; y < y_end; y++) {
        const frcnn_opencv_tap tap = t->rows[y];
        uint8_t pixels[TILE_VALUES];
        const int32_t *upper = weigh_columns(&pair, t, rgb, row_bytes, tap.i0, x, n);
        const int32_t *lower = weigh_columns(&pair, t, rgb, row_bytes, tap.i1, x, n);
        frcnn_opencv_blend_row(upper, lower, tap.w0, tap.w1, 3 * n, pixels);
        frcnn_byte_levels_write(t->levels, pixels, n, dst + ((size_t)y * (size_t)p->padded_width + (size_t)x) * 3);
    }
}

void frcnn_resize_opencv_cpu(const frcnn_resize_normalize *p, const uint8_t *rgb, void *workspace, float *dst)
{
    tables t;
    layout_tables(&t, p->height, p->width, workspace);
    for (int y = 0; y < p->height; y++) t.rows[y] = frcnn_opencv_get_tap(y, p->src_height, p->height, 0);
    for (int x = 0; x < p->width; x++) t.columns[x] = frcnn_opencv_get_tap(x, p->src_width, p->width, 1);
    frcnn_byte_levels_fill(t.levels, p);
    FRCNN_PARALLEL_FOR
    for (int y = 0; y < p->height; y += FRCNN_TILE_ROWS)
        for (int x = 0; x < p->width; x += FRCNN_TILE_COLUMNS) resize_tile(p, &t, rgb, y, x, dst);
}
