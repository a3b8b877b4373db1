/** Max pooling of NHWC maps: its sizes, and the run on raw arrays. */
#ifndef FRCNN_MAX_POOL2D_H
#define FRCNN_MAX_POOL2D_H

#include "frcnn/tensor.h"
#include "tensor/layers/window.h"

/** src [n, y.in, x.in, c] -> dst [n, y.out, x.out, c]. */
typedef struct frcnn_max_pool2d {
    int64_t n, c;
    frcnn_window y, x;
} frcnn_max_pool2d;

/** The same over arrays of any of three dtypes: f32, f64, i64. */
typedef struct frcnn_max_pool2d_run {
    frcnn_max_pool2d pool;
    frcnn_dtype dtype;
    const void *src;
    void *dst;
    int64_t *indices; /**< dst's shape: y * W + x of each maximum in its map; NULL: not wanted */
    int64_t lowest;   /**< i64: what a window without values gives; floats: -infinity */
} frcnn_max_pool2d_run;

/** Sets both windows' out from the rest. Errors: as frcnn_window_set_output. */
FRCNN_NODISCARD frcnn_status frcnn_max_pool2d_get_size(frcnn_max_pool2d *pool, int ceil_mode);

/** Padding never wins, NaN always does. Allocates nothing; parallel over rows. dst must not overlap src. */
void frcnn_max_pool2d_cpu(const frcnn_max_pool2d *pool, const float *src, float *dst);
FRCNN_NODISCARD frcnn_status frcnn_max_pool2d_run_cpu(const frcnn_max_pool2d_run *run);

#endif
