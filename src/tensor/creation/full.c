#include "frcnn/creation.h"

#include "tensor/error.h"
#include "tensor/tensor_ops.h"

frcnn_status frcnn_tensor_full(frcnn_tensor **out, frcnn_dtype dtype, int n_dims, const int64_t *shape,
                               frcnn_scalar value)
{
    frcnn_tensor *result = NULL;
    const frcnn_tensor_ops *table = NULL;
    frcnn_fill fill = {.step = 1, .element_bytes = frcnn_dtype_get_size(dtype)};
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY(frcnn_tensor_empty(&result, dtype, n_dims, shape));
    FRCNN_TRY_CLEANUP(frcnn_element_from_scalar(&fill.value, "full", dtype, value));
    FRCNN_TRY_CLEANUP(frcnn_tensor_ops_find(&table, "full", result->device));
    fill.dst = frcnn_tensor_get_data(result);
    fill.n = result->n_elements;
    FRCNN_TRY_CLEANUP(table->creation->fill(&fill));
    *out = result;
    result = NULL;

cleanup:
    frcnn_tensor_destroy(&result);
    return status;
}
