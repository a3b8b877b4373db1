/** Batch norm with given statistics, on raw arrays. */
#ifndef FRCNN_BATCH_NORM_H
#define FRCNN_BATCH_NORM_H

#include "frcnn/tensor.h"

/** src [n, c] -> dst [n, c]; dtype is f32 or f64, that of all. */
typedef struct frcnn_batch_norm_run {
    int64_t n, c;
    frcnn_dtype dtype;
    double eps;
    const void *src, *mean, *variance;
    const void *weight, *bias; /**< NULL: 1, 0 */
    void *dst;
} frcnn_batch_norm_run;

/** Parallel over stretches. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_batch_norm_cpu(const frcnn_batch_norm_run *run);

#endif
