#include "tensor/index/gather.h"

#include <string.h>

#include "frcnn/ops.h"
#include "tensor/devices.h"
#include "tensor/error.h"
#include "tensor/index/index_range.h"
#include "tensor/shape.h"
#include "tensor/tensor_ops.h"

/* Indices may cover less than the tensor, but for dim. Without any index PyTorch takes every shape. */
static frcnn_status check_shapes(const frcnn_tensor *tensor, const frcnn_tensor *indices, int dim)
{
    char text[FRCNN_SHAPE_TEXT_BYTES];
    char index_text[FRCNN_SHAPE_TEXT_BYTES];
    int fits = (tensor->n_dims == 0 ? 1 : tensor->n_dims) == (indices->n_dims == 0 ? 1 : indices->n_dims);
    for (int d = 0; fits && d < tensor->n_dims && d < indices->n_dims; d++)
        fits = d == dim || indices->shape[d] <= tensor->shape[d];
    FRCNN_FAIL_IF(!fits && indices->n_elements > 0, FRCNN_ERROR_INVALID,
                  "gather: expected indices no larger than %s but in dimension %d, found %s",
                  frcnn_shape_format(text, tensor->n_dims, tensor->shape), dim,
                  frcnn_shape_format(index_text, indices->n_dims, indices->shape));
    return FRCNN_OK;
}

frcnn_status frcnn_tensor_gather(frcnn_tensor **out, const frcnn_tensor *tensor, int dim, const frcnn_tensor *indices)
{
    const frcnn_tensor *const both[] = {tensor, indices};
    const frcnn_tensor_ops *table = NULL;
    int at = 0;
    FRCNN_TRY(frcnn_dim_wrap(&at, "gather", dim, tensor->n_dims));
    FRCNN_TRY(frcnn_devices_check("gather", both, 2));
    FRCNN_TRY(frcnn_tensor_ops_find(&table, "gather", tensor->device));
    FRCNN_TRY(check_shapes(tensor, indices, at));
    frcnn_status status = FRCNN_OK;
    frcnn_tensor *wide = NULL;
    frcnn_tensor *result = NULL;
    FRCNN_TRY_CLEANUP(frcnn_index_open(&wide, "gather", indices, tensor->n_dims == 0 ? 1 : tensor->shape[at], at));
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&result, tensor->device, tensor->dtype, indices->n_dims, indices->shape));
    if (indices->n_elements > 0) {
        frcnn_gather gather = {.n_dims = indices->n_dims == 0 ? 1 : indices->n_dims,
                               .dim = at,
                               .shape = {1},
                               .strides = {1},
                               .element_bytes = frcnn_dtype_get_size(tensor->dtype),
                               .indices = frcnn_tensor_get_const_data(wide),
                               .src = frcnn_tensor_get_const_data(tensor),
                               .dst = frcnn_tensor_get_data(result)};
        memcpy(gather.shape, indices->shape, (size_t)indices->n_dims * sizeof *gather.shape);
        memcpy(gather.strides, tensor->strides, (size_t)tensor->n_dims * sizeof *gather.strides);
        FRCNN_TRY_CLEANUP(table->index->gather(&gather));
    }
    *out = result;
    result = NULL;

cleanup:
    frcnn_tensor_destroy(&result);
    frcnn_tensor_destroy(&wide);
    return status;
}
