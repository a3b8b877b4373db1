/** What a file with kernels starts from. Such a file is CUDA C++, and plain C++ as well: with FRCNN_HOST_GRID a C++ compiler
 *  takes it, and every thread of a grid runs on the CPU (tests/cuda/host_grid). So kernels keep to this:
 *
 *      FRCNN_KERNEL(256) scale(int64_t n, float factor, float *values)
 *      {
 *          FRCNN_SHARED float part[32];
 *          FRCNN_DYNAMIC_SHARED(float, rows);
 *          …
 *      }
 *      return FRCNN_LAUNCH(scale, grid, 256, 0, stream, n, factor, values);
 *
 *  Instructions that only a GPU has, such as those of the tensor cores, stay behind the functions of mma.h and
 *  async_copy.h, which say what they compute.
 */
#ifndef FRCNN_KERNEL_H
#define FRCNN_KERNEL_H

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include "cuda_check.h"
#include "cuda_stream.h"

#if defined(FRCNN_HOST_GRID)
#include "host_grid.h"
#else

/** A kernel of blocks of at most that many threads; a second number is how many blocks of an SM registers must do for. */
#define FRCNN_KERNEL(...) static __global__ void __launch_bounds__(__VA_ARGS__)
#define FRCNN_DEVICE static __device__ __forceinline__
/** Memory of a block, in front of a declaration in a kernel. */
#define FRCNN_SHARED __shared__
/** The block's memory whose bytes the launch gives, aligned to 16. */
#define FRCNN_DYNAMIC_SHARED(type, name)                                                                               \
    extern __shared__ __align__(16) unsigned char frcnn_dynamic_shared[];                                              \
    type *const name = reinterpret_cast<type *>(frcnn_dynamic_shared)

/** Puts a grid on the stream (cudaStream_t) and returns a frcnn_status; a template's name stands in parentheses. grid and
 *  block are dim3 or numbers above 0. More than 48 KB of dynamic shared memory are asked for with frcnn_cuda_allow_shared
 *  before. */
/* clang-format off */
#define FRCNN_LAUNCH(kernel, grid, block, shared_bytes, stream, ...)                                                   \
    frcnn_cuda_check(((kernel)<<<(grid), (block), (shared_bytes), (stream)>>>(__VA_ARGS__), cudaGetLastError()), #kernel)
/* clang-format on */

#endif

/** Lets a kernel use that much dynamic shared memory on this device. Returns a frcnn_status. */
template <typename Kernel> static inline frcnn_status frcnn_cuda_allow_shared(Kernel *kernel, size_t bytes)
{
    return frcnn_cuda_check(cudaFuncSetAttribute(reinterpret_cast<const void *>(kernel),
                                                 cudaFuncAttributeMaxDynamicSharedMemorySize, (int)bytes),
                            "shared memory of a kernel");
}

#endif
