#include "tensor/reduce/cumsum.h"

#include "frcnn/reduce.h"
#include "tensor/compute.h"
#include "tensor/error.h"
#include "tensor/shape.h"
#include "tensor/tensor_ops.h"

frcnn_status frcnn_tensor_cumsum(frcnn_tensor **out, const frcnn_tensor *tensor, int dim)
{
    const frcnn_dtype computed = frcnn_compute_get_dtype(tensor->dtype);
    const frcnn_dtype handed_out = frcnn_compute_is_float(tensor->dtype) ? tensor->dtype : FRCNN_I64;
    const frcnn_tensor_ops *table = NULL;
    int at = 0;
    FRCNN_TRY(frcnn_dim_resolve(&at, "cumsum", dim, tensor->n_dims > 0 ? tensor->n_dims : 1));
    FRCNN_TRY(frcnn_tensor_ops_find(&table, "cumsum", tensor->device));
    frcnn_status status = FRCNN_OK;
    frcnn_tensor *src = NULL;
    frcnn_tensor *sums = NULL;
    int64_t n_outer = 1;
    int64_t n_inner = 1;
    for (int d = 0; d < at; d++) n_outer *= tensor->shape[d];
    for (int d = at + 1; d < tensor->n_dims; d++) n_inner *= tensor->shape[d];
    FRCNN_TRY_CLEANUP(frcnn_compute_open(&src, tensor, computed));
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty(&sums, computed, tensor->n_dims, tensor->shape));
    if (tensor->n_elements > 0)
        table->reduce->cumsum(computed, n_outer, tensor->n_dims > 0 ? tensor->shape[at] : 1, n_inner,
                              frcnn_tensor_get_const_data(src), frcnn_tensor_get_data(sums));
    FRCNN_TRY_CLEANUP(frcnn_compute_close(out, &sums, handed_out));

cleanup:
    frcnn_tensor_destroy(&sums);
    frcnn_tensor_destroy(&src);
    return status;
}
