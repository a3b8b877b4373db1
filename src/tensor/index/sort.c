#include "tensor/index/sort.h"

#include "frcnn/ops.h"
#include "tensor/error.h"
#include "tensor/shape.h"
#include "tensor/tensor_ops.h"

frcnn_status frcnn_sort_run(frcnn_tensor **values, frcnn_tensor **indices, const char *what, const frcnn_tensor *tensor,
                            int64_t k, int dim, int is_descending)
{
    int at = 0;
    const frcnn_tensor_ops *table = NULL;
    FRCNN_TRY(frcnn_dim_wrap(&at, what, dim, tensor->n_dims));
    FRCNN_TRY(frcnn_tensor_ops_find(&table, what, tensor->device));
    frcnn_sort sort = {.rows = frcnn_rows_get(tensor, at), .dtype = tensor->dtype, .is_descending = is_descending};
    sort.k = k == -1 ? sort.rows.n : k;
    int64_t shape[FRCNN_MAX_DIMS];
    for (int d = 0; d < tensor->n_dims; d++) shape[d] = d == at ? sort.k : tensor->shape[d];

    frcnn_status status = FRCNN_OK;
    frcnn_tensor *src = NULL;
    frcnn_tensor *sorted = NULL;
    frcnn_tensor *found = NULL;
    FRCNN_TRY_CLEANUP(frcnn_tensor_contiguous(&src, tensor));
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&sorted, tensor->device, tensor->dtype, tensor->n_dims, shape));
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&found, tensor->device, FRCNN_I64, tensor->n_dims, shape));
    sort.src = frcnn_tensor_get_const_data(src);
    sort.values = frcnn_tensor_get_data(sorted);
    sort.indices = frcnn_tensor_get_data(found);
    FRCNN_TRY_CLEANUP(table->index->sort(&sort));
    *values = sorted;
    *indices = found;
    sorted = NULL;
    found = NULL;

cleanup:
    frcnn_tensor_destroy(&src);
    frcnn_tensor_destroy(&sorted);
    frcnn_tensor_destroy(&found);
    return status;
}

frcnn_status frcnn_tensor_sort(frcnn_tensor **values, frcnn_tensor **indices, const frcnn_tensor *tensor, int dim,
                               int descending)
{
    return frcnn_sort_run(values, indices, "sort", tensor, -1, dim, descending);
}

frcnn_status frcnn_tensor_argsort(frcnn_tensor **indices, const frcnn_tensor *tensor, int dim, int descending)
{
    frcnn_tensor *values = NULL;
    FRCNN_TRY(frcnn_sort_run(&values, indices, "argsort", tensor, -1, dim, descending));
    frcnn_tensor_destroy(&values);
    return FRCNN_OK;
}
