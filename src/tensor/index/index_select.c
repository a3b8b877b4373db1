#include "tensor/index/index_select.h"

#include <string.h>

#include "frcnn/ops.h"
#include "tensor/devices.h"
#include "tensor/error.h"
#include "tensor/index/index_range.h"
#include "tensor/shape.h"
#include "tensor/tensor_ops.h"

frcnn_status frcnn_tensor_index_select(frcnn_tensor **out, const frcnn_tensor *tensor, int dim,
                                       const frcnn_tensor *indices)
{
    char text[FRCNN_SHAPE_TEXT_BYTES];
    const frcnn_tensor *const both[] = {tensor, indices};
    const frcnn_tensor_ops *table = NULL;
    int at = 0;
    FRCNN_TRY(frcnn_dim_wrap(&at, "index_select", dim, tensor->n_dims));
    FRCNN_FAIL_IF(indices->n_dims > 1, FRCNN_ERROR_INVALID, "index_select: expected indices of 1 dimension, found %s",
                  frcnn_shape_format(text, indices->n_dims, indices->shape));
    FRCNN_FAIL_IF(tensor->n_dims == 0 && indices->n_elements != 1, FRCNN_ERROR_INVALID,
                  "index_select: expected 1 index into a scalar, found %lld", (long long)indices->n_elements);
    FRCNN_TRY(frcnn_devices_check("index_select", both, 2));
    FRCNN_TRY(frcnn_tensor_ops_find(&table, "index_select", tensor->device));
    frcnn_status status = FRCNN_OK;
    frcnn_tensor *src = NULL;
    frcnn_tensor *wide = NULL;
    frcnn_tensor *result = NULL;
    frcnn_index_select select = {.rows = frcnn_rows_get(tensor, at),
                                 .element_bytes = frcnn_dtype_get_size(tensor->dtype),
                                 .n_indices = indices->n_elements};
    int64_t shape[FRCNN_MAX_DIMS];
    memcpy(shape, tensor->shape, sizeof shape);
    if (tensor->n_dims > 0) shape[at] = select.n_indices;
    FRCNN_TRY_CLEANUP(frcnn_index_open(&wide, "index_select", indices, select.rows.n, at));
    FRCNN_TRY_CLEANUP(frcnn_tensor_contiguous(&src, tensor));
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&result, tensor->device, tensor->dtype, tensor->n_dims, shape));
    select.indices = frcnn_tensor_get_const_data(wide);
    select.src = frcnn_tensor_get_const_data(src);
    select.dst = frcnn_tensor_get_data(result);
    FRCNN_TRY_CLEANUP(table->index->index_select(&select));
    *out = result;
    result = NULL;

cleanup:
    frcnn_tensor_destroy(&result);
    frcnn_tensor_destroy(&src);
    frcnn_tensor_destroy(&wide);
    return status;
}
