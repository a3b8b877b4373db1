#include "thrust_policy.h"

#include <thrust/copy.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/iterator/transform_iterator.h>
#include <thrust/scan.h>
#include <thrust/scatter.h>

extern "C" {
#include "list_stages.h"
}

namespace
{
struct is_set {
    const uint8_t *flags;
    int64_t n;
    FRCNN_THRUST_HD int64_t operator()(int64_t i) const { return i < n && flags[i] != 0 ? 1 : 0; }
};
} // namespace

/* copy_if would wait, to return where its output ends; so each flag's place is summed and the set ones are scattered. */
extern "C" frcnn_status frcnn_thrust_select_i64(const uint8_t *flags, int64_t n, int64_t *indices, int64_t *count,
                                                void *workspace, size_t workspace_bytes, void *stream)
{
    return frcnn_thrust_run("select", stream, [=] {
        thrust_workspace memory(workspace, workspace_bytes);
        int64_t *const places = reinterpret_cast<int64_t *>(
            memory.allocate(static_cast<std::ptrdiff_t>((static_cast<size_t>(n) + 1) * sizeof(int64_t))));
        const thrust::counting_iterator<int64_t> first(0);
        const auto set = thrust::make_transform_iterator(first, is_set{flags, n});
        thrust::exclusive_scan(FRCNN_THRUST_POLICY(memory, stream), set, set + (n + 1), places, int64_t{0});
        thrust::scatter_if(FRCNN_THRUST_POLICY(memory, stream), first, first + n, places, set, indices);
        thrust::copy_n(FRCNN_THRUST_POLICY(memory, stream), places + n, 1, count);
    });
}
