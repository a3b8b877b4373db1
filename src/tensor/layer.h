/** The weights of one convolution or linear layer, borrowed from a checkpoint, and how they become plain float32. */
#ifndef FRCNN_LAYER_H
#define FRCNN_LAYER_H

#include "frcnn/tensor.h"

enum { FRCNN_LAYER_PARTS = 2, FRCNN_LAYER_NAME = 128 };

/** Rows of scores of background and object, of which the difference is the object's logit. */
typedef enum frcnn_row_pairs {
    FRCNN_NO_PAIRS,
    FRCNN_PAIRS_OF_NEIGHBOURS, /**< background, object, background, object … */
    FRCNN_PAIRS_OF_HALVES      /**< all backgrounds, then all objects */
} frcnn_row_pairs;

/** A convolution with the norm behind it, or a linear layer. NULL: there is none. */
typedef struct frcnn_layer_part {
    const frcnn_tensor *weight;                                         /**< [out, in / groups, k, k] or [out, in] */
    const frcnn_tensor *bias;                                           /**< [out] */
    const frcnn_tensor *norm_weight, *norm_bias, *norm_mean, *norm_var; /**< [out] each, all or none */
    int64_t
        n_last_first; /**< rows at the end that come first: a background class that is its file's last. 0 with a norm */
    int64_t
        n_zeros; /**< rows of zeros before all: deltas of a background class that a file leaves out. 0 with a norm */
    frcnn_row_pairs pairs;
    int swaps_xy; /**< 1: rows are dy, dx, dh, dw and become dx, dy, dw, dh. 0 with a norm */
} frcnn_layer_part;

/** Parts on the same input are computed as one: their output channels follow each other. */
typedef struct frcnn_layer {
    char name[FRCNN_LAYER_NAME]; /**< for messages: the first part's weight */
    frcnn_layer_part parts[FRCNN_LAYER_PARTS];
    int n_parts;
    int64_t out_c, in_c; /**< in_c as in the weight's shape: divided by groups */
    int kernel, groups;  /**< a linear layer is a convolution with kernel 1 */
    float norm_eps;
    int64_t pooled_size; /**< side P of the [C, P, P] map that a linear layer's columns stand for; 0: no map */
} frcnn_layer;

/** Writes weight [out_c, in_c, kernel, kernel] and bias [out_c] in float32: widened first, then the
 *  norm folded in (w * s, b * s + norm_bias - mean * s with s = norm_weight / sqrt(var + eps), Ioffe and Szegedy 2015);
 *  columns for a [C, P, P] map reordered to [P, P, C]. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_layer_read(const frcnn_layer *layer, float *weight, float *bias);

/** out_c * in_c * kernel * kernel. */
int64_t frcnn_layer_get_n_weights(const frcnn_layer *layer);

/** The part's rows, those of zeros among them. */
int64_t frcnn_layer_part_get_n_rows(const frcnn_layer_part *part);

#endif
