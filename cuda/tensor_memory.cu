#include "tensor_memory.h"

#include <pthread.h>

#include "cuda_check.h"

extern "C" {
#include "tensor/error.h"
}

enum { MAX_DEVICES = 64 };

/* Of each device the stream of its tensors, made when it is first used and kept to the end. CUDA's calls on one stream may
   come from any thread. */
static pthread_mutex_t streams_lock = PTHREAD_MUTEX_INITIALIZER;
static frcnn_stream *streams[MAX_DEVICES];

static thread_local frcnn_stream *selected;

static frcnn_status get_stream(frcnn_stream **out, int index)
{
    FRCNN_FAIL_IF(index < 0 || index >= MAX_DEVICES, FRCNN_ERROR_UNSUPPORTED,
                  "expected a GPU below cuda:%d, found cuda:%d", MAX_DEVICES, index);
    pthread_mutex_lock(&streams_lock);
    const frcnn_status status =
        streams[index] != nullptr ? FRCNN_OK : frcnn_stream_ops_cuda.create(&streams[index], index);
    frcnn_stream *stream = streams[index];
    pthread_mutex_unlock(&streams_lock);
    if (status == FRCNN_OK) *out = stream;
    return status;
}

frcnn_stream *frcnn_tensor_stream_get(void)
{
    return selected;
}

static frcnn_status select(int index)
{
    FRCNN_TRY(get_stream(&selected, index));
    return frcnn_cuda_check(cudaSetDevice(index), "device");
}

static frcnn_status alloc(int index, void **out, size_t bytes, const char *what)
{
    frcnn_stream *stream = nullptr;
    FRCNN_TRY(get_stream(&stream, index));
    return frcnn_stream_ops_cuda.alloc(stream, out, bytes, what);
}

static void give_back(int index, void *memory)
{
    frcnn_stream *stream = nullptr;
    if (get_stream(&stream, index) == FRCNN_OK) frcnn_stream_ops_cuda.free(stream, memory);
}

static frcnn_status clear(int index, void *memory, size_t bytes)
{
    frcnn_stream *stream = nullptr;
    FRCNN_TRY(get_stream(&stream, index));
    FRCNN_TRY(frcnn_cuda_check(cudaSetDevice(index), "device"));
    if (bytes == 0) return FRCNN_OK;
    return frcnn_cuda_check(cudaMemsetAsync(memory, 0, bytes, stream->handle), "clear");
}

static frcnn_status upload(int index, void *dst, const void *src, size_t bytes)
{
    frcnn_stream *stream = nullptr;
    FRCNN_TRY(get_stream(&stream, index));
    return frcnn_stream_ops_cuda.upload(stream, dst, src, bytes);
}

static frcnn_status download(int index, void *dst, const void *src, size_t bytes)
{
    frcnn_stream *stream = nullptr;
    FRCNN_TRY(get_stream(&stream, index));
    FRCNN_TRY(frcnn_stream_ops_cuda.download(stream, dst, src, bytes));
    return frcnn_stream_ops_cuda.wait(stream);
}

/* The source is ready before the copy begins, and not freed before it is done. */
static frcnn_status fetch(int index, void *dst, int src_index, const void *src, size_t bytes)
{
    frcnn_stream *from = nullptr;
    frcnn_stream *to = nullptr;
    FRCNN_TRY(get_stream(&from, src_index));
    FRCNN_TRY(get_stream(&to, index));
    FRCNN_TRY(frcnn_stream_ops_cuda.wait(from));
    FRCNN_TRY(frcnn_cuda_check(cudaSetDevice(index), "device"));
    if (bytes > 0)
        FRCNN_TRY(frcnn_cuda_check(cudaMemcpyPeerAsync(dst, index, src, src_index, bytes, to->handle), "fetch"));
    return frcnn_stream_ops_cuda.wait(to);
}

extern "C" const frcnn_memory_ops frcnn_memory_ops_cuda = {select, alloc, give_back, clear, upload, download, fetch};
