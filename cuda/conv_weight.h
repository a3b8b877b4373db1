/** Weights on the device: in the order that libraries take, and in that of our own kernels. */
#ifndef FRCNN_CONV_WEIGHT_H
#define FRCNN_CONV_WEIGHT_H

#include <cuda_runtime_api.h>

extern "C" {
#include "tensor/layers/conv2d.h"
}

/** How our kernels see a convolution: as a product of matrices for each group, [n * out_h * out_w, K] * [K, group_out_c]. */
enum frcnn_conv_kind {
    /** K goes over taps and channels, 16 bytes of channels at a time. */
    FRCNN_CONV_VECTORS = 0,
    /** K goes over single elements: channels that are no multiple of 16 bytes, and kernels of more than 16 a side. */
    FRCNN_CONV_ELEMENTS = 1,
    /** One output channel for each input channel: no matrix product. */
    FRCNN_CONV_DEPTHWISE = 2
};

/** Weights as a matrix of out_c rows of pitch elements: [taps, group_in_c] and zeros up to the pitch. Several narrow groups
 *  stand as one whose rows are zero outside of their own group's channels: tensor cores do nothing narrower faster (a NaN
 *  of one such group is seen by all that stand with it). Depthwise: [taps, out_c]. */
struct frcnn_conv_layout {
    frcnn_conv_kind kind;
    int precision;
    int64_t out_c;
    int groups, group_in_c, group_out_c; /**< of groups as they stand */
    int n_merged;                        /**< groups of the convolution in one as it stands */
    int taps;
    int64_t pitch;
};

/** In the order of frcnn_conv_memory.weight. */
frcnn_conv_layout frcnn_conv_layout_get_plain(const frcnn_conv2d *conv);
/** In the order of frcnn_conv_memory.kernel_weight. */
frcnn_conv_layout frcnn_conv_layout_get_kernel(const frcnn_conv2d *conv);
int frcnn_conv_layout_is_same(const frcnn_conv_layout *a, const frcnn_conv_layout *b);
/** Elements of the matrix. */
int64_t frcnn_conv_layout_get_count(const frcnn_conv_layout *layout);

/** Writes weight, f32 [out_c, in_c / groups, kernel_h, kernel_w] (is_transposed: [in_c, out_c, kernel_h, kernel_w]), both on
 *  the device, to dst as layout in the dtype of its precision. Errors: BACKEND. */
frcnn_status frcnn_conv_weight_pack(const frcnn_conv_layout *layout, int is_transposed, const float *weight, void *dst,
                                    cudaStream_t stream);

#endif
