/** Layers of a network, on maps in [N, H, W, C]; weights have PyTorch's shapes. See frcnn/ops.h for what all operations
 *  share.
 *
 *      frcnn_conv2d_options options;
 *      frcnn_conv2d_options_default(&options);
 *      options.padding_h = options.padding_w = 1;
 *      status = frcnn_tensor_conv2d(&out, map, weight, bias, &options);      [1, 50, 68, 256] -> [1, 50, 68, 256]
 */
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
    size_t struct_size;         /**< set by frcnn_max_pool2d_options_default */
    int kernel_h, kernel_w;     /**< the window, each 1 or more; default 2 */
    int stride_h, stride_w;     /**< rows and columns from window to window; default 0: those of the kernel */
    int padding_h, padding_w;   /**< rows and columns around the map that never win; at most half a kernel; default 0 */
    int dilation_h, dilation_w; /**< rows and columns from tap to tap, 1 or more; default 1 */
    int ceil_mode;              /**< 1: a window that sticks out at the end counts if it starts inside; default 0 */
} frcnn_max_pool2d_options;

FRCNN_API void frcnn_max_pool2d_options_default(frcnn_max_pool2d_options *options);

/** The largest value of each window, [N, H, W, C] -> [N, H', W', C], any dtype but bool; a NaN in the window wins. With
 *  indices not NULL also where it is: i64 [N, H', W', C], y * W + x in the map; of equal values the first, of several
 *  NaN the last. options NULL: the defaults. Errors: INVALID (an option out of range, a map smaller than the window, no
 *  pixels or channels). Source: PyTorch's max_pool2d. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_max_pool2d(frcnn_tensor **out, frcnn_tensor **indices,
                                                               const frcnn_tensor *tensor,
                                                               const frcnn_max_pool2d_options *options);

typedef struct frcnn_avg_pool2d_options {
    size_t struct_size;       /**< set by frcnn_avg_pool2d_options_default */
    int kernel_h, kernel_w;   /**< the window, each 1 or more; default 2 */
    int stride_h, stride_w;   /**< rows and columns from window to window; default 0: those of the kernel */
    int padding_h, padding_w; /**< rows and columns of zeros around the map; at most half a kernel; default 0 */
    int ceil_mode;            /**< 1: a window that sticks out at the end counts if it starts inside; default 0 */
    int count_include_pad;    /**< 1: sums are divided by the window with its padding, 0: without; default 1 */
    int64_t divisor_override; /**< what sums are divided by instead; default 0: the window */
} frcnn_avg_pool2d_options;

FRCNN_API void frcnn_avg_pool2d_options_default(frcnn_avg_pool2d_options *options);

/** The mean of each window, [N, H, W, C] -> [N, H', W', C], floats (16-bit ones are summed in f32) or i64 (divided toward
 *  zero). Sums go row by row, so that they have PyTorch's bits. options NULL: the defaults. Errors: as max_pool2d.
 *  Source: PyTorch's avg_pool2d. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_avg_pool2d(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                               const frcnn_avg_pool2d_options *options);

/** The mean of each of out_h x out_w bins, floats [N, H, W, C] -> [N, out_h, out_w, C]. Bin i of a side covers positions
 *  floor(i * in / out) to ceil((i + 1) * in / out) - 1. -1 keeps the input's height or width. A 1 x 1 output is the mean of
 *  the map, fours of which are summed in f64. Errors: INVALID (sizes below -1, no pixels or channels). Source: PyTorch's
 *  adaptive_avg_pool2d. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_adaptive_avg_pool2d(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                                        int64_t out_h, int64_t out_w);

/** The largest value of each bin, and with indices not NULL where it is, as max_pool2d; bins and errors as
 *  adaptive_avg_pool2d. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_adaptive_max_pool2d(frcnn_tensor **out, frcnn_tensor **indices,
                                                                        const frcnn_tensor *tensor, int64_t out_h,
                                                                        int64_t out_w);

/** (x - running_mean) / sqrt(running_var + eps) * weight + bias by channel, floats [..., C] of 2 dimensions or more; the
 *  parameters are [C] in the tensor's dtype, or all in f32 beside a 16-bit tensor. weight NULL: 1; bias NULL: 0. Computed
 *  as fma(x, alpha, beta) with alpha = weight / sqrt(running_var + eps), beta = fma(-running_mean, alpha, bias): PyTorch's
 *  bits. Errors: INVALID (shapes and dtypes that do not fit, eps below 0). Source: PyTorch's
 *  batch_norm. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_batch_norm(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                               const frcnn_tensor *running_mean,
                                                               const frcnn_tensor *running_var,
                                                               const frcnn_tensor *weight, const frcnn_tensor *bias,
                                                               double eps);

typedef enum frcnn_interpolate_mode {
    FRCNN_INTERPOLATE_NEAREST = 0, /**< output y is input min(floor(y * ratio), H - 1), in f32 */
    FRCNN_INTERPOLATE_BILINEAR = 1
} frcnn_interpolate_mode;

/** Either both sizes or both scales are given. ratio, input pixels per output pixel, is 1 / scale where a scale is given
 *  and kept, else in / out. */
typedef struct frcnn_interpolate_options {
    size_t struct_size;          /**< set by frcnn_interpolate_options_default */
    frcnn_interpolate_mode mode; /**< default nearest */
    int64_t out_h, out_w;        /**< the output's size, each 1 or more; default 0: by scale */
    double scale_h, scale_w;     /**< out = floor(in * scale); default 0: by size */
    int align_corners; /**< bilinear, 1: the corner pixels' centres fall on each other; default 0: the corners */
    int antialias;     /**< bilinear, 1: shrinking takes all pixels that an output pixel covers; default 0 */
    int recompute_scale_factor; /**< 1: the ratio is in / out although a scale was given; default 0 */
} frcnn_interpolate_options;

FRCNN_API void frcnn_interpolate_options_default(frcnn_interpolate_options *options);

/** Floats or u8 [N, H, W, C] -> [N, out_h, out_w, C]. Bilinear takes columns first, then rows; 16-bit floats in f32, u8 in
 *  integers rounded after each. Errors: INVALID (an option out of range or beside one that excludes it, no pixels or
 *  channels, antialias of a 16-bit float). Source: PyTorch's interpolate, which for bilinear picks between
 *  orders of summation by layout and threads; the difference is an ulp or two. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_interpolate(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                                const frcnn_interpolate_options *options);

typedef enum frcnn_pad_mode {
    FRCNN_PAD_CONSTANT = 0,
    FRCNN_PAD_REFLECT = 1,   /**< c b | a b c | b a; pads less than the length */
    FRCNN_PAD_REPLICATE = 2, /**< a a | a b c | c c */
    FRCNN_PAD_CIRCULAR = 3   /**< b c | a b c | a b; pads up to the length */
} frcnn_pad_mode;

/** The tensor, of any dtype and dims, with more at its ends, or less where a pad is negative. pads are pairs (before, after),
 *  the last dimension's first: {0, 0, left, right, top, bottom} pads [N, H, W, C] around the map, in every mode. value, cast
 *  to the dtype, is the constant. Errors: INVALID (more pads than dimensions or an odd number, a length below 0, or below
 *  1 but for constant and circular; a value that the dtype does not hold). Source: PyTorch's pad. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_pad(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                        const int64_t *pads, int n_pads, frcnn_pad_mode mode,
                                                        frcnn_scalar value);

#ifdef __cplusplus
}
#endif
#endif
