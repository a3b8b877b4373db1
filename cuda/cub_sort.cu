extern "C" {
#include "list_stages.h"
}

#if defined(FRCNN_HOST_GRID)

extern "C" size_t frcnn_cuda_sort_get_workspace(int64_t n)
{
    return static_cast<size_t>(n) * 16;
}

extern "C" frcnn_status frcnn_cuda_sort_keys(const uint64_t *keys, const int64_t *values, int64_t n, int,
                                             uint64_t *sorted_keys, int64_t *sorted_values, void *workspace,
                                             size_t workspace_bytes, void *stream)
{
    return frcnn_thrust_sort_keys(keys, values, n, sorted_keys, sorted_values, workspace, workspace_bytes, stream);
}

#else

#include "cccl.h"

#include <cub/device/device_radix_sort.cuh>

#include "cuda_check.h"

/* Thrust's sort is this one over all 64 bits, in place: it asks for room for all keys and values also where this one has a
   block do it all. */
extern "C" size_t frcnn_cuda_sort_get_workspace(int64_t n)
{
    const uint64_t *const keys = nullptr;
    const int64_t *const values = nullptr;
    size_t bytes = 0;
    const size_t slack = 4096; /* Thrust rounds its own parts */
    const cudaError_t error = cub::DeviceRadixSort::SortPairs(nullptr, bytes, keys, static_cast<uint64_t *>(nullptr),
                                                              values, static_cast<int64_t *>(nullptr), n, 0, 64);
    if (error != cudaSuccess) (void)cudaGetLastError();
    const size_t both = (size_t)n < SIZE_MAX / 64 ? (size_t)n * 16 + slack : SIZE_MAX;
    return error == cudaSuccess && both < SIZE_MAX && bytes < SIZE_MAX - both ? bytes + both : SIZE_MAX;
}

extern "C" frcnn_status frcnn_cuda_sort_keys(const uint64_t *keys, const int64_t *values, int64_t n, int n_bits,
                                             uint64_t *sorted_keys, int64_t *sorted_values, void *workspace,
                                             size_t workspace_bytes, void *stream)
{
    const cudaStream_t cuda_stream = static_cast<cudaStream_t>(stream);
    if (values == nullptr)
        return frcnn_cuda_check(
            cub::DeviceRadixSort::SortKeys(workspace, workspace_bytes, keys, sorted_keys, n, 0, n_bits, cuda_stream),
            "sort");
    return frcnn_cuda_check(cub::DeviceRadixSort::SortPairs(workspace, workspace_bytes, keys, sorted_keys, values,
                                                            sorted_values, n, 0, n_bits, cuda_stream),
                            "sort of pairs");
}

#endif
