/* Some of the elements along one dimension. */
#include <string.h>

#include "tensor/error.h"
#include "tensor/shape.h"
#include "tensor/storage.h"

frcnn_status frcnn_tensor_narrow(frcnn_tensor **out, const frcnn_tensor *tensor, int dim, int64_t start, int64_t length)
{
    int at = 0;
    FRCNN_TRY(frcnn_dim_resolve(&at, "narrow", dim, tensor->n_dims));
    const int64_t size = tensor->shape[at];
    FRCNN_FAIL_IF(start < -size || start > size, FRCNN_ERROR_INVALID,
                  "narrow: start out of range, expected [%lld, %lld], found %lld", -(long long)size, (long long)size,
                  (long long)start);
    const int64_t first = start < 0 ? start + size : start;
    FRCNN_FAIL_IF(length < 0 || length > size - first, FRCNN_ERROR_INVALID,
                  "narrow: expected a length in [0, %lld] from %lld on, found %lld", (long long)(size - first),
                  (long long)first, (long long)length);
    int64_t shape[FRCNN_MAX_DIMS];
    memcpy(shape, tensor->shape, sizeof shape);
    shape[at] = length;
    const int64_t offset = tensor->n_elements == 0 || length == 0 ? 0 : tensor->offset + first * tensor->strides[at];
    return frcnn_tensor_create_view(out, tensor, tensor->n_dims, shape, tensor->strides, offset);
}

frcnn_status frcnn_tensor_select(frcnn_tensor **out, const frcnn_tensor *tensor, int dim, int64_t index)
{
    int at = 0;
    FRCNN_TRY(frcnn_dim_resolve(&at, "select", dim, tensor->n_dims));
    const int64_t size = tensor->shape[at];
    char text[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_FAIL_IF(index < -size || index >= size, FRCNN_ERROR_INVALID,
                  "select: index out of range for dimension %d of %s, expected [%lld, %lld], found %lld", at,
                  frcnn_shape_format(text, tensor->n_dims, tensor->shape), -(long long)size, (long long)size - 1,
                  (long long)index);
    int64_t shape[FRCNN_MAX_DIMS];
    int64_t strides[FRCNN_MAX_DIMS];
    int n_dims = 0;
    for (int d = 0; d < tensor->n_dims; d++) {
        if (d == at) continue;
        shape[n_dims] = tensor->shape[d];
        strides[n_dims++] = tensor->strides[d];
    }
    const int64_t from = index < 0 ? index + size : index;
    const int64_t offset = tensor->n_elements == 0 ? 0 : tensor->offset + from * tensor->strides[at];
    return frcnn_tensor_create_view(out, tensor, n_dims, shape, strides, offset);
}
