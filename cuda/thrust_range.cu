#include "thrust_policy.h"

#include <thrust/transform_reduce.h>

extern "C" {
#include "list_stages.h"
}

namespace
{
struct range {
    int64_t least, most;
};
struct range_of {
    FRCNN_THRUST_HD range operator()(int64_t value) const { return range{value, value}; }
};
struct range_of_both {
    FRCNN_THRUST_HD range operator()(const range &a, const range &b) const
    {
        return range{a.least < b.least ? a.least : b.least, a.most > b.most ? a.most : b.most};
    }
};
} // namespace

extern "C" size_t frcnn_cuda_range_get_workspace(void)
{
    /* One range for each block of a grid that fills the device. */
    return (size_t)1 << 20;
}

extern "C" frcnn_status frcnn_cuda_range_i64(const int64_t *values, int64_t n, int64_t *least, int64_t *most,
                                             void *workspace, size_t workspace_bytes, void *stream)
{
    const frcnn_status status = frcnn_thrust_run("range", stream, [=] {
        thrust_workspace memory(workspace, workspace_bytes);
        const range none = {INT64_MAX, INT64_MIN};
        const range all = thrust::transform_reduce(FRCNN_THRUST_POLICY(memory, stream), values, values + n, range_of{},
                                                   none, range_of_both{});
        *least = all.least;
        *most = all.most;
    });
    if (status == FRCNN_OK) frcnn_thrust_wait(stream);
    return status;
}
