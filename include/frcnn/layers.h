/** Layers of a network, on maps in [N, H, W, C]; weights have PyTorch's shapes. See frcnn/ops.h for what all operations share. */
#ifndef FRCNN_LAYERS_H
#define FRCNN_LAYERS_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/random.h"
#include "frcnn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct frcnn_conv2d_options {
    size_t struct_size; /**< set by frcnn_conv2d_options_default */
    int stride_h;       /**< rows from window to window, 1 or more; default 1 */
    int stride_w;       /**< columns, likewise */
    int padding_h;      /**< rows of zeros above the map and as many below, 0 or more; default 0 */
    int padding_w;      /**< columns of zeros left of the map and as many right, likewise */
    int dilation_h;     /**< rows from tap to tap, 1 or more; default 1 */
    int dilation_w;     /**< columns, likewise */
    int groups;         /**< input and output channels fall into that many groups of their own; default 1 */
} frcnn_conv2d_options;

FRCNN_API void frcnn_conv2d_options_default(frcnn_conv2d_options *options);

/** [N, H, W, C] * weight [O, C / groups, kh, kw] + bias [O] -> [N, H', W', O], H' = floor((H + 2 * padding_h -
 *  dilation_h * (kh - 1) - 1) / stride_h) + 1, W' likewise; groups == C == O is a depthwise convolution. All of one dtype:
 *  f32, f64, f16 or bf16, the last two computed in f32. N may be 0. bias NULL: none. options NULL: the defaults. The order
 *  of the sums is the backend's, and the same for every number of threads. Errors: INVALID (shapes that do not fit, an
 *  option out of range, dtypes that differ), BACKEND. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_conv2d(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                           const frcnn_tensor *weight, const frcnn_tensor *bias,
                                                           const frcnn_conv2d_options *options);

/** [..., I] * weight [O, I] + bias [O] -> [..., O]. bias NULL: none. Otherwise as conv2d. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_linear(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                           const frcnn_tensor *weight, const frcnn_tensor *bias);

/** While training, every element becomes 0 with probability p, to 2^-32, and the others are divided by 1 - p: f32, f64,
 *  f16, bf16 of any shape; a NaN stays one, and an infinity that is dropped becomes one. Every dtype where nothing is drawn:
 *  p 0, or is_training 0 (the model is evaluated), hands out a view of the tensor, and integers all become 0 where p is 1.
 *  generator gives one word for each element in row-major order, and may be NULL where nothing is drawn. PyTorch's own
 *  choice of elements depends on how it was built. Errors: INVALID (p not in [0, 1]). Source: PyTorch's Dropout. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_dropout(frcnn_tensor **out, frcnn_generator *generator,
                                                            const frcnn_tensor *tensor, double p, int is_training);

/** Matrices a [..., M, K] * b [..., K, N] -> [..., M, N]; the dimensions in front broadcast, so that one matrix may stand for
 *  a batch of them. A vector a [K] is one row, a vector b [K] one column, and that dimension is not in the result: two
 *  vectors give a scalar. Both of one dtype, any but bool; f16 and bf16 are computed in f32, integers wrap. Sums over no
 *  value are 0. The order of the sums depends on the sizes alone.
 *  Errors: INVALID (a scalar, inner sizes that differ, shapes that do not broadcast, dtypes that differ), BACKEND.
 *  Source: torch.matmul. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_matmul(frcnn_tensor **out, const frcnn_tensor *a,
                                                           const frcnn_tensor *b);

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
