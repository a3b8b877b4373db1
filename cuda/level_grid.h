/** Grids over all lists of a batch: along x the blocks of one level behind those of another, along y the images. */
#ifndef FRCNN_LEVEL_GRID_H
#define FRCNN_LEVEL_GRID_H

#include "kernel.h"

extern "C" {
#include "segments.h"
}

typedef struct frcnn_level_grid {
    int n_levels;
    unsigned end[FRCNN_MAX_LEVELS]; /**< the blocks of a level and of those before it */
} frcnn_level_grid;

/** n_blocks is of the next level. */
static inline void frcnn_level_grid_append(frcnn_level_grid *grid, int64_t n_blocks)
{
    const unsigned before = grid->n_levels > 0 ? grid->end[grid->n_levels - 1] : 0;
    grid->end[grid->n_levels++] = before + (unsigned)n_blocks;
}

/** Blocks of per_block elements each. */
static inline frcnn_level_grid frcnn_level_grid_make(const frcnn_segments *segments, int64_t per_block)
{
    frcnn_level_grid grid = {};
    for (int level = 0; level < segments->n_levels; level++)
        frcnn_level_grid_append(&grid, (segments->n[level] + per_block - 1) / per_block);
    return grid;
}

static inline unsigned frcnn_level_grid_get_n_blocks(const frcnn_level_grid *grid)
{
    return grid->end[grid->n_levels - 1];
}

/** The level of this thread's block; which of the level's blocks it is goes to *block, and how many there are to *n_blocks. */
FRCNN_DEVICE int frcnn_level_grid_find(const frcnn_level_grid &grid, unsigned *block, unsigned *n_blocks)
{
    int level = 0;
    while (blockIdx.x >= grid.end[level]) level++;
    const unsigned begin = level > 0 ? grid.end[level - 1] : 0;
    *block = blockIdx.x - begin;
    *n_blocks = grid.end[level] - begin;
    return level;
}

#endif
