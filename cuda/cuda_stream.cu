#include "cuda_stream.h"

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <pthread.h>

#include "cuda_check.h"

extern "C" {
#include "tensor/devices.h"
#include "tensor/memory.h"
}

struct frcnn_recording {
    int device;
    cudaGraphExec_t graph;
};

/* A device's memory for this process, made with its first stream and kept to the end: what is freed stays in it for
   later, on any stream, until trim. */
struct device_pool {
    cudaMemPool_t handle;
    device_pool *next;
    int device;
};

static pthread_mutex_t pools_lock = PTHREAD_MUTEX_INITIALIZER;
static device_pool *pools;

static frcnn_status create_pool(cudaMemPool_t *out, int device)
{
    cudaMemPoolProps properties;
    uint64_t kept_bytes = UINT64_MAX;
    memset(&properties, 0, sizeof properties);
    properties.allocType = cudaMemAllocationTypePinned;
    properties.location.type = cudaMemLocationTypeDevice;
    properties.location.id = device;
    FRCNN_TRY(frcnn_cuda_check(cudaMemPoolCreate(out, &properties), "memory pool"));
    return frcnn_cuda_check(cudaMemPoolSetAttribute(*out, cudaMemPoolAttrReleaseThreshold, &kept_bytes), "memory pool");
}

/* Under pools_lock. */
static frcnn_status find_pool(cudaMemPool_t *out, int device)
{
    device_pool *pool = pools;
    while (pool != nullptr && pool->device != device) pool = pool->next;
    if (pool == nullptr) {
        void *block = nullptr;
        FRCNN_TRY(frcnn_alloc_zeroed(&block, 1, sizeof *pool, "memory pool"));
        pool = static_cast<device_pool *>(block);
        const frcnn_status status = create_pool(&pool->handle, device);
        if (status != FRCNN_OK) {
            frcnn_free(block);
            return status;
        }
        pool->device = device;
        pool->next = pools;
        pools = pool;
    }
    *out = pool->handle;
    return FRCNN_OK;
}

static frcnn_status get_pool(cudaMemPool_t *out, int device)
{
    pthread_mutex_lock(&pools_lock);
    const frcnn_status status = find_pool(out, device);
    pthread_mutex_unlock(&pools_lock);
    return status;
}

static frcnn_status bind(frcnn_stream *stream)
{
    return frcnn_cuda_check(cudaSetDevice(stream->device), "device");
}

static const char *get_name(const frcnn_stream *stream)
{
    return stream->name;
}

static void destroy(frcnn_stream **handle)
{
    frcnn_stream *stream = *handle;
    if (stream == nullptr) return;
    (void)cudaSetDevice(stream->device);
    if (stream->handle != nullptr) {
        (void)cudaStreamSynchronize(stream->handle);
        (void)cudaStreamDestroy(stream->handle);
    }
    for (cudaEvent_t mark : stream->marks)
        if (mark != nullptr) (void)cudaEventDestroy(mark);
    (void)cudaGetLastError();
    frcnn_free(stream);
    *handle = nullptr;
}

static frcnn_status init(frcnn_stream *stream)
{
    cudaDeviceProp properties;
    FRCNN_TRY(frcnn_cuda_check(cudaGetDeviceProperties(&properties, stream->device), "device"));
    snprintf(stream->name, sizeof stream->name, "%s", properties.name);
    FRCNN_TRY(bind(stream));
    FRCNN_TRY(get_pool(&stream->pool, stream->device));
    FRCNN_TRY(frcnn_cuda_check(cudaStreamCreateWithFlags(&stream->handle, cudaStreamNonBlocking), "stream"));
    for (cudaEvent_t &mark : stream->marks) FRCNN_TRY(frcnn_cuda_check(cudaEventCreate(&mark), "event"));
    return FRCNN_OK;
}

static frcnn_status create(frcnn_stream **out, int index)
{
    const frcnn_device device = {FRCNN_CUDA, index};
    void *block = nullptr;
    FRCNN_TRY(frcnn_device_check("stream", device));
    FRCNN_TRY(frcnn_alloc_zeroed(&block, 1, sizeof(frcnn_stream), "stream"));
    frcnn_stream *stream = static_cast<frcnn_stream *>(block);
    stream->device = index;
    const frcnn_status status = init(stream);
    if (status != FRCNN_OK)
        destroy(&stream);
    else
        *out = stream;
    return status;
}

static void trim(frcnn_stream *stream)
{
    (void)cudaSetDevice(stream->device);
    (void)cudaStreamSynchronize(stream->handle);
    (void)cudaMemPoolTrimTo(stream->pool, 0);
    (void)cudaGetLastError();
}

static frcnn_status fail_for_memory(const frcnn_stream *stream, size_t bytes, const char *what)
{
    size_t free_bytes = 0, total_bytes = 0;
    if (cudaMemGetInfo(&free_bytes, &total_bytes) != cudaSuccess) (void)cudaGetLastError();
    return frcnn_fail(FRCNN_ERROR_NO_MEMORY, "%s: %.1f MiB are needed on cuda:%d, %.1f MiB are free", what,
                      (double)bytes / 1048576.0, stream->device, (double)free_bytes / 1048576.0);
}

static frcnn_status alloc(frcnn_stream *stream, void **out, size_t bytes, const char *what)
{
    void *memory = nullptr;
    const size_t asked = bytes > 0 ? bytes : 1;
    FRCNN_TRY(bind(stream));
    cudaError_t error = cudaMallocFromPoolAsync(&memory, asked, stream->pool, stream->handle);
    if (error == cudaErrorMemoryAllocation) {
        /* What the pool keeps may be in pieces that are too small. */
        (void)cudaGetLastError();
        trim(stream);
        error = cudaMallocFromPoolAsync(&memory, asked, stream->pool, stream->handle);
    }
    if (error == cudaErrorMemoryAllocation) {
        (void)cudaGetLastError();
        return fail_for_memory(stream, bytes, what);
    }
    FRCNN_TRY(frcnn_cuda_check(error, what));
    *out = memory;
    return FRCNN_OK;
}

static void give_back(frcnn_stream *stream, void *memory)
{
    if (memory == nullptr) return;
    (void)cudaSetDevice(stream->device);
    (void)cudaFreeAsync(memory, stream->handle);
    (void)cudaGetLastError();
}

static frcnn_status alloc_staging(frcnn_stream *stream, void **out, size_t bytes)
{
    void *memory = nullptr;
    FRCNN_TRY(bind(stream));
    const cudaError_t error = cudaHostAlloc(&memory, bytes > 0 ? bytes : 1, cudaHostAllocDefault);
    if (error == cudaErrorMemoryAllocation) {
        (void)cudaGetLastError();
        return frcnn_fail(FRCNN_ERROR_NO_MEMORY, "staging: %.1f MiB of pinned memory are needed",
                          (double)bytes / 1048576.0);
    }
    FRCNN_TRY(frcnn_cuda_check(error, "staging"));
    *out = memory;
    return FRCNN_OK;
}

static void free_staging(frcnn_stream *stream, void *memory)
{
    if (memory == nullptr) return;
    (void)cudaSetDevice(stream->device);
    (void)cudaStreamSynchronize(stream->handle);
    (void)cudaFreeHost(memory);
    (void)cudaGetLastError();
}

static frcnn_status copy(frcnn_stream *stream, void *dst, const void *src, size_t bytes, cudaMemcpyKind kind,
                         const char *what)
{
    if (bytes == 0) return FRCNN_OK;
    FRCNN_TRY(bind(stream));
    return frcnn_cuda_check(cudaMemcpyAsync(dst, src, bytes, kind, stream->handle), what);
}

static frcnn_status upload(frcnn_stream *stream, void *dst, const void *src, size_t bytes)
{
    return copy(stream, dst, src, bytes, cudaMemcpyHostToDevice, "upload");
}

static frcnn_status download(frcnn_stream *stream, void *dst, const void *src, size_t bytes)
{
    return copy(stream, dst, src, bytes, cudaMemcpyDeviceToHost, "download");
}

static frcnn_status wait(frcnn_stream *stream)
{
    FRCNN_TRY(bind(stream));
    return frcnn_cuda_check(cudaStreamSynchronize(stream->handle), "wait");
}

/* Other threads may go on taking memory while this one records. */
static frcnn_status begin_recording(frcnn_stream *stream)
{
    FRCNN_TRY(bind(stream));
    const cudaError_t error = cudaStreamBeginCapture(stream->handle, cudaStreamCaptureModeThreadLocal);
    if (error == cudaErrorNotSupported) {
        (void)cudaGetLastError();
        return FRCNN_OK;
    }
    FRCNN_TRY(frcnn_cuda_check(error, "recording"));
    stream->is_recording = 1;
    return FRCNN_OK;
}

static frcnn_status create_recording(frcnn_recording **out, int device, cudaGraph_t graph)
{
    void *block = nullptr;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, 1, sizeof(frcnn_recording), "recording"));
    frcnn_recording *recording = static_cast<frcnn_recording *>(block);
    recording->device = device;
    const frcnn_status status =
        frcnn_cuda_check(cudaGraphInstantiateWithFlags(&recording->graph, graph, 0), "recording");
    if (status != FRCNN_OK)
        frcnn_free(recording);
    else
        *out = recording;
    return status;
}

static frcnn_status end_recording(frcnn_stream *stream, frcnn_recording **out)
{
    if (!stream->is_recording) {
        *out = nullptr;
        return FRCNN_OK;
    }
    cudaGraph_t graph = nullptr;
    stream->is_recording = 0;
    FRCNN_TRY(bind(stream));
    FRCNN_TRY(frcnn_cuda_check(cudaStreamEndCapture(stream->handle, &graph), "recording"));
    const frcnn_status status = create_recording(out, stream->device, graph);
    (void)cudaGraphDestroy(graph);
    return status;
}

static frcnn_status replay(frcnn_stream *stream, frcnn_recording *recording)
{
    FRCNN_TRY(bind(stream));
    return frcnn_cuda_check(cudaGraphLaunch(recording->graph, stream->handle), "replay");
}

static void destroy_recording(frcnn_recording **recording)
{
    if (*recording == nullptr) return;
    (void)cudaSetDevice((*recording)->device);
    (void)cudaGraphExecDestroy((*recording)->graph);
    (void)cudaGetLastError();
    frcnn_free(*recording);
    *recording = nullptr;
}

/* In a recording a mark is a step of it, and tells the time of the last replay. */
static frcnn_status mark(frcnn_stream *stream, int index)
{
    FRCNN_TRY(bind(stream));
    const unsigned flags = stream->is_recording ? cudaEventRecordExternal : cudaEventRecordDefault;
    return frcnn_cuda_check(cudaEventRecordWithFlags(stream->marks[index], stream->handle, flags), "mark");
}

static double get_elapsed(frcnn_stream *stream, int from, int to)
{
    float milliseconds = 0;
    (void)cudaSetDevice(stream->device);
    if (cudaEventElapsedTime(&milliseconds, stream->marks[from], stream->marks[to]) == cudaSuccess)
        return (double)milliseconds;
    (void)cudaGetLastError();
    return 0;
}

extern "C" const frcnn_stream_ops frcnn_stream_ops_cuda = {
    0,
    create,
    get_name,
    destroy,
    bind,
    alloc,
    give_back,
    trim,
    alloc_staging,
    free_staging,
    upload,
    download,
    wait,
    begin_recording,
    end_recording,
    replay,
    destroy_recording,
    mark,
    get_elapsed,
};
