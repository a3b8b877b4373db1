#include "roi/roi_pool.h"

#include <assert.h>
#include <float.h>
#include <string.h>

#include "roi/level_mapper_body.h"
#include "roi/roi_pool_body.h"
#include "rpn/box_coder_body.h"
#include "tensor/parallel.h"

/** best [n] = the maxima of itself and values [n]. */
FRCNN_SIMD void frcnn_roi_pool_keep_row(const float *restrict values, int64_t n, float *restrict best)
{
    for (int64_t i = 0; i < n; i++) best[i] = frcnn_roi_pool_keep(best[i], values[i]);
}

/** dst [channels] = one bin. */
static void pool_bin(const frcnn_roi_level *level, int64_t channels, frcnn_roi_pool_span rows,
                     frcnn_roi_pool_span columns, float *dst)
{
    const int is_empty = rows.end <= rows.begin || columns.end <= columns.begin;
    for (int64_t i = 0; i < channels; i++) dst[i] = is_empty ? 0.0f : -FLT_MAX;
    for (int32_t y = rows.begin; y < rows.end; y++)
        for (int32_t x = columns.begin; x < columns.end; x++)
            frcnn_roi_pool_keep_row(level->map + ((int64_t)y * level->width + x) * channels, channels, dst);
}

/** dst [P, P, channels] = one RoI. */
static void pool_roi(const frcnn_roi_pool *p, const float *roi, float *dst)
{
    const int n_bins = p->output_size;
    if (!frcnn_box_is_finite(roi)) {
        memset(dst, 0, (size_t)n_bins * (size_t)n_bins * (size_t)p->channels * sizeof *dst);
        return;
    }
    const frcnn_roi_level *level =
        &p->levels[frcnn_roi_get_level(roi, p->level_rule, p->k_min, p->k_min + p->n_levels - 1) - p->k_min];
    const frcnn_roi_pool_axis y = frcnn_roi_pool_get_axis(roi[1], roi[3], level->scale, level->height, n_bins);
    const frcnn_roi_pool_axis x = frcnn_roi_pool_get_axis(roi[0], roi[2], level->scale, level->width, n_bins);
    for (int bin_y = 0; bin_y < n_bins; bin_y++) {
        const frcnn_roi_pool_span rows = frcnn_roi_pool_get_span(y, bin_y);
        for (int bin_x = 0; bin_x < n_bins; bin_x++)
            pool_bin(level, p->channels, rows, frcnn_roi_pool_get_span(x, bin_x),
                     dst + ((int64_t)bin_y * n_bins + bin_x) * p->channels);
    }
}

void frcnn_roi_pool_cpu(const frcnn_roi_pool *p, const float *rois, int64_t n, float *dst)
{
    assert(p->n_levels >= 1 && p->n_levels <= (int)(sizeof p->levels / sizeof p->levels[0]));
    const int64_t roi_floats = (int64_t)p->output_size * p->output_size * p->channels;
    FRCNN_PARALLEL_FOR
    for (int64_t i = 0; i < n; i++) pool_roi(p, rois + 4 * i, dst + i * roi_floats);
}
