/** Entries of the CUDA backend's network table that are no convolutions; contracts in tensor/network_ops.h. */
#ifndef FRCNN_NETWORK_KERNELS_H
#define FRCNN_NETWORK_KERNELS_H

#include "cuda_stream.h"

extern "C" {
#include "tensor/network_ops.h"

frcnn_status frcnn_max_pool2d_cuda(const frcnn_max_pool2d *pool, frcnn_dtype dtype, const void *src, void *dst,
                                   frcnn_stream *stream);
frcnn_status frcnn_upsample_nearest_cuda(const frcnn_upsample *upsample, frcnn_dtype dtype, const void *src, void *dst,
                                         frcnn_stream *stream);
frcnn_status frcnn_channel_mean_cuda(const frcnn_channels *channels, frcnn_dtype dtype, const void *src, void *dst,
                                     frcnn_stream *stream);
frcnn_status frcnn_channel_gate_cuda(const frcnn_channels *channels, frcnn_dtype dtype, const void *src,
                                     const void *gates, void *dst, frcnn_stream *stream);

extern const frcnn_network_ops frcnn_network_ops_cuda;
}

#endif
