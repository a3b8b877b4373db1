#include "thrust_policy.h"

#include <thrust/iterator/counting_iterator.h>
#include <thrust/iterator/transform_iterator.h>
#include <thrust/scan.h>

extern "C" {
#include "list_stages.h"
}

namespace
{
/** The list, and a zero behind it that the sum of all stands at. */
struct count_at {
    const int64_t *counts;
    int64_t n;
    FRCNN_THRUST_HD int64_t operator()(int64_t i) const { return i < n ? counts[i] : 0; }
};
} // namespace

extern "C" size_t frcnn_cuda_scan_get_workspace(int64_t n)
{
    /* A few words for each of the tiles, hundreds of elements or more, that the scan works on. */
    return static_cast<size_t>(n) / 4 + ((size_t)1 << 18);
}

extern "C" frcnn_status frcnn_cuda_scan_i64(const int64_t *counts, int64_t n, int64_t *sums, void *workspace,
                                            size_t workspace_bytes, void *stream)
{
    return frcnn_thrust_run("scan", stream, [=] {
        thrust_workspace memory(workspace, workspace_bytes);
        const auto all = thrust::make_transform_iterator(thrust::counting_iterator<int64_t>(0), count_at{counts, n});
        thrust::exclusive_scan(FRCNN_THRUST_POLICY(memory, stream), all, all + (n + 1), sums, int64_t{0});
    });
}
