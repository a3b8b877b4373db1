#include "thrust_policy.h"

#include <thrust/copy.h>
#include <thrust/sort.h>

extern "C" {
#include "list_stages.h"
}

extern "C" frcnn_status frcnn_thrust_sort_keys(const uint64_t *keys, const int64_t *values, int64_t n,
                                               uint64_t *sorted_keys, int64_t *sorted_values, void *workspace,
                                               size_t workspace_bytes, void *stream)
{
    return frcnn_thrust_run("sort", stream, [=] {
        thrust_workspace memory(workspace, workspace_bytes);
        thrust::copy_n(FRCNN_THRUST_POLICY(memory, stream), keys, n, sorted_keys);
        if (values == nullptr) {
            thrust::sort(FRCNN_THRUST_POLICY(memory, stream), sorted_keys, sorted_keys + n);
            return;
        }
        thrust::copy_n(FRCNN_THRUST_POLICY(memory, stream), values, n, sorted_values);
        thrust::stable_sort_by_key(FRCNN_THRUST_POLICY(memory, stream), sorted_keys, sorted_keys + n, sorted_values);
    });
}
