/** What is behind a stream of frcnn_stream_ops_cuda, for functions that take a cudaStream_t. */
#ifndef FRCNN_TESTS_STREAM_HANDLE_H
#define FRCNN_TESTS_STREAM_HANDLE_H

#ifdef __cplusplus
extern "C" {
#endif

#include "tensor/stream_ops.h"

void *get_handle(frcnn_stream *stream);

#ifdef __cplusplus
}
#endif

#endif
