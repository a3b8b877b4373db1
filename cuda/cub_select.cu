extern "C" {
#include "list_stages.h"
}

/* Room for Thrust's places, which is more than CUB's few words a tile. */
extern "C" size_t frcnn_cuda_select_get_workspace(int64_t n)
{
    const size_t more = (size_t)1 << 18;
    return (size_t)n > (SIZE_MAX - more) / 16 ? SIZE_MAX : (size_t)n * 16 + more;
}

#if defined(FRCNN_HOST_GRID)

extern "C" frcnn_status frcnn_cuda_select_i64(const uint8_t *flags, int64_t n, int64_t *indices, int64_t *count,
                                              void *workspace, size_t workspace_bytes, void *stream)
{
    return frcnn_thrust_select_i64(flags, n, indices, count, workspace, workspace_bytes, stream);
}

#else

#include "cccl.h"

#include <cub/device/device_select.cuh>
#include <thrust/iterator/counting_iterator.h>

#include "cuda_check.h"

/* One pass, where Thrust needs a scan and a scatter to leave the count on the device. */
extern "C" frcnn_status frcnn_cuda_select_i64(const uint8_t *flags, int64_t n, int64_t *indices, int64_t *count,
                                              void *workspace, size_t workspace_bytes, void *stream)
{
    const cudaStream_t cuda_stream = static_cast<cudaStream_t>(stream);
    return frcnn_cuda_check(cub::DeviceSelect::Flagged(workspace, workspace_bytes,
                                                       thrust::counting_iterator<int64_t>(0), flags, indices, count, n,
                                                       cuda_stream),
                            "select");
}

#endif
