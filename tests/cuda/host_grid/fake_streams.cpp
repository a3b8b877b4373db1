#include <algorithm>
#include <chrono>
#include <set>

#include "block_memory.h"
#include "fake_cuda.h"
#include "fake_runtime.h"
#include "host_grid.h"

using namespace fake_cuda;

/* Work in the order in which it was captured, from all streams that joined. */
struct CUgraph_st {
    std::vector<Work> work;
    std::vector<cudaStream_t> streams;
    cudaStreamCaptureMode mode;
    bool is_broken;
};

struct CUgraphExec_st {
    std::shared_ptr<std::vector<Work>> work;
    int device;
};

struct CUstream_st {
    int device;
    unsigned flags;
    cudaGraph_t capture;
    cudaGraph_t captures_here; // the capture that this thread's call on this stream began
    std::deque<Work> pending;
};

namespace fake_cuda
{
namespace
{

/* What is left of an event when it is destroyed while work still waits for it. */
struct Moment {
    long n_recorded = 0;
    long n_done = 0;
    cudaStream_t stream = nullptr;
    std::chrono::steady_clock::time_point time;
};

} // namespace
} // namespace fake_cuda

struct CUevent_st {
    unsigned flags;
    cudaGraph_t capture;
    std::shared_ptr<Moment> moment;
};

namespace fake_cuda
{
namespace
{

std::set<cudaStream_t> streams;
thread_local std::vector<cudaGraph_t> captures;
std::map<const void *, int> allowed_shared;

CUstream_st *resolve(cudaStream_t stream)
{
    const bool is_default = stream == nullptr || stream == cudaStreamLegacy || stream == cudaStreamPerThread;
    return is_default ? get_default_stream() : stream;
}

bool exists(cudaStream_t stream)
{
    return streams.count(resolve(stream)) != 0;
}

void do_now(const Work &work)
{
    open_memory(false);
    work();
}

void run_first(cudaStream_t stream)
{
    const Work work = std::move(stream->pending.front());
    stream->pending.pop_front();
    do_now(work);
}

void wait_for(const std::shared_ptr<Moment> &moment, long n)
{
    while (moment->n_done < n && streams.count(moment->stream) != 0 && !moment->stream->pending.empty())
        run_first(moment->stream);
}

size_t count_static_shared(const void *kernel)
{
    size_t bytes = 0;
    for (const host_grid::Range &range : host_grid::find_shared_memory(kernel)) bytes += range.bytes;
    return bytes;
}

cudaError_t check_shape(const host_grid::Launch &launch)
{
    const dim3 grid = launch.grid;
    const dim3 block = launch.block;
    if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > INT32_MAX || grid.y > 65535 || grid.z > 65535)
        return complain(cudaErrorInvalidConfiguration, "%s: a grid of (%u, %u, %u)", launch.name, grid.x, grid.y,
                        grid.z);
    if (block.x == 0 || block.y == 0 || block.z == 0 || block.x > 1024 || block.y > 1024 || block.z > 64 ||
        uint64_t(block.x) * block.y * block.z > 1024)
        return complain(cudaErrorInvalidConfiguration, "%s: a block of (%u, %u, %u)", launch.name, block.x, block.y,
                        block.z);
    return cudaSuccess;
}

cudaError_t check_shared(const host_grid::Launch &launch)
{
    const size_t own = count_static_shared(launch.kernel);
    const auto allowed = allowed_shared.find(launch.kernel);
    const size_t most = allowed == allowed_shared.end() ? 48 * 1024 - own : size_t(allowed->second);
    if (own > 48 * 1024)
        return complain(cudaErrorInvalidValue, "%s: %zu bytes of FRCNN_SHARED, the most is 48 KB", launch.name, own);
    if (launch.shared_bytes > most)
        return complain(cudaErrorInvalidValue, "%s: %zu bytes of dynamic shared memory, allowed are %zu", launch.name,
                        launch.shared_bytes, most);
    return cudaSuccess;
}

cudaError_t check_image()
{
    return 10 * get_machine().major + get_machine().minor < 75 ? cudaErrorNoKernelImageForDevice : cudaSuccess;
}

} // namespace

cudaStream_t get_default_stream()
{
    static std::map<int, CUstream_st> defaults;
    CUstream_st &stream = defaults[get_device()];
    stream.device = get_device();
    streams.insert(&stream);
    return &stream;
}

bool is_capturing(cudaStream_t stream)
{
    return exists(stream) && resolve(stream)->capture != nullptr;
}

cudaError_t check_no_capture(const char *function)
{
    for (const cudaGraph_t capture : captures) {
        if (capture->mode == cudaStreamCaptureModeRelaxed) continue;
        capture->is_broken = true;
        return complain(cudaErrorStreamCaptureUnsupported, "%s: while this thread captures a stream", function);
    }
    return cudaSuccess;
}

cudaError_t put(cudaStream_t stream, const char *function, Work work)
{
    if (!exists(stream)) return complain(cudaErrorInvalidResourceHandle, "%s: no such stream", function);
    CUstream_st *own = resolve(stream);
    const bool is_default = own == get_default_stream();
    if (own->capture != nullptr) {
        own->capture->work.push_back(std::move(work));
        return cudaSuccess;
    }
    if (is_default) {
        FAKE_CUDA_TRY(check_no_capture(function));
        drain_all();
    }
    if (get_machine().is_lazy && !is_default)
        own->pending.push_back(std::move(work));
    else
        do_now(work);
    return cudaSuccess;
}

void drain(cudaStream_t stream)
{
    CUstream_st *own = resolve(stream);
    while (!own->pending.empty()) run_first(own);
}

void drain_all()
{
    for (const cudaStream_t stream : streams) drain(stream);
}

} // namespace fake_cuda

cudaError_t host_grid::enqueue(Launch &&launch, cudaStream_t stream)
{
    const Call call("launch");
    if (call.error != cudaSuccess) return note(call.error);
    FAKE_CUDA_TRY(check_image());
    FAKE_CUDA_TRY(check_shape(launch));
    FAKE_CUDA_TRY(check_shared(launch));
    if (exists(stream) && resolve(stream)->device != get_device())
        return complain(cudaErrorInvalidResourceHandle, "%s: the stream is device %d's, current is %d", launch.name,
                        resolve(stream)->device, get_device());
    const char *name = launch.name;
    return put(stream, name, [launch = std::move(launch)] { run(launch); });
}

/* What Thrust's stages for a CPU call before they read device memory (thrust_policy.h). */
extern "C" void frcnn_host_stream_meet(void *handle)
{
    const Call call("meet");
    const cudaStream_t stream = static_cast<cudaStream_t>(handle);
    if (is_capturing(stream)) {
        resolve(stream)->capture->is_broken = true;
        (void)complain(cudaErrorStreamCaptureUnsupported, "a Thrust stage is not recorded here");
    } else {
        drain(stream);
        open_memory(true);
    }
}

cudaError_t cudaStreamCreateWithPriority(cudaStream_t *stream, unsigned int flags, int)
{
    FAKE_CUDA_CALL;
    *stream = new CUstream_st{get_device(), flags, nullptr, nullptr, {}};
    streams.insert(*stream);
    return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned int flags)
{
    FAKE_CUDA_CALL;
    return cudaStreamCreateWithPriority(stream, flags, 0);
}

cudaError_t cudaStreamCreate(cudaStream_t *stream)
{
    FAKE_CUDA_CALL;
    return cudaStreamCreateWithPriority(stream, cudaStreamDefault, 0);
}

/* CUDA lets the work end by itself; so late that nobody can wait for it is here now. */
cudaError_t cudaStreamDestroy(cudaStream_t stream)
{
    FAKE_CUDA_CALL;
    if (stream == nullptr || !exists(stream)) return complain(cudaErrorInvalidResourceHandle, "%s", __func__);
    drain(stream);
    streams.erase(stream);
    delete stream;
    return cudaSuccess;
}

cudaError_t cudaStreamGetDevice(cudaStream_t stream, int *device)
{
    FAKE_CUDA_CALL;
    if (!exists(stream)) return note(cudaErrorInvalidResourceHandle);
    *device = resolve(stream)->device;
    return cudaSuccess;
}

cudaError_t cudaStreamGetFlags(cudaStream_t stream, unsigned int *flags)
{
    FAKE_CUDA_CALL;
    if (!exists(stream)) return note(cudaErrorInvalidResourceHandle);
    *flags = resolve(stream)->flags;
    return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream)
{
    FAKE_CUDA_CALL;
    if (!exists(stream)) return complain(cudaErrorInvalidResourceHandle, "%s: no such stream", __func__);
    if (is_capturing(stream)) {
        resolve(stream)->capture->is_broken = true;
        return complain(cudaErrorStreamCaptureUnsupported, "%s: the stream captures", __func__);
    }
    drain(stream);
    return cudaSuccess;
}

cudaError_t cudaStreamQuery(cudaStream_t stream)
{
    FAKE_CUDA_CALL;
    return cudaStreamSynchronize(stream);
}

cudaError_t cudaDeviceSynchronize(void)
{
    FAKE_CUDA_CALL;
    FAKE_CUDA_TRY(check_no_capture(__func__));
    drain_all();
    return cudaSuccess;
}

cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void *data)
{
    FAKE_CUDA_CALL;
    return put(stream, __func__, [function, data] { function(data); });
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned int flags)
{
    FAKE_CUDA_CALL;
    *event = new CUevent_st{flags, nullptr, std::make_shared<Moment>()};
    return cudaSuccess;
}

cudaError_t cudaEventCreate(cudaEvent_t *event)
{
    FAKE_CUDA_CALL;
    return cudaEventCreateWithFlags(event, cudaEventDefault);
}

cudaError_t cudaEventDestroy(cudaEvent_t event)
{
    FAKE_CUDA_CALL;
    delete event;
    return cudaSuccess;
}

/* In a capture an event only says what comes before what, and has no time: an external one is recorded at each replay. */
cudaError_t cudaEventRecordWithFlags(cudaEvent_t event, cudaStream_t stream, unsigned int flags)
{
    FAKE_CUDA_CALL;
    if (!exists(stream)) return complain(cudaErrorInvalidResourceHandle, "%s: no such stream", __func__);
    const bool is_external = (flags & cudaEventRecordExternal) != 0;
    const std::shared_ptr<Moment> moment = event->moment;
    event->capture = is_capturing(stream) && !is_external ? resolve(stream)->capture : nullptr;
    if (event->capture != nullptr) return cudaSuccess;
    moment->stream = resolve(stream);
    if (!is_capturing(stream)) moment->n_recorded++;
    return put(stream, __func__, [moment] {
        moment->n_done = std::max(moment->n_done + 1, moment->n_recorded);
        moment->n_recorded = moment->n_done;
        moment->time = std::chrono::steady_clock::now();
    });
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream)
{
    FAKE_CUDA_CALL;
    return cudaEventRecordWithFlags(event, stream, cudaEventRecordDefault);
}

cudaError_t cudaEventSynchronize(cudaEvent_t event)
{
    FAKE_CUDA_CALL;
    FAKE_CUDA_TRY(check_no_capture(__func__));
    if (event->capture != nullptr) return complain(cudaErrorCapturedEvent, "%s", __func__);
    wait_for(event->moment, event->moment->n_recorded);
    return cudaSuccess;
}

cudaError_t cudaEventQuery(cudaEvent_t event)
{
    FAKE_CUDA_CALL;
    return cudaEventSynchronize(event);
}

cudaError_t cudaEventElapsedTime(float *ms, cudaEvent_t start, cudaEvent_t end)
{
    FAKE_CUDA_CALL;
    if (start->capture != nullptr || end->capture != nullptr) return complain(cudaErrorCapturedEvent, "%s", __func__);
    if (((start->flags | end->flags) & cudaEventDisableTiming) != 0 || start->moment->n_recorded == 0 ||
        end->moment->n_recorded == 0)
        return note(cudaErrorInvalidResourceHandle);
    if (start->moment->n_done < start->moment->n_recorded || end->moment->n_done < end->moment->n_recorded)
        return note(cudaErrorNotReady);
    *ms = std::chrono::duration<float, std::milli>(end->moment->time - start->moment->time).count();
    return cudaSuccess;
}

/* A stream that waits for an event of a capture joins it. */
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned int)
{
    FAKE_CUDA_CALL;
    if (!exists(stream)) return complain(cudaErrorInvalidResourceHandle, "%s: no such stream", __func__);
    if (event->capture != nullptr && !is_capturing(stream)) {
        resolve(stream)->capture = event->capture;
        event->capture->streams.push_back(resolve(stream));
    }
    if (is_capturing(stream)) return cudaSuccess;
    const std::shared_ptr<Moment> moment = event->moment;
    const long n = moment->n_recorded;
    return put(stream, __func__, [moment, n] { wait_for(moment, n); });
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode)
{
    FAKE_CUDA_CALL;
    if (!exists(stream) || resolve(stream) == get_default_stream())
        return complain(cudaErrorStreamCaptureUnsupported, "%s: not a stream that can capture", __func__);
    if (is_capturing(stream)) return complain(cudaErrorIllegalState, "%s: the stream captures", __func__);
    stream->capture = stream->captures_here = new CUgraph_st{{}, {stream}, mode, false};
    captures.push_back(stream->capture);
    return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *graph)
{
    FAKE_CUDA_CALL;
    *graph = nullptr;
    const cudaGraph_t capture = exists(stream) ? stream->captures_here : nullptr;
    const auto own = std::find(captures.begin(), captures.end(), capture);
    if (capture == nullptr || own == captures.end())
        return complain(cudaErrorIllegalState, "%s: no capture of this stream and thread", __func__);
    captures.erase(own);
    for (const cudaStream_t joined : capture->streams) joined->capture = joined->captures_here = nullptr;
    if (capture->is_broken) {
        delete capture;
        return note(cudaErrorStreamCaptureInvalidated);
    }
    *graph = capture;
    return cudaSuccess;
}

cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus *status)
{
    FAKE_CUDA_CALL;
    *status = is_capturing(stream) ? cudaStreamCaptureStatusActive : cudaStreamCaptureStatusNone;
    return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t *out, cudaGraph_t graph, unsigned long long)
{
    FAKE_CUDA_CALL;
    *out = new CUgraphExec_st{std::make_shared<std::vector<Work>>(graph->work), get_device()};
    return cudaSuccess;
}

cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t *out, cudaGraph_t graph, unsigned long long flags)
{
    FAKE_CUDA_CALL;
    return cudaGraphInstantiate(out, graph, flags);
}

cudaError_t cudaGraphUpload(cudaGraphExec_t, cudaStream_t)
{
    FAKE_CUDA_CALL;
    return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t stream)
{
    FAKE_CUDA_CALL;
    const std::shared_ptr<std::vector<Work>> all = graph->work;
    return put(stream, __func__, [all] {
        for (const Work &work : *all) work();
    });
}

cudaError_t cudaGraphGetNodes(cudaGraph_t graph, cudaGraphNode_t *nodes, size_t *n)
{
    FAKE_CUDA_CALL;
    if (nodes != nullptr) return complain(cudaErrorNotSupported, "%s: only counts", __func__);
    *n = graph->work.size();
    return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph)
{
    FAKE_CUDA_CALL;
    delete graph;
    return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t graph)
{
    FAKE_CUDA_CALL;
    delete graph;
    return cudaSuccess;
}

cudaError_t cudaFuncSetAttribute(const void *kernel, cudaFuncAttribute attribute, int value)
{
    FAKE_CUDA_CALL;
    int most = 0;
    FAKE_CUDA_TRY(check_image());
    FAKE_CUDA_TRY(cudaDeviceGetAttribute(&most, cudaDevAttrMaxSharedMemoryPerBlockOptin, get_device()));
    if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize) return cudaSuccess;
    const size_t own = count_static_shared(kernel);
    if (value < 0 || size_t(value) + own > size_t(most))
        return complain(cudaErrorInvalidValue, "%s: %d and %zu bytes of shared memory, the most is %d", __func__, value,
                        own, most);
    allowed_shared[kernel] = value;
    return cudaSuccess;
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes *attributes, const void *kernel)
{
    FAKE_CUDA_CALL;
    FAKE_CUDA_TRY(check_image());
    *attributes = cudaFuncAttributes();
    attributes->sharedSizeBytes = count_static_shared(kernel);
    attributes->maxThreadsPerBlock = 1024;
    attributes->numRegs = 32;
    attributes->binaryVersion = 10 * get_machine().major + get_machine().minor;
    attributes->ptxVersion = attributes->binaryVersion;
    attributes->maxDynamicSharedSizeBytes = 48 * 1024 - int(attributes->sharedSizeBytes);
    return cudaSuccess;
}

cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int *n_blocks, const void *kernel, int block_size,
                                                          size_t shared_bytes)
{
    FAKE_CUDA_CALL;
    cudaDeviceProp properties;
    FAKE_CUDA_TRY(cudaGetDeviceProperties(&properties, get_device()));
    const size_t bytes = shared_bytes + count_static_shared(kernel) + properties.reservedSharedMemPerBlock;
    *n_blocks = std::min({properties.maxThreadsPerMultiProcessor / std::max(block_size, 1),
                          properties.maxBlocksPerMultiProcessor, int(properties.sharedMemPerMultiprocessor / bytes)});
    return cudaSuccess;
}
