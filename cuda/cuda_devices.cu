#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "kernel.h"

extern "C" {
#include "tensor/cuda_devices.h"
}

/* Of a name in a message. */
enum { NAME_BYTES = 64 };

/* The oldest compute capability, times 10: the first with the tensor cores' instructions that kernels use. */
enum { OLDEST = 75 };

/* There is code for a GPU where there is code of this. */
FRCNN_KERNEL(1) probe() {}

/* Reads what CUDA remembers of an error, too. */
static cudaError_t take(cudaError_t error)
{
    if (error != cudaSuccess) (void)cudaGetLastError();
    return error;
}

extern "C" int frcnn_cuda_get_version(void)
{
    return CUDART_VERSION;
}

extern "C" int frcnn_cuda_count_devices(void)
{
    int n = 0;
    return take(cudaGetDeviceCount(&n)) == cudaSuccess ? n : 0;
}

/* CUDA takes the numbers of the variable up to the first that is none. */
static void explain_no_device(char reason[FRCNN_DEVICE_NOTE_BYTES])
{
    const char *visible = getenv("CUDA_VISIBLE_DEVICES");
    if (visible == nullptr)
        snprintf(reason, FRCNN_DEVICE_NOTE_BYTES, "this machine has no NVIDIA GPU");
    else if (visible[0] == '\0' || strncmp(visible, "-1", 2) == 0)
        snprintf(reason, FRCNN_DEVICE_NOTE_BYTES, "CUDA_VISIBLE_DEVICES='%.40s' hides all GPUs", visible);
    else
        snprintf(reason, FRCNN_DEVICE_NOTE_BYTES,
                 "this machine has no NVIDIA GPU that CUDA_VISIBLE_DEVICES='%.40s' names", visible);
}

/* A driver runs every CUDA of its own major number, and older ones. */
static void explain_driver(char reason[FRCNN_DEVICE_NOTE_BYTES])
{
    int driver = 0;
    (void)take(cudaDriverGetVersion(&driver));
    if (driver == 0)
        snprintf(reason, FRCNN_DEVICE_NOTE_BYTES, "no NVIDIA driver was found; install one for CUDA %d.0 or newer",
                 CUDART_VERSION / 1000);
    else
        snprintf(
            reason, FRCNN_DEVICE_NOTE_BYTES,
            "the NVIDIA driver is for CUDA %d.%d, this build needs %d.0; update the driver, or build with an older "
            "toolkit",
            driver / 1000, driver % 1000 / 10, CUDART_VERSION / 1000);
}

extern "C" void frcnn_cuda_explain(char reason[FRCNN_DEVICE_NOTE_BYTES])
{
    int n = 0;
    const cudaError_t error = take(cudaGetDeviceCount(&n));
    reason[0] = '\0';
    if (error == cudaErrorNoDevice || (error == cudaSuccess && n == 0))
        explain_no_device(reason);
    else if (error == cudaErrorInsufficientDriver)
        explain_driver(reason);
    else if (error != cudaSuccess)
        snprintf(reason, FRCNN_DEVICE_NOTE_BYTES, "CUDA does not start: %s (%s); nvidia-smi may say more",
                 cudaGetErrorString(error), cudaGetErrorName(error));
}

/* The GPU stays this thread's: going back would wake another one. */
static cudaError_t find_code(int index)
{
    cudaFuncAttributes attributes;
    const cudaError_t error = take(cudaSetDevice(index));
    if (error != cudaSuccess) return error;
    return take(cudaFuncGetAttributes(&attributes, reinterpret_cast<const void *>(probe)));
}

static int get_attribute(cudaDeviceAttr attribute, int index)
{
    int value = 0;
    return take(cudaDeviceGetAttribute(&value, attribute, index)) == cudaSuccess ? value : 0;
}

static void get_properties(cudaDeviceProp *properties, int index)
{
    memset(properties, 0, sizeof *properties);
    if (take(cudaGetDeviceProperties(properties, index)) != cudaSuccess)
        snprintf(properties->name, sizeof properties->name, "unknown GPU");
}

static void describe_problem(char *text, size_t n_bytes, int capability, cudaError_t error)
{
    if (capability < OLDEST)
        snprintf(text, n_bytes, "this build runs on %d.%d and newer; choose another device", OLDEST / 10, OLDEST % 10);
    else if (error == cudaErrorNoKernelImageForDevice || error == cudaErrorInvalidDeviceFunction)
        snprintf(text, n_bytes, "this build has no code for it; build with -DCMAKE_CUDA_ARCHITECTURES=%d", capability);
    else
        snprintf(text, n_bytes, "CUDA: %s", cudaGetErrorString(error));
}

extern "C" void frcnn_cuda_find_problem(char problem[FRCNN_DEVICE_NOTE_BYTES], int index)
{
    cudaDeviceProp properties;
    const int major = get_attribute(cudaDevAttrComputeCapabilityMajor, index);
    const int minor = get_attribute(cudaDevAttrComputeCapabilityMinor, index);
    const int capability = 10 * major + minor;
    const cudaError_t error = capability < OLDEST ? cudaErrorNoKernelImageForDevice : find_code(index);
    problem[0] = '\0';
    if (error == cudaSuccess) return;
    get_properties(&properties, index);
    const int n = snprintf(problem, FRCNN_DEVICE_NOTE_BYTES, "%.*s (compute capability %d.%d): ", NAME_BYTES,
                           properties.name, major, minor);
    describe_problem(problem + n, FRCNN_DEVICE_NOTE_BYTES - (size_t)n, capability, error);
}

extern "C" void frcnn_cuda_get_device_info(frcnn_device_info *out, int index)
{
    cudaDeviceProp properties;
    size_t total_bytes = 0;
    get_properties(&properties, index);
    snprintf(out->name, sizeof out->name, "%s", properties.name);
    out->n_cores = properties.multiProcessorCount;
    out->compute_major = properties.major;
    out->compute_minor = properties.minor;
    out->memory_bytes = properties.totalGlobalMem;
    (void)take(cudaDriverGetVersion(&out->driver_version));
    if (take(cudaSetDevice(index)) != cudaSuccess ||
        take(cudaMemGetInfo(&out->free_bytes, &total_bytes)) != cudaSuccess)
        out->free_bytes = 0;
}
