#include "tensor/reduce/cumsum.h"

#include "frcnn/reduce.h"
#include "tensor/compute.h"
#include "tensor/error.h"
#include "tensor/rows.h"
#include "tensor/shape.h"
#include "tensor/tensor_ops.h"

frcnn_status frcnn_tensor_cumsum(frcnn_tensor **out, const frcnn_tensor *tensor, int dim)
{
    const frcnn_dtype computed = frcnn_compute_get_dtype(tensor->dtype);
    const frcnn_dtype handed_out = frcnn_compute_is_float(tensor->dtype) ? tensor->dtype : FRCNN_I64;
    const frcnn_tensor_ops *table = NULL;
    int at = 0;
    FRCNN_TRY(frcnn_dim_wrap(&at, "cumsum", dim, tensor->n_dims));
    FRCNN_TRY(frcnn_tensor_ops_find(&table, "cumsum", tensor->device));
    frcnn_status status = FRCNN_OK;
    frcnn_tensor *src = NULL;
    frcnn_tensor *sums = NULL;
    const frcnn_rows rows = frcnn_rows_get(tensor, at);
    FRCNN_TRY_CLEANUP(frcnn_compute_open(&src, tensor, computed));
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&sums, tensor->device, computed, tensor->n_dims, tensor->shape));
    if (tensor->n_elements > 0)
        FRCNN_TRY_CLEANUP(table->reduce->cumsum(computed, rows.n_outer, rows.n, rows.n_inner,
                                                frcnn_tensor_get_const_data(src), frcnn_tensor_get_data(sums)));
    FRCNN_TRY_CLEANUP(frcnn_compute_close(out, &sums, handed_out));

cleanup:
    frcnn_tensor_destroy(&sums);
    frcnn_tensor_destroy(&src);
    return status;
}
