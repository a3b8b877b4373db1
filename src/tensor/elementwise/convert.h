/** Runs of elements between memory, in any dtype and stride, and the three types that are computed in. */
#ifndef FRCNN_CONVERT_H
#define FRCNN_CONVERT_H

#include <stdint.h>

#include "frcnn/tensor.h"

/** What a loop computes in: f32 for f16 and bf16 too, u8 for bool too, i32 for the integers below it. */
typedef enum frcnn_lane {
    FRCNN_LANE_F32,
    FRCNN_LANE_F64,
    FRCNN_LANE_U8,
    FRCNN_LANE_I32,
    FRCNN_LANE_I64,
    FRCNN_N_LANES
} frcnn_lane;

/** The lane that a dtype is computed in. */
frcnn_lane frcnn_lane_find(frcnn_dtype dtype);
/** The dtype that the lane is. */
frcnn_dtype frcnn_lane_get_dtype(frcnn_lane lane);

/** n elements from src on, stride elements apart, need not be aligned, to dst in the lane's type. */
typedef void (*frcnn_load_function)(int64_t n, const void *src, int64_t stride, void *dst);
/** n values of the lane to dst, stride elements apart, need not be aligned. */
typedef void (*frcnn_store_function)(int64_t n, const void *src, void *dst, int64_t stride);

/** A lane loads the dtypes that it holds: integers those of its own size and below, floats all. */
frcnn_load_function frcnn_load_find(frcnn_lane lane, frcnn_dtype dtype);
/** Rounding and ranges as frcnn_tensor_cast says. */
frcnn_store_function frcnn_store_find(frcnn_lane lane, frcnn_dtype dtype);

#endif
