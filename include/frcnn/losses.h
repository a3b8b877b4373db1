/** Losses as PyTorch's functions of the same names compute them. See frcnn/ops.h for what all operations share.
 *
 *      frcnn_tensor *loss = NULL;
 *      status = frcnn_tensor_cross_entropy(&loss, logits, classes, NULL);      [N, C] and [N] -> a scalar
 *
 *  Classes lie along dimension 1, as in PyTorch, also where positions follow: [N, C, H, W]. f16 and bf16 are computed in
 *  f32 and rounded once at the end; sums are made in f64. A mean over nothing is NaN, a sum 0.
 */
#ifndef FRCNN_LOSSES_H
#define FRCNN_LOSSES_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What becomes of the losses of the elements. */
typedef enum frcnn_loss_reduction {
    FRCNN_LOSS_NONE = 0, /**< each of them is handed out */
    FRCNN_LOSS_MEAN = 1, /**< a scalar */
    FRCNN_LOSS_SUM = 2   /**< a scalar */
} frcnn_loss_reduction;

typedef struct frcnn_nll_loss_options {
    size_t struct_size;             /**< set by frcnn_nll_loss_options_default */
    const frcnn_tensor *weight;     /**< [C], of the input's dtype: a factor for each class; default NULL: 1 */
    int64_t ignore_index;           /**< positions of this class have loss 0 and do not count; default -100 */
    frcnn_loss_reduction reduction; /**< default FRCNN_LOSS_MEAN */
} frcnn_nll_loss_options;

FRCNN_API void frcnn_nll_loss_options_default(frcnn_nll_loss_options *options);

/** -weight[y] * input[y] of logarithms of probabilities: input [N, C] or [N, C, d1, …] with target y [N] or [N, d1, …] ->
 *  target's shape; input [C] with a scalar target gives a scalar. The mean is the sum divided by that of the weights of the
 *  classes that count. target is i64 or u8. options NULL: the defaults.
 *  Errors: INVALID (a class outside 0 … C - 1 that is not ignored, shapes that do not fit, a weight of another dtype). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_nll_loss(frcnn_tensor **out, const frcnn_tensor *input,
                                                             const frcnn_tensor *target,
                                                             const frcnn_nll_loss_options *options);

typedef struct frcnn_cross_entropy_options {
    size_t struct_size;             /**< set by frcnn_cross_entropy_options_default */
    const frcnn_tensor *weight;     /**< [C]: a factor for each class; default NULL: 1 */
    int64_t ignore_index;           /**< as in frcnn_nll_loss_options; negative where target holds probabilities */
    double label_smoothing;         /**< e in [0, 1]: the target becomes (1 - e) * target + e / C; default 0 */
    frcnn_loss_reduction reduction; /**< default FRCNN_LOSS_MEAN */
} frcnn_cross_entropy_options;

FRCNN_API void frcnn_cross_entropy_options_default(frcnn_cross_entropy_options *options);

/** The loss of logits. target as in frcnn_tensor_nll_loss: classes, and the result is that of
 *  log_softmax(input, 1). Or target has the shape and is a floating-point tensor as input is: probabilities p of the classes;
 *  then the loss of a position is -sum over c of weight[c] * p[c] * log_softmax(input)[c], the mean is over positions, and
 *  the dtype is that of both promoted. options NULL: the defaults.
 *  Errors: as frcnn_tensor_nll_loss; INVALID (label_smoothing). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_cross_entropy(frcnn_tensor **out, const frcnn_tensor *input,
                                                                  const frcnn_tensor *target,
                                                                  const frcnn_cross_entropy_options *options);

/** @name Of each element of two tensors; shapes broadcast, dtypes promote to a floating-point one.
 *  Errors: INVALID (two integer tensors, shapes that do not broadcast). @{ */

/** (input - target)^2 */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_mse_loss(frcnn_tensor **out, const frcnn_tensor *input,
                                                             const frcnn_tensor *target,
                                                             frcnn_loss_reduction reduction);
/** |input - target| */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_l1_loss(frcnn_tensor **out, const frcnn_tensor *input,
                                                            const frcnn_tensor *target, frcnn_loss_reduction reduction);
/** 0.5 * d^2 / beta where |d| = |input - target| is below beta, else |d| - 0.5 * beta; with beta 0, |d|.
 *  Errors: INVALID (a negative beta). Source: Girshick 2015, eq. 3, there with beta 1. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_smooth_l1_loss(frcnn_tensor **out, const frcnn_tensor *input,
                                                                   const frcnn_tensor *target, double beta,
                                                                   frcnn_loss_reduction reduction);
/** @} */

typedef struct frcnn_bce_options {
    size_t struct_size;             /**< set by frcnn_bce_options_default */
    const frcnn_tensor *weight;     /**< broadcasts to the input: a factor for each element; default NULL: 1 */
    const frcnn_tensor *pos_weight; /**< broadcasts to the input: a factor for the part of y; default NULL: 1 */
    frcnn_loss_reduction reduction; /**< default FRCNN_LOSS_MEAN */
} frcnn_bce_options;

FRCNN_API void frcnn_bce_options_default(frcnn_bce_options *options);

/** Cross entropy of two classes: weight * ((1 - y) * x + (1 + (pos_weight - 1) * y) * log(1 + e^-x)) of logits x and
 *  targets y of the same shape, floating-point both, in a form that does not overflow. options NULL: the defaults.
 *  Errors: INVALID (shapes, dtypes). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_binary_cross_entropy_with_logits(frcnn_tensor **out,
                                                                                     const frcnn_tensor *input,
                                                                                     const frcnn_tensor *target,
                                                                                     const frcnn_bce_options *options);

#ifdef __cplusplus
}
#endif
#endif
