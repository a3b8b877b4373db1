#include "tensor/reduce/softmax.h"

#include "frcnn/ops.h"
#include "tensor/compute.h"
#include "tensor/error.h"
#include "tensor/rows.h"
#include "tensor/shape.h"
#include "tensor/tensor_ops.h"

static frcnn_status run(frcnn_tensor **out, const char *what, const frcnn_tensor *tensor, int dim, int is_log)
{
    int at = 0;
    const frcnn_tensor_ops *table = NULL;
    frcnn_tensor *src = NULL;
    frcnn_tensor *result = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY(frcnn_dim_wrap(&at, what, dim, tensor->n_dims));
    FRCNN_TRY(frcnn_compute_check_float(what, tensor->dtype));
    FRCNN_TRY(frcnn_tensor_ops_find(&table, what, tensor->device));
    const frcnn_dtype dtype = frcnn_compute_get_dtype(tensor->dtype);
    FRCNN_TRY_CLEANUP(frcnn_compute_open(&src, tensor, dtype));
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&result, tensor->device, dtype, tensor->n_dims, tensor->shape));
    const frcnn_rows rows = frcnn_rows_get(tensor, at);
    const frcnn_softmax softmax = {.dtype = dtype,
                                   .n_outer = rows.n_outer,
                                   .n = rows.n,
                                   .n_inner = rows.n_inner,
                                   .is_log = is_log,
                                   .src = frcnn_tensor_get_const_data(src),
                                   .dst = frcnn_tensor_get_data(result)};
    if (tensor->n_elements > 0) FRCNN_TRY_CLEANUP(table->reduce->softmax(&softmax));
    status = frcnn_compute_close(out, &result, tensor->dtype);

cleanup:
    frcnn_tensor_destroy(&src);
    frcnn_tensor_destroy(&result);
    return status;
}

frcnn_status frcnn_tensor_softmax(frcnn_tensor **out, const frcnn_tensor *tensor, int dim)
{
    return run(out, "softmax", tensor, dim, 0);
}

frcnn_status frcnn_tensor_log_softmax(frcnn_tensor **out, const frcnn_tensor *tensor, int dim)
{
    return run(out, "log_softmax", tensor, dim, 1);
}
