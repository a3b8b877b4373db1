#include "frcnn/join.h"

#include "tensor/devices.h"
#include "tensor/error.h"
#include "tensor/join/joint.h"
#include "tensor/shape.h"
#include "tensor/storage.h"

static frcnn_status check_shape(const frcnn_tensor *tensor, int nth, const frcnn_tensor *first)
{
    char text[FRCNN_SHAPE_TEXT_BYTES];
    char expected[FRCNN_SHAPE_TEXT_BYTES];
    int is_alike = tensor->n_dims == first->n_dims;
    for (int d = 0; is_alike && d < tensor->n_dims; d++) is_alike = tensor->shape[d] == first->shape[d];
    FRCNN_FAIL_IF(!is_alike, FRCNN_ERROR_INVALID, "stack: expected %s, found %s for tensor %d",
                  frcnn_shape_format(expected, first->n_dims, first->shape),
                  frcnn_shape_format(text, tensor->n_dims, tensor->shape), nth);
    return FRCNN_OK;
}

frcnn_status frcnn_tensor_stack(frcnn_tensor **out, const frcnn_tensor *const *tensors, int n, int dim)
{
    FRCNN_FAIL_IF(n < 1, FRCNN_ERROR_INVALID, "stack: expected 1 tensor or more, found %d", n);
    const frcnn_tensor *first = tensors[0];
    const int n_dims = first->n_dims + 1;
    FRCNN_FAIL_IF(n_dims > FRCNN_MAX_DIMS, FRCNN_ERROR_INVALID, "stack: expected fewer than %d dimensions, found %d",
                  FRCNN_MAX_DIMS, first->n_dims);
    FRCNN_TRY(frcnn_devices_check("stack", tensors, n));
    int at = 0;
    FRCNN_TRY(frcnn_dim_resolve(&at, "stack", dim, n_dims));
    for (int i = 1; i < n; i++) FRCNN_TRY(check_shape(tensors[i], i, first));
    int64_t shape[FRCNN_MAX_DIMS];
    for (int d = 0; d < n_dims; d++) shape[d] = d == at ? n : first->shape[d < at ? d : d - 1];
    frcnn_tensor *result = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY(frcnn_tensor_empty_on(&result, first->device, frcnn_joint_get_dtype(tensors, n), n_dims, shape));
    for (int i = 0; i < n; i++) FRCNN_TRY_CLEANUP(frcnn_joint_fill(result, "stack", tensors[i], at, i, 0));
    *out = result;
    result = NULL;

cleanup:
    frcnn_tensor_destroy(&result);
    return status;
}
