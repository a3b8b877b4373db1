#include "frcnn/ops.h"
#include "tensor/error.h"
#include "tensor/index/sort.h"
#include "tensor/shape.h"

frcnn_status frcnn_tensor_topk(frcnn_tensor **values, frcnn_tensor **indices, const frcnn_tensor *tensor, int64_t k,
                               int dim, int largest)
{
    FRCNN_FAIL_IF(tensor->dtype == FRCNN_BOOL, FRCNN_ERROR_INVALID, "topk: expected numbers, found bool");
    int at = 0;
    FRCNN_TRY(frcnn_dim_wrap(&at, "topk", dim, tensor->n_dims));
    const int64_t n = tensor->n_dims == 0 ? 1 : tensor->shape[at];
    FRCNN_FAIL_IF(k < 0 || k > n, FRCNN_ERROR_INVALID, "topk: expected k in [0, %lld], found %lld", (long long)n,
                  (long long)k);
    /* A scalar has no dimension that could shrink to k = 0. */
    return frcnn_sort_run(values, indices, "topk", tensor, tensor->n_dims == 0 ? 1 : k, at, largest);
}
