/** Operations on tensors: what a detector is computed from, one by one.
 *
 *      frcnn_tensor *sum = NULL, *activated = NULL;
 *      status = frcnn_tensor_add(&sum, features, bias);                   [N, H, W, C] + [C]
 *      status = frcnn_tensor_relu(&activated, sum);
 *      frcnn_tensor_destroy(&sum);
 *
 *  Every operation makes a new tensor, row-major unless it says so, that the caller owns; inputs may have any strides and
 *  stay as they are. On failure no output is touched. The same input gives the same bytes for every number of threads.
 *  Errors, besides those named: INVALID (a dtype or number of dimensions that the operation does not take), NO_MEMORY.
 */
#ifndef FRCNN_OPS_H
#define FRCNN_OPS_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/** a + b, f32. Shapes are aligned at the last dimension; a dimension of 1, or one that is not there, repeats.
 *  Errors: INVALID (sizes that differ and are not 1). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_add(frcnn_tensor **out, const frcnn_tensor *a,
                                                        const frcnn_tensor *b);

/** @name Activations, f32 of any shape; NaN stays NaN. @{ */

/** max(x, 0) */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_relu(frcnn_tensor **out, const frcnn_tensor *tensor);
/** min(max(x, 0), 6) */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_relu6(frcnn_tensor **out, const frcnn_tensor *tensor);
/** x * min(max(x + 3, 0), 6) / 6 */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_hardswish(frcnn_tensor **out, const frcnn_tensor *tensor);
/** min(max(x + 3, 0), 6) / 6 */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_hardsigmoid(frcnn_tensor **out, const frcnn_tensor *tensor);
/** 1 / (1 + exp(-x)) */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_sigmoid(frcnn_tensor **out, const frcnn_tensor *tensor);
/** @} */

/** exp(x - max) / sum along dim, f32; dim is in [-n, n-1]. A run of -infinity alone gives NaN.
 *  Errors: INVALID (dim, with its range). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_softmax(frcnn_tensor **out, const frcnn_tensor *tensor, int dim);

/** The k largest values along the last dimension, largest first, and where they are: f32 [..., n] -> values f32
 *  [..., k], indices i64 [..., k]. NaN counts as larger than every number, -0 equals 0; of equal values the lower index
 *  comes first. Errors: INVALID (k outside [0, n], n of 2^32 or more). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_topk(frcnn_tensor **values, frcnn_tensor **indices,
                                                         const frcnn_tensor *tensor, int64_t k);

/** start, start + step, … as long as end is not reached: [ceil((end - start) / step)], f32 or i64. f32 values are
 *  computed in double and rounded once. Errors: INVALID (a step of 0 or away from end; values that are not finite, or
 *  for i64 not whole numbers up to 2^53). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_arange(frcnn_tensor **out, frcnn_dtype dtype, double start,
                                                           double end, double step);

typedef enum frcnn_meshgrid_indexing {
    FRCNN_MESHGRID_IJ = 0, /**< a [n0], b [n1] -> [n0, n1]: out_a[i, j] = a[i], out_b[i, j] = b[j] */
    FRCNN_MESHGRID_XY = 1  /**< a [n0], b [n1] -> [n1, n0]: out_a[i, j] = a[j], out_b[i, j] = b[i] */
} frcnn_meshgrid_indexing;

/** The coordinates of every cell of a grid. Both outputs are views of the inputs, of their dtypes, with stride 0 where
 *  values repeat; frcnn_tensor_cast copies them out. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_meshgrid(frcnn_tensor **out_a, frcnn_tensor **out_b,
                                                             const frcnn_tensor *a, const frcnn_tensor *b,
                                                             frcnn_meshgrid_indexing indexing);

typedef struct frcnn_conv2d_options {
    size_t struct_size; /**< set by frcnn_conv2d_options_default */
    int stride;         /**< rows and columns from window to window, 1 or more; default 1 */
    int padding;        /**< rows and columns of zeros around the map, 0 or more; default 0 */
    int dilation;       /**< rows and columns from tap to tap, 1 or more; default 1 */
    int groups;         /**< input and output channels fall into that many groups of their own; default 1 */
} frcnn_conv2d_options;

FRCNN_API void frcnn_conv2d_options_default(frcnn_conv2d_options *options);

/** f32 [N, H, W, C] * weight [O, C / groups, k, k] + bias [O] -> [N, H', W', O]; groups == C == O is a depthwise
 *  convolution. bias NULL: none. options NULL: the defaults. The order of the sums is the backend's, and the same for
 *  every number of threads. Errors: INVALID (shapes that do not fit, an option out of range), BACKEND. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_conv2d(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                           const frcnn_tensor *weight, const frcnn_tensor *bias,
                                                           const frcnn_conv2d_options *options);

/** f32 [..., I] * weight [O, I] + bias [O] -> [..., O]; at least one row. bias NULL: none. Otherwise as conv2d. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_linear(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                           const frcnn_tensor *weight, const frcnn_tensor *bias);

typedef struct frcnn_max_pool2d_options {
    size_t struct_size; /**< set by frcnn_max_pool2d_options_default */
    int kernel;         /**< height and width of the window, 1 or more; default 2 */
    int stride;         /**< rows and columns from window to window, 1 or more; default 2 */
    int padding;        /**< rows and columns around the map that never win; at most half of the window; default 0 */
    int dilation;       /**< rows and columns from tap to tap, 1 or more; default 1 */
    int ceil_mode;      /**< 1: a window that sticks out at the end counts if it starts inside; default 0 */
} frcnn_max_pool2d_options;

FRCNN_API void frcnn_max_pool2d_options_default(frcnn_max_pool2d_options *options);

/** The largest value of each window, f32 [N, H, W, C] -> [N, H', W', C]; a NaN in the window wins. options NULL: the
 *  defaults. Errors: INVALID (an option out of range, a map smaller than the window). Source: PyTorch's MaxPool2d. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_max_pool2d(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                               const frcnn_max_pool2d_options *options);

/** f32 [N, H, W, C] -> [N, out_h, out_w, C]: output row y is input row min(floor(y * (H / out_h)), H - 1) with quotient
 *  and product in f32, columns likewise. Errors: INVALID (a height or width below 1). Source: PyTorch's "nearest". */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_upsample_nearest(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                                     int64_t out_h, int64_t out_w);

#ifdef __cplusplus
}
#endif
#endif
