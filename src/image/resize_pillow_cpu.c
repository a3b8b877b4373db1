#include "image/resize_pillow_body.h"
#include "image/resize_rules.h"
#include "tensor/parallel.h"
#include "tensor/workspace.h"

/* Rows of a tile that were weighted along x are kept for the next rows that need them. */
enum { MAX_SIDE = 65535, TILE_BYTES = FRCNN_TILE_COLUMNS * 3, N_KEPT = 64, HALF = 1 << (FRCNN_PILLOW_BITS - 1) };

/** The taps of every row, or column. */
typedef struct axis {
    int32_t *first, *n; /**< [size] */
    int32_t *weights;   /**< of all of them, one after the other */
    int64_t *offsets;   /**< [size]: where each one's weights begin */
} axis;

/** What all tiles share. */
typedef struct tables {
    axis rows, columns;
    frcnn_byte_levels *levels;
} tables;

typedef struct kept_rows {
    int32_t row[N_KEPT]; /**< -1: none */
    uint8_t bytes[N_KEPT][TILE_BYTES];
} kept_rows;

/* An output pixel has at most twice the scale and one more tap, or three when growing: together less than this. */
static void layout_axis(axis *a, int size, frcnn_workspace *w)
{
    a->first = frcnn_workspace_take(w, size, sizeof *a->first);
    a->n = frcnn_workspace_take(w, size, sizeof *a->n);
    a->offsets = frcnn_workspace_take(w, size, sizeof *a->offsets);
    a->weights = frcnn_workspace_take(w, 2 * (int64_t)MAX_SIDE + 3 * (int64_t)size, sizeof *a->weights);
}

static size_t layout_tables(tables *t, int height, int width, void *memory)
{
    frcnn_workspace w = {memory, 0};
    layout_axis(&t->rows, height, &w);
    layout_axis(&t->columns, width, &w);
    t->levels = frcnn_workspace_take(&w, 1, sizeof *t->levels);
    return w.bytes;
}

size_t frcnn_resize_pillow_get_workspace(int height, int width)
{
    tables t;
    return layout_tables(&t, height, width, NULL);
}

static void fill_axis(axis *a, int src_size, int size)
{
    int64_t offset = 0;
    for (int i = 0; i < size; i++) {
        const frcnn_pillow_taps taps = frcnn_pillow_get_taps(i, src_size, size);
        a->first[i] = taps.first;
        a->n[i] = taps.n;
        a->offsets[i] = offset;
        for (int32_t k = 0; k < taps.n; k++) a->weights[offset++] = frcnn_pillow_get_weight(&taps, k);
    }
}

/* out [n, 3] from column x of one source row. */
static void weigh_columns(const axis *columns, const uint8_t *row, int x, int n, uint8_t *out)
{
    for (int i = 0; i < n; i++) {
        const uint8_t *bytes = row + 3 * (size_t)columns->first[x + i];
        const int32_t *weights = columns->weights + columns->offsets[x + i];
        int32_t r = HALF, g = HALF, b = HALF;
        for (int32_t k = 0; k < columns->n[x + i]; k++) {
            r += bytes[3 * k] * weights[k];
            g += bytes[3 * k + 1] * weights[k];
            b += bytes[3 * k + 2] * weights[k];
        }
        out[3 * i] = frcnn_pillow_round(r);
        out[3 * i + 1] = frcnn_pillow_round(g);
        out[3 * i + 2] = frcnn_pillow_round(b);
    }
}

FRCNN_SIMD void frcnn_pillow_add_row(const uint8_t *restrict bytes, int32_t weight, int n, int32_t *restrict sums)
{
    for (int i = 0; i < n; i++) sums[i] += bytes[i] * weight;
}

static void resize_tile(const frcnn_resize_normalize *p, const tables *t, const uint8_t *rgb, int y_begin, int x,
                        float *dst)
{
    const int n = p->width - x < FRCNN_TILE_COLUMNS ? p->width - x : FRCNN_TILE_COLUMNS;
    const int y_end = p->height - y_begin < FRCNN_TILE_ROWS ? p->height : y_begin + FRCNN_TILE_ROWS;
    kept_rows kept;
    for (int i = 0; i < N_KEPT; i++) kept.row[i] = -1;
    for (int y = y_begin; y < y_end; y++) {
        const int32_t *weights = t->rows.weights + t->rows.offsets[y];
        int32_t sums[TILE_BYTES];
        uint8_t pixels[TILE_BYTES];
        for (int i = 0; i < 3 * n; i++) sums[i] = HALF;
        for (int32_t k = 0; k < t->rows.n[y]; k++) {
            const int32_t row = t->rows.first[y] + k;
            uint8_t *bytes = kept.bytes[row % N_KEPT];
            if (kept.row[row % N_KEPT] != row) {
                weigh_columns(&t->columns, rgb + (size_t)row * (size_t)p->src_width * 3, x, n, bytes);
                kept.row[row % N_KEPT] = row;
            }
            frcnn_pillow_add_row(bytes, weights[k], 3 * n, sums);
        }
        for (int i = 0; i < 3 * n; i++) pixels[i] = frcnn_pillow_round(sums[i]);
        frcnn_byte_levels_write(t->levels, pixels, n, dst + ((size_t)y * (size_t)p->padded_width + (size_t)x) * 3);
    }
}

/* Of the few images that are much taller before than after: pixel by pixel. */
static void resize_rows_first(const frcnn_resize_normalize *p, const tables *t, const uint8_t *rgb, float *dst)
{
    FRCNN_PARALLEL_FOR
    for (int y = 0; y < p->height; y++)
        for (int x = 0; x < p->width; x++) {
            uint8_t pixel[3];
            frcnn_pillow_make_pixel(rgb, p->src_height, p->src_width, p->height, p->width, y, x, pixel);
            frcnn_byte_levels_write(t->levels, pixel, 1, dst + ((size_t)y * (size_t)p->padded_width + (size_t)x) * 3);
        }
}

void frcnn_resize_pillow_cpu(const frcnn_resize_normalize *p, const uint8_t *rgb, void *workspace, float *dst)
{
    tables t;
    layout_tables(&t, p->height, p->width, workspace);
    frcnn_byte_levels_fill(t.levels, p);
    if (frcnn_pillow_is_vertical_first(p->src_height, p->src_width, p->height, p->width)) {
        resize_rows_first(p, &t, rgb, dst);
        return;
    }
    fill_axis(&t.rows, p->src_height, p->height);
    fill_axis(&t.columns, p->src_width, p->width);
    FRCNN_PARALLEL_FOR
    for (int y = 0; y < p->height; y += FRCNN_TILE_ROWS)
        for (int x = 0; x < p->width; x += FRCNN_TILE_COLUMNS) resize_tile(p, &t, rgb, y, x, dst);
}
