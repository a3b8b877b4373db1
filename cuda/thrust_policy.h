/** How every Thrust file (thrust_*.cu) runs its algorithms: on a stream, in a workspace, with no wait that the result does
 *  not need. Such a file holds no kernels and nothing of the CUDA runtime, so that a C++ compiler makes of it the same
 *  stages for a CPU, with THRUST_DEVICE_SYSTEM set to THRUST_DEVICE_SYSTEM_CPP or _OMP.
 *
 *      return frcnn_thrust_run("scan", stream, [=] {
 *          thrust_workspace memory(workspace, workspace_bytes);
 *          thrust::exclusive_scan(FRCNN_THRUST_POLICY(memory, stream), …);
 *      });
 *
 *  What temporary memory a stage needs there is the CPU's own; the workspace stays unused.
 */
#ifndef FRCNN_THRUST_POLICY_H
#define FRCNN_THRUST_POLICY_H

#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>

#include "cccl.h"

#include <thrust/execution_policy.h>
#include <thrust/system_error.h>

extern "C" {
#include "tensor/error.h"
}

#if defined(FRCNN_HOST_GRID)
#include "cuda_check.h"
#include "fake_runtime.h"
#endif

#if defined(__CUDACC__)
#define FRCNN_THRUST_HD __host__ __device__
#else
#define FRCNN_THRUST_HD
#endif

/** The parts of a workspace, one behind the other; nothing is given back before the stage ends. */
class thrust_workspace
{
  public:
    typedef char value_type;

    thrust_workspace(void *memory, size_t bytes) : next(static_cast<char *>(memory)), left(bytes) {}
    char *allocate(std::ptrdiff_t n)
    {
        const size_t step = 256;
        const size_t bytes = (static_cast<size_t>(n) + step - 1) / step * step;
        if (bytes > left) throw std::bad_alloc();
        char *const part = next;
        next += bytes;
        left -= bytes;
        return part;
    }
    void deallocate(char *, size_t) {}

  private:
    char *next;
    size_t left;
};

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
#define FRCNN_THRUST_POLICY(workspace, stream) thrust::cuda::par_nosync(workspace).on(static_cast<cudaStream_t>(stream))
#else
/* These stages run at once. Work that the host grid's stream still has comes first; a stream that records can't have them. */
extern "C" __attribute__((weak)) void frcnn_host_stream_meet(void *stream);
#define FRCNN_THRUST_POLICY(workspace, stream)                                                                         \
    (static_cast<void>(workspace),                                                                                     \
     frcnn_host_stream_meet != nullptr ? frcnn_host_stream_meet(stream) : static_cast<void>(0), thrust::device)
#endif

#if defined(FRCNN_HOST_GRID)

/** On the host grid a stage is work on its stream, as a kernel is. */
template <typename Stage> static frcnn_status frcnn_thrust_run(const char *what, void *stream, Stage stage)
{
    return frcnn_cuda_check(fake_cuda::put(static_cast<cudaStream_t>(stream), what, stage), what);
}

static inline void frcnn_thrust_wait(void *stream)
{
    fake_cuda::drain(static_cast<cudaStream_t>(stream));
}

#else

/** Runs the stage and makes a status of what it throws. */
template <typename Stage> static frcnn_status frcnn_thrust_run(const char *what, void *, Stage stage)
{
    try {
        stage();
    } catch (const std::bad_alloc &) {
        return frcnn_fail(FRCNN_ERROR_NO_MEMORY, "%s: more memory is needed than was planned", what);
    } catch (const std::exception &error) {
        return frcnn_fail(FRCNN_ERROR_BACKEND, "%s: %s", what, error.what());
    }
    return FRCNN_OK;
}

/** Until a stage that gives a value to the host has given it: Thrust has waited for it itself. */
static inline void frcnn_thrust_wait(void *) {}

#endif

#endif
