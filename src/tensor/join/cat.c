#include "frcnn/join.h"

#include "tensor/devices.h"
#include "tensor/error.h"
#include "tensor/join/joint.h"
#include "tensor/memory.h"
#include "tensor/shape.h"
#include "tensor/storage.h"

/* PyTorch's rule from before tensors could have other shapes without elements. */
static int is_skipped(const frcnn_tensor *tensor)
{
    return tensor->n_dims == 1 && tensor->shape[0] == 0;
}

/* The first tensor that gives the result its dimensions; the first of all where none does. */
static const frcnn_tensor *find_reference(const frcnn_tensor *const *tensors, int n)
{
    for (int i = 0; i < n; i++)
        if (!is_skipped(tensors[i])) return tensors[i];
    return tensors[0];
}

/* Adds a tensor's size of dim to *size; its other sizes are those of reference. */
static frcnn_status add_size(int64_t *size, const frcnn_tensor *tensor, int nth, const frcnn_tensor *reference, int dim)
{
    char text[FRCNN_SHAPE_TEXT_BYTES];
    char expected[FRCNN_SHAPE_TEXT_BYTES];
    int is_alike = tensor->n_dims == reference->n_dims;
    for (int d = 0; is_alike && d < tensor->n_dims; d++) is_alike = d == dim || tensor->shape[d] == reference->shape[d];
    FRCNN_FAIL_IF(!is_alike, FRCNN_ERROR_INVALID, "cat: expected %s but for dimension %d, found %s for tensor %d",
                  frcnn_shape_format(expected, reference->n_dims, reference->shape), dim,
                  frcnn_shape_format(text, tensor->n_dims, tensor->shape), nth);
    FRCNN_FAIL_IF(!frcnn_add_int64(*size, tensor->shape[dim], size), FRCNN_ERROR_INVALID,
                  "cat: dimension %d is more than memory can address", dim);
    return FRCNN_OK;
}

frcnn_status frcnn_tensor_cat(frcnn_tensor **out, const frcnn_tensor *const *tensors, int n, int dim)
{
    FRCNN_FAIL_IF(n < 1, FRCNN_ERROR_INVALID, "cat: expected 1 tensor or more, found %d", n);
    for (int i = 0; i < n; i++)
        FRCNN_FAIL_IF(tensors[i]->n_dims == 0, FRCNN_ERROR_INVALID,
                      "cat: expected tensors with dimensions, found a scalar for tensor %d", i);
    FRCNN_TRY(frcnn_devices_check("cat", tensors, n));
    const frcnn_tensor *reference = find_reference(tensors, n);
    int at = 0;
    if (!is_skipped(reference)) FRCNN_TRY(frcnn_dim_resolve(&at, "cat", dim, reference->n_dims));
    int64_t shape[FRCNN_MAX_DIMS];
    for (int d = 0; d < reference->n_dims; d++) shape[d] = reference->shape[d];
    shape[at] = 0;
    for (int i = 0; i < n; i++)
        if (!is_skipped(tensors[i])) FRCNN_TRY(add_size(&shape[at], tensors[i], i, reference, at));
    frcnn_tensor *result = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY(
        frcnn_tensor_empty_on(&result, reference->device, frcnn_joint_get_dtype(tensors, n), reference->n_dims, shape));
    int64_t start = 0;
    for (int i = 0; i < n; i++) {
        if (is_skipped(tensors[i])) continue;
        FRCNN_TRY_CLEANUP(frcnn_joint_fill(result, "cat", tensors[i], at, start, 1));
        start += tensors[i]->shape[at];
    }
    *out = result;
    result = NULL;

cleanup:
    frcnn_tensor_destroy(&result);
    return status;
}
