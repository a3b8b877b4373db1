#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "fake_cuda.h"
#include "fake_runtime.h"

namespace fake_cuda
{
namespace
{

struct Failure {
    int n_calls_left;
    cudaError_t error;
};

struct Calls {
    long n;
    Failure failure;
};

std::recursive_mutex mutex;
int n_nested_calls; // under mutex
std::map<std::string, Calls> calls;
long n_other_waits;
thread_local cudaError_t last_error = cudaSuccess;
thread_local int current_device = 0;

long read_number(const char *name, long otherwise)
{
    const char *text = getenv(name);
    return text == nullptr || *text == '\0' ? otherwise : strtol(text, nullptr, 10);
}

/* As CUDA does: the numbers up to the first that is no GPU's or comes twice. */
int count_visible(int n_devices)
{
    const char *text = getenv("CUDA_VISIBLE_DEVICES");
    std::vector<long> visible;
    if (text == nullptr) return n_devices;
    for (char *end; *text != '\0'; text = *end == ',' ? end + 1 : end) {
        const long index = strtol(text, &end, 10);
        const bool is_new = std::find(visible.begin(), visible.end(), index) == visible.end();
        if (end == text || index < 0 || index >= n_devices || !is_new) break;
        visible.push_back(index);
    }
    return int(visible.size());
}

Machine read_machine()
{
    const long capability = read_number("FRCNN_FAKE_CUDA_CAPABILITY", 90);
    return {count_visible(int(read_number("FRCNN_FAKE_CUDA_DEVICES", 1))),
            size_t(read_number("FRCNN_FAKE_CUDA_BYTES", 8l << 30)),
            int(read_number("FRCNN_FAKE_CUDA_DRIVER", CUDART_VERSION)),
            int(capability / 10),
            int(capability % 10),
            read_number("FRCNN_FAKE_CUDA_LAZY", 0) != 0};
}

} // namespace

Machine &get_machine()
{
    static Machine machine = read_machine();
    return machine;
}

cudaError_t find_trouble()
{
    const Machine &machine = get_machine();
    if (machine.driver < CUDART_VERSION / 1000 * 1000) return cudaErrorInsufficientDriver;
    return machine.n_devices <= 0 ? cudaErrorNoDevice : cudaSuccess;
}

int get_device()
{
    return current_device;
}

Call::Call(const char *function) : error(cudaSuccess), name(function), lock(mutex)
{
    Calls &own = calls[function];
    own.n++;
    n_nested_calls++;
    if (own.failure.n_calls_left > 0 && --own.failure.n_calls_left == 0)
        error = own.failure.error;
    else
        error = find_trouble();
}

Call::~Call()
{
    if (--n_nested_calls == 0) close_memory(name);
}

void count_wait()
{
    n_other_waits++;
}

cudaError_t note(cudaError_t error)
{
    if (error != cudaSuccess) last_error = error;
    return error;
}

cudaError_t complain(cudaError_t error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("fake CUDA: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs("\n", stderr);
    va_end(arguments);
    return note(error);
}

} // namespace fake_cuda

using fake_cuda::current_device;
using fake_cuda::get_machine;
using fake_cuda::note;

void fake_cuda_reset(void)
{
    get_machine() = fake_cuda::read_machine();
    fake_cuda::last_error = cudaSuccess;
    fake_cuda::current_device = 0;
    for (auto &entry : fake_cuda::calls) entry.second.failure = {0, cudaSuccess};
}

void fake_cuda_set_devices(int n_devices)
{
    get_machine().n_devices = n_devices;
}

void fake_cuda_set_bytes(size_t bytes)
{
    get_machine().bytes = bytes;
}

void fake_cuda_set_driver(int version)
{
    get_machine().driver = version;
}

void fake_cuda_set_capability(int major, int minor)
{
    get_machine().major = major;
    get_machine().minor = minor;
}

void fake_cuda_set_lazy(int is_lazy)
{
    get_machine().is_lazy = is_lazy != 0;
}

void fake_cuda_fail(const char *function, int n, int error)
{
    fake_cuda::calls[function].failure = {n, static_cast<cudaError_t>(error)};
}

long fake_cuda_count_calls(const char *function)
{
    return fake_cuda::calls[function].n;
}

long fake_cuda_count_waits(void)
{
    long n = fake_cuda::n_other_waits;
    for (const char *function :
         {"cudaStreamSynchronize", "cudaEventSynchronize", "cudaDeviceSynchronize", "cudaMalloc", "cudaFree",
          "cudaHostAlloc", "cudaFreeHost", "cudaMemcpy", "cudaMemset", "cudaMemPoolDestroy"})
        n += fake_cuda_count_calls(function);
    return n;
}

long fake_cuda_count_allocations(void)
{
    long n = 0;
    for (const char *function : {"cudaMalloc", "cudaMallocAsync", "cudaMallocFromPoolAsync", "cudaHostAlloc"})
        n += fake_cuda_count_calls(function);
    return n;
}

cudaError_t cudaGetLastError(void)
{
    const cudaError_t error = fake_cuda::last_error;
    fake_cuda::last_error = cudaSuccess;
    return error;
}

cudaError_t cudaPeekAtLastError(void)
{
    return fake_cuda::last_error;
}

#define ERRORS(X)                                                                                                      \
    X(cudaSuccess, "no error")                                                                                         \
    X(cudaErrorInvalidValue, "invalid argument")                                                                       \
    X(cudaErrorMemoryAllocation, "out of memory")                                                                      \
    X(cudaErrorInitializationError, "initialization error")                                                            \
    X(cudaErrorInvalidConfiguration, "invalid configuration argument")                                                 \
    X(cudaErrorInsufficientDriver, "CUDA driver version is insufficient for CUDA runtime version")                     \
    X(cudaErrorNoDevice, "no CUDA-capable device is detected")                                                         \
    X(cudaErrorInvalidDevice, "invalid device ordinal")                                                                \
    X(cudaErrorDevicesUnavailable, "CUDA-capable device(s) is/are busy or unavailable")                                \
    X(cudaErrorNoKernelImageForDevice, "no kernel image is available for execution on the device")                     \
    X(cudaErrorUnsupportedPtxVersion, "the provided PTX was compiled with an unsupported toolchain.")                  \
    X(cudaErrorECCUncorrectable, "uncorrectable ECC error encountered")                                                \
    X(cudaErrorInvalidResourceHandle, "invalid resource handle")                                                       \
    X(cudaErrorNotReady, "device not ready")                                                                           \
    X(cudaErrorIllegalAddress, "an illegal memory access was encountered")                                             \
    X(cudaErrorLaunchOutOfResources, "too many resources requested for launch")                                        \
    X(cudaErrorLaunchTimeout, "the launch timed out and was terminated")                                               \
    X(cudaErrorLaunchFailure, "unspecified launch failure")                                                            \
    X(cudaErrorNotSupported, "operation not supported")                                                                \
    X(cudaErrorStreamCaptureUnsupported, "operation not permitted when stream is capturing")                           \
    X(cudaErrorStreamCaptureInvalidated, "operation failed due to a previous error during capture")                    \
    X(cudaErrorStreamCaptureUnjoined, "capturing stream has unjoined work")                                            \
    X(cudaErrorStreamCaptureImplicit, "operation would make the legacy stream depend on a capturing blocking stream")  \
    X(cudaErrorCapturedEvent, "operation not permitted on an event last recorded in a capturing stream")               \
    X(cudaErrorIllegalState, "the operation cannot be performed in the present state")                                 \
    X(cudaErrorUnknown, "unknown error")

const char *cudaGetErrorString(cudaError_t error)
{
    switch (error) {
#define CASE(name, text)                                                                                               \
    case name:                                                                                                         \
        return text;
        ERRORS(CASE)
#undef CASE
    default:
        return "unrecognized error code";
    }
}

const char *cudaGetErrorName(cudaError_t error)
{
    switch (error) {
#define CASE(name, text)                                                                                               \
    case name:                                                                                                         \
        return #name;
        ERRORS(CASE)
#undef CASE
    default:
        return "unrecognized error code";
    }
}

/* Those that work without a driver or a GPU. */
cudaError_t cudaDriverGetVersion(int *version)
{
    *version = get_machine().driver;
    return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int *version)
{
    *version = CUDART_VERSION;
    return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int *count)
{
    *count = 0;
    FAKE_CUDA_CALL;
    *count = get_machine().n_devices;
    return cudaSuccess;
}

cudaError_t cudaSetDevice(int device)
{
    FAKE_CUDA_CALL;
    if (device < 0 || device >= get_machine().n_devices) return note(cudaErrorInvalidDevice);
    current_device = device;
    return cudaSuccess;
}

cudaError_t cudaGetDevice(int *device)
{
    FAKE_CUDA_CALL;
    *device = current_device;
    return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp *properties, int device)
{
    FAKE_CUDA_CALL;
    if (device < 0 || device >= get_machine().n_devices) return note(cudaErrorInvalidDevice);
    *properties = cudaDeviceProp();
    snprintf(properties->name, sizeof properties->name, "Host grid %d", device);
    properties->uuid.bytes[15] = char(device);
    properties->totalGlobalMem = get_machine().bytes;
    properties->sharedMemPerBlock = 48 * 1024;
    properties->sharedMemPerBlockOptin = get_machine().major >= 8 ? 99 * 1024 : 64 * 1024;
    properties->sharedMemPerMultiprocessor = properties->sharedMemPerBlockOptin + 1024;
    properties->reservedSharedMemPerBlock = 1024;
    properties->regsPerBlock = 65536;
    properties->regsPerMultiprocessor = 65536;
    properties->warpSize = 32;
    properties->maxThreadsPerBlock = 1024;
    properties->maxThreadsPerMultiProcessor = 1024;
    properties->maxBlocksPerMultiProcessor = 16;
    const int block[3] = {1024, 1024, 64};
    const int grid[3] = {INT32_MAX, 65535, 65535};
    std::copy(block, block + 3, properties->maxThreadsDim);
    std::copy(grid, grid + 3, properties->maxGridSize);
    properties->major = get_machine().major;
    properties->minor = get_machine().minor;
    properties->multiProcessorCount = 4;
    properties->l2CacheSize = 4 << 20;
    properties->memoryBusWidth = 256;
    properties->textureAlignment = 512;
    properties->concurrentKernels = 1;
    properties->asyncEngineCount = 2;
    properties->unifiedAddressing = 1;
    properties->canMapHostMemory = 1;
    properties->memoryPoolsSupported = 1;
    properties->streamPrioritiesSupported = 1;
    properties->cooperativeLaunch = 1;
    properties->pciBusID = device;
    return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr attribute, int device)
{
    FAKE_CUDA_CALL;
    cudaDeviceProp properties;
    FAKE_CUDA_TRY(cudaGetDeviceProperties(&properties, device));
    switch (attribute) {
    case cudaDevAttrMaxThreadsPerBlock:
        *value = properties.maxThreadsPerBlock;
        break;
    case cudaDevAttrMaxSharedMemoryPerBlock:
        *value = int(properties.sharedMemPerBlock);
        break;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin:
        *value = int(properties.sharedMemPerBlockOptin);
        break;
    case cudaDevAttrMaxSharedMemoryPerMultiprocessor:
        *value = int(properties.sharedMemPerMultiprocessor);
        break;
    case cudaDevAttrReservedSharedMemoryPerBlock:
        *value = int(properties.reservedSharedMemPerBlock);
        break;
    case cudaDevAttrWarpSize:
        *value = properties.warpSize;
        break;
    case cudaDevAttrMultiProcessorCount:
        *value = properties.multiProcessorCount;
        break;
    case cudaDevAttrMaxThreadsPerMultiProcessor:
        *value = properties.maxThreadsPerMultiProcessor;
        break;
    case cudaDevAttrMaxBlocksPerMultiprocessor:
        *value = properties.maxBlocksPerMultiProcessor;
        break;
    case cudaDevAttrMaxRegistersPerBlock:
        *value = properties.regsPerBlock;
        break;
    case cudaDevAttrComputeCapabilityMajor:
        *value = properties.major;
        break;
    case cudaDevAttrComputeCapabilityMinor:
        *value = properties.minor;
        break;
    case cudaDevAttrL2CacheSize:
        *value = properties.l2CacheSize;
        break;
    case cudaDevAttrClockRate:
        *value = 1500000;
        break;
    case cudaDevAttrMemoryClockRate:
        *value = 2000000;
        break;
    case cudaDevAttrGlobalMemoryBusWidth:
        *value = properties.memoryBusWidth;
        break;
    case cudaDevAttrMemoryPoolsSupported:
        *value = properties.memoryPoolsSupported;
        break;
    case cudaDevAttrUnifiedAddressing:
        *value = properties.unifiedAddressing;
        break;
    case cudaDevAttrConcurrentKernels:
        *value = properties.concurrentKernels;
        break;
    case cudaDevAttrAsyncEngineCount:
        *value = properties.asyncEngineCount;
        break;
    case cudaDevAttrCooperativeLaunch:
        *value = properties.cooperativeLaunch;
        break;
    case cudaDevAttrIntegrated:
        *value = 0;
        break;
    case cudaDevAttrMaxGridDimX:
        *value = properties.maxGridSize[0];
        break;
    case cudaDevAttrMaxGridDimY:
        *value = properties.maxGridSize[1];
        break;
    case cudaDevAttrMaxGridDimZ:
        *value = properties.maxGridSize[2];
        break;
    default:
        return fake_cuda::complain(cudaErrorInvalidValue, "cudaDeviceGetAttribute: attribute %d is not known here",
                                   int(attribute));
    }
    return cudaSuccess;
}

cudaError_t cudaDeviceGetPCIBusId(char *text, int bytes, int device)
{
    FAKE_CUDA_CALL;
    if (device < 0 || device >= get_machine().n_devices) return note(cudaErrorInvalidDevice);
    snprintf(text, size_t(bytes), "0000:%02x:00.0", device);
    return cudaSuccess;
}

cudaError_t cudaDeviceCanAccessPeer(int *can, int, int)
{
    FAKE_CUDA_CALL;
    *can = 0;
    return cudaSuccess;
}

cudaError_t cudaDeviceGetStreamPriorityRange(int *least, int *greatest)
{
    FAKE_CUDA_CALL;
    *least = 0;
    *greatest = -5;
    return cudaSuccess;
}
