/** Evenly spaced values, on raw memory. */
#ifndef FRCNN_ARANGE_H
#define FRCNN_ARANGE_H

#include "frcnn/tensor.h"

/** n values of dtype into dst: for arange start + i * step, for linspace from start to end, n of 2 or more. The dtype is
 *  not bool and holds the numbers, but that arange of less than 64 bits takes any that i64 or f32 hold. */
typedef struct frcnn_range {
    void *dst;
    frcnn_dtype dtype;
    int64_t n;
    double start;
    double step; /**< arange only */
    double end;  /**< linspace only */
} frcnn_range;

FRCNN_NODISCARD frcnn_status frcnn_arange_cpu(const frcnn_range *range);
FRCNN_NODISCARD frcnn_status frcnn_linspace_cpu(const frcnn_range *range);

/** Makes values first … last - 1. */
typedef void (*frcnn_range_function)(const frcnn_range *range, int64_t first, int64_t last);
/** Makes all values, shared among threads where they are many. */
void frcnn_range_run(const frcnn_range *range, frcnn_range_function function);

#endif
