#include "tensor/reduce/softmax.h"

#include "frcnn/ops.h"
#include "tensor/error.h"
#include "tensor/shape.h"
#include "tensor/tensor_ops.h"

frcnn_status frcnn_tensor_softmax(frcnn_tensor **out, const frcnn_tensor *tensor, int dim)
{
    int at = 0;
    FRCNN_TRY(frcnn_dim_resolve(&at, "softmax", dim, tensor->n_dims));
    frcnn_op op;
    frcnn_tensor *result = NULL;
    FRCNN_TRY(frcnn_op_open(&op, "softmax", tensor, -1));
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_tensor_create_empty(&result, FRCNN_F32, tensor->n_dims, tensor->shape));
    int64_t n_outer = 1;
    int64_t n_inner = 1;
    for (int d = 0; d < at; d++) n_outer *= tensor->shape[d];
    for (int d = at + 1; d < tensor->n_dims; d++) n_inner *= tensor->shape[d];
    if (tensor->n_elements > 0)
        op.table->reduce->softmax(n_outer, tensor->shape[at], n_inner, op.src, frcnn_tensor_get_data(result));
    *out = result;

cleanup:
    frcnn_op_close(&op);
    return status;
}
