/** Grids of a thread for each of a number of items.
 *
 *      FRCNN_KERNEL(FRCNN_ITEM_THREADS) scale(int64_t n, float factor, float *values)
 *      {
 *          for (int64_t i = frcnn_item_first(); i < n; i += frcnn_item_step()) values[i] *= factor;
 *      }
 *      return FRCNN_LAUNCH(scale, frcnn_item_blocks(n), FRCNN_ITEM_THREADS, 0, stream, n, factor, values);
 */
#ifndef FRCNN_ITEM_GRID_H
#define FRCNN_ITEM_GRID_H

#include "kernel.h"

enum { FRCNN_ITEM_THREADS = 256 };

/** n is 1 or more. Beyond the most blocks a thread takes several items. */
static inline unsigned frcnn_item_blocks(int64_t n)
{
    const int64_t most = 1 << 24;
    const int64_t n_blocks = (n - 1) / FRCNN_ITEM_THREADS + 1;
    return (unsigned)(n_blocks < most ? n_blocks : most);
}

FRCNN_DEVICE int64_t frcnn_item_first(void)
{
    return (int64_t)blockIdx.x * FRCNN_ITEM_THREADS + threadIdx.x;
}

FRCNN_DEVICE int64_t frcnn_item_step(void)
{
    return (int64_t)gridDim.x * FRCNN_ITEM_THREADS;
}

#endif
