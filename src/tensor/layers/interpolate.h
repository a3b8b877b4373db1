/** Resampling of NHWC maps by tables of taps, on raw arrays. Where a side's taps lie and what they weigh is set once for
 *  the side; the loops only read. */
#ifndef FRCNN_INTERPOLATE_H
#define FRCNN_INTERPOLATE_H

#include "frcnn/layers.h"

/** How one side of in values becomes one of out: output i is the sum of size[i] values from first[i] on, each times its
 *  weight, weights[i * max_size …]. */
typedef struct frcnn_resample_side {
    int64_t in, out, max_size;
    int64_t *first, *size; /**< [out] */
    double *weights;       /**< [out, max_size]; nearest: NULL */
    int precision;         /**< u8: weights are whole numbers of 2^-precision */
} frcnn_resample_side;

/** How many values of the input one of the output covers. */
typedef struct frcnn_resample_options {
    double scale; /**< out / in as the caller gave it; 0: in / out is the ratio */
    int align_corners, antialias;
} frcnn_resample_options;

/** Sets the tables from in and out; the caller frees `first`, which holds all. dtype is what is resampled: u8, f32 or f64,
 *  whose arithmetic the weights are made in. Errors: INVALID (more taps than memory can address), NO_MEMORY.
 *  Source: PyTorch's "nearest" and "bilinear". */
FRCNN_NODISCARD frcnn_status frcnn_resample_side_set_nearest(frcnn_resample_side *side, double scale);
FRCNN_NODISCARD frcnn_status frcnn_resample_side_set_linear(frcnn_resample_side *side, frcnn_dtype dtype,
                                                            const frcnn_resample_options *options);

/** src [n, y.in, x.in, c] -> dst [n, y.out, x.out, c]. */
typedef struct frcnn_interpolate_run {
    int64_t n, c;
    frcnn_resample_side y, x;
    frcnn_dtype dtype; /**< linear: u8, f32 or f64; nearest: any */
    const void *src;
    void *dst;
} frcnn_interpolate_run;

/** Copies the values that first names. Parallel over rows. Errors: none. */
FRCNN_NODISCARD frcnn_status frcnn_interpolate_nearest_cpu(const frcnn_interpolate_run *run);
/** Columns first, then rows; u8 is rounded after each, and a side of the same length is left as it is. Parallel over
 *  rows. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_interpolate_linear_cpu(const frcnn_interpolate_run *run);

#endif
