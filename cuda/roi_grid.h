/** Grids that pool RoIs: along x the RoIs of all images, along y shares of the rows of bins. A bin's channels are lanes,
 *  one access each; a thread makes one lane of a bin at a time. */
#ifndef FRCNN_ROI_GRID_H
#define FRCNN_ROI_GRID_H

#include "kernel.h"

extern "C" {
#include "roi/roi_level.h"
#include "rpn/box_coder_body.h"
}

enum { FRCNN_ROI_GRID_THREADS = 256 };

struct frcnn_roi_grid {
    const float *boxes;    /* [n, n_rows, 4] */
    const int64_t *counts; /* [n] */
    int n_rows;            /* room for RoIs of an image */
    int n_bins;            /* per side */
    int n_lanes;           /* of a bin, and of a pixel of the maps */
};

/** What one thread does of its block's RoI: the lanes begin, begin + blockDim.x, … below end of its bins. */
struct frcnn_roi_share {
    int image;
    const float *roi;
    int is_empty; /* there is no such RoI, or it is not finite: its bins are zeros */
    int begin, end;
    size_t first; /* of the RoI's lanes among those of all */
};

FRCNN_DEVICE frcnn_roi_share frcnn_roi_grid_get_share(const frcnn_roi_grid &grid)
{
    frcnn_roi_share share;
    const int row_lanes = grid.n_bins * grid.n_lanes;
    share.image = (int)blockIdx.x / grid.n_rows;
    share.roi = grid.boxes + (size_t)4 * blockIdx.x;
    share.is_empty = (int)blockIdx.x % grid.n_rows >= grid.counts[share.image] || !frcnn_box_is_finite(share.roi);
    share.begin = (int)(blockIdx.y * grid.n_bins / gridDim.y) * row_lanes + (int)threadIdx.x;
    share.end = (int)((blockIdx.y + 1) * grid.n_bins / gridDim.y) * row_lanes;
    share.first = (size_t)blockIdx.x * grid.n_bins * row_lanes;
    return share;
}

/* Whole warps, so many that they go over a row of bins in full steps, or nearly. */
static inline unsigned frcnn_roi_grid_get_threads(const frcnn_roi_grid *grid)
{
    const int64_t row_lanes = (int64_t)grid->n_bins * grid->n_lanes;
    const int64_t n_steps = (row_lanes + FRCNN_ROI_GRID_THREADS - 1) / FRCNN_ROI_GRID_THREADS;
    return (unsigned)(32 * ((row_lanes + 32 * n_steps - 1) / (32 * n_steps)));
}

/** n_rois are those of all images. The shares are as many as keep a large GPU busy to the end. */
static inline dim3 frcnn_roi_grid_get_blocks(const frcnn_roi_grid *grid, int64_t n_rois)
{
    const int64_t enough = 2048;
    const int64_t n_shares = (enough + n_rois - 1) / n_rois;
    return dim3((unsigned)n_rois, (unsigned)(n_shares < grid->n_bins ? n_shares : grid->n_bins));
}

/** A bin has channels / lane lanes. what begins the message. Errors: BACKEND (RoIs, bins or pixels of a map that 32 bits
 *  don't count). */
static inline frcnn_status frcnn_roi_grid_check(const char *what, int n, int64_t n_rows, int n_bins, int64_t n_lanes,
                                                const frcnn_roi_level *levels, int n_levels)
{
    FRCNN_FAIL_IF(n * n_rows > INT32_MAX, FRCNN_ERROR_BACKEND, "%s: %d times %lld RoIs are more than a GPU's grid has",
                  what, n, (long long)n_rows);
    FRCNN_FAIL_IF((int64_t)n_bins * n_bins * n_lanes > INT32_MAX - FRCNN_ROI_GRID_THREADS, FRCNN_ERROR_BACKEND,
                  "%s: %dx%d bins of %lld lanes are more than a GPU's grid has", what, n_bins, n_bins,
                  (long long)n_lanes);
    for (int i = 0; i < n_levels; i++)
        FRCNN_FAIL_IF((int64_t)levels[i].height * levels[i].width * n_lanes > INT32_MAX, FRCNN_ERROR_BACKEND,
                      "%s: a map of %dx%d pixels of %lld lanes is too large for a GPU", what, levels[i].height,
                      levels[i].width, (long long)n_lanes);
    return FRCNN_OK;
}

#endif
