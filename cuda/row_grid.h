/** Grids for maps: along x the threads of one row of outputs, along y and z the rows of all images. */
#ifndef FRCNN_ROW_GRID_H
#define FRCNN_ROW_GRID_H

#include "kernel.h"

/** row_threads and n_rows are above 0. Errors: BACKEND (more than 32 bits count); what begins the message. */
static inline frcnn_status frcnn_row_grid_set(dim3 *grid, const char *what, int64_t row_threads, int block,
                                              int64_t n_rows)
{
    const int64_t max_y = 65535;
    const int64_t y = n_rows < max_y ? n_rows : max_y;
    FRCNN_FAIL_IF(row_threads > INT32_MAX - block || n_rows > INT32_MAX - max_y, FRCNN_ERROR_BACKEND,
                  "%s: %lld rows of %lld threads are more than a GPU's grid has", what, (long long)n_rows,
                  (long long)row_threads);
    *grid = dim3((unsigned)((row_threads + block - 1) / block), (unsigned)y, (unsigned)((n_rows + y - 1) / y));
    return FRCNN_OK;
}

/** This thread's place in its row, and its row; either may lie beyond the last. */
FRCNN_DEVICE int frcnn_row_grid_get_x()
{
    return (int)(blockIdx.x * blockDim.x + threadIdx.x);
}

FRCNN_DEVICE int frcnn_row_grid_get_row()
{
    return (int)(blockIdx.z * gridDim.y + blockIdx.y);
}

#endif
