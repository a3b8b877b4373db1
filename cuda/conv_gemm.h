/** Convolution as a product of matrices whose left one is never made: row p of it is what the kernel sees at pixel p of dst.
 *  A block makes a tile of pixels by channels of dst. What a step of its loop multiplies is 128 bytes of K: of one tap and
 *  128 bytes of channels, or, of channels that are no multiple of 16 bytes, of elements of K one by one. */
#ifndef FRCNN_CONV_GEMM_H
#define FRCNN_CONV_GEMM_H

#include "conv_epilogue.h"
#include "kernel.h"

/** x / divisor for x from 0 to 2^31 - 1 by a multiplication. */
struct frcnn_divisor {
    unsigned divisor, multiplier, shift;
};

/** A convolution with its memory. Offsets are in elements and fit 32 bits. */
struct frcnn_gemm_problem {
    const unsigned char *src, *weight;
    float *parts; /**< [n_parts, n_pixels, out_c]: the sums of parts of K, where there are several */
    frcnn_conv_epilogue epilogue;
    int n_pixels; /**< of dst, over the batch */
    int groups, group_in_c, group_out_c;
    int in_h, in_w, in_c;
    int kernel_h, kernel_w, stride_h, stride_w, padding_h, padding_w, dilation_h, dilation_w;
    int pitch; /**< of a row of weights */
    int n_steps, n_parts, steps_per_part;
    int n_stages; /**< the tile's, or before compute capability 8.0, where copies are done at once, any */
    int dst_is_f32;
    int is_cached; /**< 1: src goes through L1, as neighbouring taps read the same pixels */
    frcnn_divisor by_group_in_c, by_kernel_w;
};

/** A kernel that makes tiles of one size. */
struct frcnn_gemm_tile {
    const char *name;
    int n_pixels, n_channels; /**< of a tile */
    int n_threads;
    int by_elements; /**< 1: takes any number of channels and any kernel */
    int n_stages;    /**< steps whose operands are in shared memory at once */
    int n_resident;  /**< blocks of an SM that registers do for */
    size_t table_bytes, stage_bytes,
        sum_bytes; /**< of shared memory: always, for each stage, and after the last step */
    /** Multiply-adds of an SM that is busy with such tiles, about: what variants are compared by before any is measured. */
    float macs_per_cycle;
    /** Lets it use that much shared memory, all that it ever does, on the current device. */
    frcnn_status (*prepare)(size_t shared_bytes);
    frcnn_status (*launch)(const frcnn_gemm_problem *problem, dim3 grid, size_t shared_bytes, cudaStream_t stream);
};

enum { FRCNN_GEMM_STEP_BYTES = 128, FRCNN_GEMM_N_STAGES_AT_ONCE = 2 };

struct frcnn_gemm_tiles {
    const frcnn_gemm_tile *tiles;
    int n;
};

extern const frcnn_gemm_tiles frcnn_gemm_tiles_f16;
/** The others but f32 need compute capability 8.0. */
extern const frcnn_gemm_tiles frcnn_gemm_tiles_bf16;
extern const frcnn_gemm_tiles frcnn_gemm_tiles_tf32;
extern const frcnn_gemm_tiles frcnn_gemm_tiles_f32;
/** f32 by three products of TF32: each factor is a sum of two. */
extern const frcnn_gemm_tiles frcnn_gemm_tiles_3xtf32;

#endif
