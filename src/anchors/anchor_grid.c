#include "anchors/anchor_grid.h"

#include "anchors/anchor_grid_body.h"
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/parallel.h"

/* Anchors of one map; their coordinates can be addressed. */
static frcnn_status count_anchors(int64_t *out, int n_base, int grid_h, int grid_w)
{
    int64_t n = 0;
    int64_t bytes = 0;
    FRCNN_FAIL_IF(grid_h < 1 || grid_w < 1 || n_base < 1, FRCNN_ERROR_INVALID,
                  "anchors: expected a map of 1x1 or more and 1 or more anchors in a cell, found %dx%d and %d", grid_h,
                  grid_w, n_base);
    FRCNN_FAIL_IF(!frcnn_mul_int64((int64_t)grid_h * grid_w, n_base, &n) ||
                      !frcnn_mul_int64(n, 4 * (int64_t)sizeof(float), &bytes),
                  FRCNN_ERROR_INVALID, "anchors: %dx%d cells of %d are more than memory can address", grid_h, grid_w,
                  n_base);
    *out = n;
    return FRCNN_OK;
}

frcnn_status frcnn_anchor_grid(float *out, const float *base, int n_base, int grid_h, int grid_w, int stride_y,
                               int stride_x)
{
    int64_t n = 0;
    FRCNN_TRY(count_anchors(&n, n_base, grid_h, grid_w));
    FRCNN_FAIL_IF(stride_y < 1 || stride_x < 1, FRCNN_ERROR_INVALID,
                  "anchors: expected strides of 1 or more, found %d and %d", stride_y, stride_x);
    FRCNN_PARALLEL_FOR
    for (int64_t i = 0; i < n; i++) frcnn_anchor_at(base, n_base, grid_w, stride_y, stride_x, i, out + 4 * i);
    return FRCNN_OK;
}

frcnn_status frcnn_anchor_levels_count(int64_t *out, const frcnn_anchor_level *levels, int n_levels)
{
    int64_t sum = 0;
    for (int i = 0; i < n_levels; i++) {
        int64_t n = 0;
        FRCNN_TRY(count_anchors(&n, levels[i].n_base, levels[i].grid_h, levels[i].grid_w));
        FRCNN_FAIL_IF(!frcnn_add_int64(sum, n, &sum) || sum > INT64_MAX / (4 * (int64_t)sizeof(float)),
                      FRCNN_ERROR_INVALID, "anchors: %d levels have more anchors than memory can address", n_levels);
    }
    *out = sum;
    return FRCNN_OK;
}

frcnn_status frcnn_anchor_levels_fill(float *out, const frcnn_anchor_level *levels, int n_levels, int padded_h,
                                      int padded_w)
{
    for (int i = 0; i < n_levels; i++) {
        const frcnn_anchor_level *level = &levels[i];
        int64_t n = 0;
        FRCNN_TRY(count_anchors(&n, level->n_base, level->grid_h, level->grid_w));
        FRCNN_FAIL_IF(level->grid_h > padded_h || level->grid_w > padded_w, FRCNN_ERROR_INVALID,
                      "anchors: expected level %d inside an image of %dx%d, found a map of %dx%d", i, padded_h,
                      padded_w, level->grid_h, level->grid_w);
        FRCNN_TRY(frcnn_anchor_grid(out, level->base, level->n_base, level->grid_h, level->grid_w,
                                    padded_h / level->grid_h, padded_w / level->grid_w));
        out += 4 * n;
    }
    return FRCNN_OK;
}
