/** How a tensor of any strides becomes the [repeats, outer, n, inner] that a reduction walks. */
#ifndef FRCNN_REDUCTION_LAYOUT_H
#define FRCNN_REDUCTION_LAYOUT_H

#include <stdint.h>

#include "frcnn/tensor.h"

typedef struct frcnn_reduction_layout {
    int64_t n_repeats, n_outer, n, n_inner;
    int n_walked; /**< dimensions of the input, in the order in which it is walked, those of 1 left out */
    int64_t walked_shape[FRCNN_MAX_DIMS], walked_strides[FRCNN_MAX_DIMS];
    int n_out; /**< dimensions of the result, and their strides in [outer, inner] */
    int64_t out_shape[FRCNN_MAX_DIMS], out_strides[FRCNN_MAX_DIMS];
} frcnn_reduction_layout;

/** dims has n_dims values in [-n, n-1], n_dims 0 stands for all dimensions; a scalar counts as [1]. The dimensions are
 *  walked in the order in which they lie in memory where that has reduced ones in two places at most, so that a dense tensor
 *  needs no copy however it is permuted; with is_ordered they stay in their own order, and dims must be one or all.
 *  what begins messages. Errors: INVALID (dims out of range or twice). */
FRCNN_NODISCARD frcnn_status frcnn_reduction_layout_resolve(frcnn_reduction_layout *out, const char *what,
                                                            const frcnn_tensor *tensor, const int *dims, int n_dims,
                                                            int keep_dims, int is_ordered);

/** The tensor as the layout walks it: row-major, of dtype. The caller owns *out. */
FRCNN_NODISCARD frcnn_status frcnn_reduction_layout_open(frcnn_tensor **out, const frcnn_reduction_layout *layout,
                                                         const frcnn_tensor *tensor, frcnn_dtype dtype);

/** [outer, inner] results as the tensor that the caller of the operation is given, of dtype. The caller owns *out. */
FRCNN_NODISCARD frcnn_status frcnn_reduction_layout_close(frcnn_tensor **out, const frcnn_reduction_layout *layout,
                                                          const frcnn_tensor *results, frcnn_dtype dtype);

#endif
