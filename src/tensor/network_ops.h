/** What a backend brings to run the convolutions and pools of a plan. */
#ifndef FRCNN_NETWORK_OPS_H
#define FRCNN_NETWORK_OPS_H

#include "tensor/layers/channel_mean.h"
#include "tensor/layers/conv2d.h"
#include "tensor/layers/max_pool2d.h"
#include "tensor/stream_ops.h"

/** A convolution of one shape, ready to run, and weights as it takes them. Each backend has structs of its own behind
 *  these names. */
typedef struct frcnn_primitive frcnn_primitive;
typedef struct frcnn_packed frcnn_packed;

/** Nearest: src [n, in_h, in_w, c] -> dst [n, out_h, out_w, c]. */
typedef struct frcnn_upsample {
    int64_t n, in_h, in_w, out_h, out_w, c;
} frcnn_upsample;

/** stream is that of the device that all memory is of; NULL: the CPU has none. */
typedef struct frcnn_network_ops {
    /** 1: convolutions add a residual of another size, upsampled (frcnn_conv2d.residual_h). */
    int adds_upsampled;

    /** Errors: BACKEND, NO_MEMORY. The caller owns *out. */
    frcnn_status (*create_primitive)(frcnn_primitive **out, const frcnn_conv2d *conv, frcnn_stream *stream);
    void (*destroy_primitive)(frcnn_primitive **primitive);
    /** Bytes of scratch memory that a run needs, aligned as the stream's memory is; often 0. */
    size_t (*get_scratchpad)(const frcnn_primitive *primitive);

    /** weight [out_c, in_c / groups, kernel_h, kernel_w] and bias [out_c], f32 in the CPU's memory, both copied.
     *  Errors: BACKEND, NO_MEMORY. The caller owns *out, which may serve any stream of the device. */
    frcnn_status (*create_packed)(frcnn_packed **out, const frcnn_primitive *primitive, const float *weight,
                                  const float *bias, frcnn_stream *stream);
    void (*destroy_packed)(frcnn_packed **packed);
    /** 1 where primitive takes weights in this order. */
    int (*fits)(const frcnn_packed *packed, const frcnn_primitive *primitive);
    /** 1 where both take weights in the same order. */
    int (*packs_alike)(const frcnn_primitive *a, const frcnn_primitive *b);
    /** Bytes that create_packed takes for primitive. */
    size_t (*get_packed_bytes)(const frcnn_primitive *primitive);

    /** Tries the implementations that there are on memory that a run will use, whose content is lost, and keeps the
     *  fastest; what was found for a convolution is remembered. NULL: there is only one. Errors: BACKEND. */
    frcnn_status (*tune)(frcnn_primitive *primitive, const void *src, const frcnn_packed *packed, const void *residual,
                         void *dst, void *scratchpad, frcnn_stream *stream);
    /** residual: NULL, or what is added; dst where it has dst's size. Errors: BACKEND. */
    frcnn_status (*run)(frcnn_primitive *primitive, const void *src, const frcnn_packed *packed, const void *residual,
                        void *dst, void *scratchpad, frcnn_stream *stream);

    /** dtype is f32, f16 or bf16. Padding never wins, NaN always does. Errors: BACKEND. */
    frcnn_status (*max_pool2d)(const frcnn_max_pool2d *pool, frcnn_dtype dtype, const void *src, void *dst,
                               frcnn_stream *stream);
    frcnn_status (*upsample)(const frcnn_upsample *upsample, frcnn_dtype dtype, const void *src, void *dst,
                             frcnn_stream *stream);
    /** As frcnn_channel_mean_cpu and frcnn_channel_gate_cpu. Errors: BACKEND. */
    frcnn_status (*channel_mean)(const frcnn_channels *channels, frcnn_dtype dtype, const void *src, void *dst,
                                 frcnn_stream *stream);
    frcnn_status (*channel_gate)(const frcnn_channels *channels, frcnn_dtype dtype, const void *src, const void *gates,
                                 void *dst, frcnn_stream *stream);
} frcnn_network_ops;

extern const frcnn_network_ops frcnn_network_ops_cpu;

#endif
