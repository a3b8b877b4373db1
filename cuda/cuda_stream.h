/** What a stream is on a GPU. */
#ifndef FRCNN_CUDA_STREAM_H
#define FRCNN_CUDA_STREAM_H

#include <cuda_runtime_api.h>

extern "C" {
#include "tensor/stream_ops.h"
}

enum { FRCNN_GPU_NAME_BYTES = 256 };

struct frcnn_stream {
    cudaStream_t handle;
    int device;
    cudaMemPool_t pool; /**< of the device, for all its streams */
    cudaEvent_t marks[FRCNN_STREAM_MARKS];
    int is_recording;
    char name[FRCNN_GPU_NAME_BYTES];
};

extern "C" const frcnn_stream_ops frcnn_stream_ops_cuda;

#endif
