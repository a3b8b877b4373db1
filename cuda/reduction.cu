#include "kernel.h"

#include "reduce_policies.h"
#include "tensor_reduce.h"

frcnn_status frcnn_reduce_cuda(const frcnn_reduction_job *job)
{
    if (job->n_outer == 0 || job->n_inner == 0) return FRCNN_OK;
    switch (job->reduction) {
    case FRCNN_REDUCTION_SUM:
    case FRCNN_REDUCTION_MEAN:
    case FRCNN_REDUCTION_PROD:
        return frcnn_reduce_sum_cuda(job);
    case FRCNN_REDUCTION_AMAX:
    case FRCNN_REDUCTION_AMIN:
        return frcnn_reduce_extreme_cuda(job);
    case FRCNN_REDUCTION_ANY:
    case FRCNN_REDUCTION_ALL:
        return frcnn_reduce_any_cuda(job);
    case FRCNN_REDUCTION_VAR:
        return frcnn_reduce_variance_cuda(job);
    default:
        return frcnn_reduce_arg_cuda(job);
    }
}
