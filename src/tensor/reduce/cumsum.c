#include "tensor/reduce/cumsum.h"

#include "frcnn/reduce.h"
#include "tensor/error.h"
#include "tensor/shape.h"
#include "tensor/tensor_ops.h"

/* Where the sums are made, and what they are handed out as. */
static void choose_dtypes(frcnn_dtype dtype, frcnn_dtype *computed, frcnn_dtype *handed_out)
{
    switch (dtype) {
    case FRCNN_F32:
    case FRCNN_F64:
        *computed = *handed_out = dtype;
        return;
    case FRCNN_F16:
    case FRCNN_BF16:
        *computed = FRCNN_F32;
        *handed_out = dtype;
        return;
    default:
        *computed = *handed_out = FRCNN_I64;
    }
}

frcnn_status frcnn_tensor_cumsum(frcnn_tensor **out, const frcnn_tensor *tensor, int dim)
{
    int at = 0;
    frcnn_dtype computed;
    frcnn_dtype handed_out;
    const frcnn_tensor_ops *table = NULL;
    FRCNN_TRY(frcnn_dim_resolve(&at, "cumsum", dim, tensor->n_dims > 0 ? tensor->n_dims : 1));
    FRCNN_TRY(frcnn_tensor_ops_find(&table, "cumsum", tensor->device));
    choose_dtypes(tensor->dtype, &computed, &handed_out);
    frcnn_status status = FRCNN_OK;
    frcnn_tensor *src = NULL;
    frcnn_tensor *sums = NULL;
    int64_t n_outer = 1;
    int64_t n_inner = 1;
    for (int d = 0; d < at; d++) n_outer *= tensor->shape[d];
    for (int d = at + 1; d < tensor->n_dims; d++) n_inner *= tensor->shape[d];
    if (computed == tensor->dtype)
        FRCNN_TRY_CLEANUP(frcnn_tensor_get_contiguous(&src, tensor));
    else
        FRCNN_TRY_CLEANUP(frcnn_tensor_cast(&src, tensor, computed));
    FRCNN_TRY_CLEANUP(frcnn_tensor_create_empty(&sums, computed, tensor->n_dims, tensor->shape));
    if (tensor->n_elements > 0)
        table->reduce->cumsum(computed, n_outer, tensor->n_dims > 0 ? tensor->shape[at] : 1, n_inner,
                              frcnn_tensor_get_const_data(src), frcnn_tensor_get_data(sums));
    if (handed_out == computed) {
        *out = sums;
        sums = NULL;
    } else {
        FRCNN_TRY_CLEANUP(frcnn_tensor_cast(out, sums, handed_out));
    }

cleanup:
    frcnn_tensor_destroy(&sums);
    frcnn_tensor_destroy(&src);
    return status;
}
