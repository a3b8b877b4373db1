/** Average pooling of NHWC maps, on raw arrays. */
#ifndef FRCNN_AVG_POOL2D_H
#define FRCNN_AVG_POOL2D_H

#include "frcnn/tensor.h"
#include "tensor/layers/window.h"

/** What a window's sum is divided by. */
typedef enum frcnn_avg_divisor {
    FRCNN_AVG_BY_WINDOW, /**< the positions of the window, those in the padding too */
    FRCNN_AVG_BY_INSIDE, /**< the positions inside the map */
    FRCNN_AVG_BY_SIDES,  /**< its height, then its width: adaptive pooling */
    FRCNN_AVG_BY_NUMBER
} frcnn_avg_divisor;

/** [n, y.in, x.in, c] -> [n, y.out, x.out, c]. */
typedef struct frcnn_avg_pool2d {
    int64_t n, c;
    frcnn_window y, x;
    frcnn_avg_divisor by;
    int64_t number; /**< of FRCNN_AVG_BY_NUMBER; not 0 */
} frcnn_avg_pool2d;

typedef struct frcnn_avg_pool2d_run {
    frcnn_avg_pool2d pool;
    frcnn_dtype dtype; /**< of src and dst: f32, f64, i64 (divides toward zero) */
    const void *src;
    void *dst;
} frcnn_avg_pool2d_run;

/** Sums go row by row from the upper left. Parallel over rows. Errors: none. */
FRCNN_NODISCARD frcnn_status frcnn_avg_pool2d_run_cpu(const frcnn_avg_pool2d_run *run);

/** The mean of a whole map, f32 or f64 [n, h * w, c] -> [n, c], fours summed in f64 in an order that depends on the shape alone.
 *  Errors: NO_MEMORY. */
typedef struct frcnn_map_mean_run {
    int64_t n, hw, c;
    frcnn_dtype dtype;
    const void *src;
    void *dst;
} frcnn_map_mean_run;
FRCNN_NODISCARD frcnn_status frcnn_map_mean_cpu(const frcnn_map_mean_run *run);

#endif
