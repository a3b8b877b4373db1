/** What computes convolutions on a GPU: our own kernels, and libraries where they are found. An engine opens for one
 *  convolution on one device and then has one or more variants of it; the primitive of network.cu holds all engines that
 *  opened, and tuning keeps the fastest variant of all of them. */
#ifndef FRCNN_CONV_ENGINE_H
#define FRCNN_CONV_ENGINE_H

#include <cuda_runtime_api.h>

extern "C" {
#include "tensor/layers/conv2d.h"
}

/** The memory of one run, all of it the device's and aligned to 16 bytes. Maps are of the precision's dtype, NHWC. */
struct frcnn_conv_memory {
    const void *src;
    /** [out_c, kernel_h, kernel_w, in_c / groups] of the precision's dtype, rounded to TF32 where that is the precision. */
    const void *weight;
    /** The same numbers in the order of our own kernels (conv_weight.h), often weight itself. */
    const void *kernel_weight;
    /** f32 [out_c]. */
    const float *bias;
    /** The same in the precision's dtype, often bias itself. */
    const void *map_bias;
    /** nullptr: nothing is added. Of dst's dtype and size, and may be dst itself; or [n, residual_h, residual_w, out_c]. */
    const void *residual;
    /** f32 where conv.dst_is_f32. */
    void *dst;
    /** Aligned to 256. */
    void *scratchpad;
};

/** An engine's state serves one thread at a time. */
struct frcnn_conv_engine {
    const char *name;
    /** Sets *n_variants to the number of ways there are to run conv on the device, the first its own guess at the fastest,
     *  and *state to what they need. 0 variants: this engine can't run conv, *state is nullptr, and that is no error.
     *  The same conv and device give the same variants in the same order. The device is current.
     *  Errors: UNSUPPORTED (the same, where nothing else runs conv either and the message says why), BACKEND, NO_MEMORY. */
    frcnn_status (*open)(void **state, int *n_variants, const frcnn_conv2d *conv, int device);
    /** Takes a pointer to nullptr. */
    void (*close)(void **state);
    /** Such as "128x64, K in 4 parts"; lives with the state. */
    const char *(*get_name)(const void *state, int variant);
    /** At most FRCNN_CONV_SCRATCHPAD_LIMIT. */
    size_t (*get_scratchpad)(const void *state, int variant);
    /** Puts the convolution on the stream; allocates nothing, waits for nothing, and may be captured into a graph. Bias,
     *  residual and activation are part of it. memory.residual is nullptr only where conv.has_residual is 0.
     *  Errors: BACKEND. */
    frcnn_status (*run)(void *state, int variant, const frcnn_conv_memory *memory, cudaStream_t stream);
};

enum { FRCNN_CONV_SCRATCHPAD_LIMIT = 64 << 20 };

/** Our kernels: implicit GEMM (conv_gemm.cu) and depthwise (conv_depthwise.cu). */
extern const frcnn_conv_engine frcnn_conv_engine_gemm;
extern const frcnn_conv_engine frcnn_conv_engine_depthwise;
/** Libraries that are loaded where they are found: cuDNN (conv_cudnn.cu) and cuBLASLt (linear_cublaslt.cu). */
extern const frcnn_conv_engine frcnn_conv_engine_cudnn;
extern const frcnn_conv_engine frcnn_conv_engine_cublaslt;

#endif
