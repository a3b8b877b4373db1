#include "tensor_layers.h"
#include "tensor_reduce.h"

frcnn_status frcnn_map_mean_cuda(const frcnn_map_mean_run *run)
{
    const frcnn_reduction_job job = {
        FRCNN_REDUCTION_MEAN, run->dtype, 1, run->n, run->hw, run->c, run->src, run->dst, nullptr, 0.0};
    return frcnn_reduce_cuda(&job);
}
