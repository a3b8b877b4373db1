/* Views differ in layout only: each function works out shape, strides and offset, and checks that they stay inside. */
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/shape.h"
#include "tensor/shared_memory.h"

frcnn_status frcnn_tensor_share(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    return frcnn_tensor_create_view(out, tensor, tensor->n_dims, tensor->shape, tensor->strides, tensor->offset);
}

frcnn_status frcnn_tensor_unsqueeze(frcnn_tensor **out, const frcnn_tensor *tensor, int dim)
{
    const int n_dims = tensor->n_dims + 1;
    FRCNN_FAIL_IF(n_dims > FRCNN_MAX_DIMS, FRCNN_ERROR_INVALID,
                  "unsqueeze: expected fewer than %d dimensions, found %d", FRCNN_MAX_DIMS, tensor->n_dims);
    int at = 0;
    FRCNN_TRY(frcnn_dim_resolve(&at, "unsqueeze", dim, n_dims));
    int64_t shape[FRCNN_MAX_DIMS];
    int64_t strides[FRCNN_MAX_DIMS];
    for (int d = 0; d < n_dims; d++) {
        const int from = d < at ? d : d - 1;
        shape[d] = d == at ? 1 : tensor->shape[from];
        strides[d] = d == at ? 1 : tensor->strides[from];
    }
    return frcnn_tensor_create_view(out, tensor, n_dims, shape, strides, tensor->offset);
}

/* Drops the dimensions of 1 among those that is_dropped names. */
static frcnn_status drop_dims(frcnn_tensor **out, const frcnn_tensor *tensor, const int *is_dropped)
{
    int64_t shape[FRCNN_MAX_DIMS];
    int64_t strides[FRCNN_MAX_DIMS];
    int n_dims = 0;
    for (int d = 0; d < tensor->n_dims; d++) {
        if (is_dropped[d] && tensor->shape[d] == 1) continue;
        shape[n_dims] = tensor->shape[d];
        strides[n_dims++] = tensor->strides[d];
    }
    return frcnn_tensor_create_view(out, tensor, n_dims, shape, strides, tensor->offset);
}

frcnn_status frcnn_tensor_squeeze(frcnn_tensor **out, const frcnn_tensor *tensor, int dim)
{
    int is_dropped[FRCNN_MAX_DIMS] = {0};
    int at = 0;
    FRCNN_TRY(frcnn_dim_wrap(&at, "squeeze", dim, tensor->n_dims));
    is_dropped[at] = 1;
    return drop_dims(out, tensor, is_dropped);
}

frcnn_status frcnn_tensor_squeeze_all(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    int is_dropped[FRCNN_MAX_DIMS];
    for (int d = 0; d < FRCNN_MAX_DIMS; d++) is_dropped[d] = 1;
    return drop_dims(out, tensor, is_dropped);
}

frcnn_status frcnn_tensor_permute(frcnn_tensor **out, const frcnn_tensor *tensor, const int *order)
{
    int is_used[FRCNN_MAX_DIMS] = {0};
    int64_t shape[FRCNN_MAX_DIMS];
    int64_t strides[FRCNN_MAX_DIMS];
    for (int d = 0; d < tensor->n_dims; d++) {
        int from = 0;
        FRCNN_TRY(frcnn_dim_resolve(&from, "permute", order[d], tensor->n_dims));
        FRCNN_FAIL_IF(is_used[from], FRCNN_ERROR_INVALID, "permute: expected every dimension once, found %d twice",
                      from);
        is_used[from] = 1;
        shape[d] = tensor->shape[from];
        strides[d] = tensor->strides[from];
    }
    return frcnn_tensor_create_view(out, tensor, tensor->n_dims, shape, strides, tensor->offset);
}

frcnn_status frcnn_tensor_transpose(frcnn_tensor **out, const frcnn_tensor *tensor, int dim0, int dim1)
{
    int first = 0;
    int second = 0;
    FRCNN_TRY(frcnn_dim_wrap(&first, "transpose", dim0, tensor->n_dims));
    FRCNN_TRY(frcnn_dim_wrap(&second, "transpose", dim1, tensor->n_dims));
    int order[FRCNN_MAX_DIMS];
    for (int d = 0; d < FRCNN_MAX_DIMS; d++) order[d] = d;
    order[first] = second;
    order[second] = first;
    return frcnn_tensor_permute(out, tensor, order);
}

frcnn_status frcnn_tensor_expand(frcnn_tensor **out, const frcnn_tensor *tensor, int n_dims, const int64_t *shape)
{
    char asked[FRCNN_SHAPE_TEXT_BYTES];
    char found[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_FAIL_IF(n_dims < tensor->n_dims || n_dims > FRCNN_MAX_DIMS, FRCNN_ERROR_INVALID,
                  "expand: expected %d to %d dimensions for %s, found %d", tensor->n_dims, FRCNN_MAX_DIMS,
                  frcnn_shape_format(found, tensor->n_dims, tensor->shape), n_dims);
    int64_t expanded[FRCNN_MAX_DIMS];
    int64_t strides[FRCNN_MAX_DIMS];
    for (int d = 0; d < n_dims; d++) {
        const int from = d - (n_dims - tensor->n_dims);
        const int is_kept = from >= 0 && (shape[d] == -1 || shape[d] == tensor->shape[from]);
        const int is_repeated = shape[d] >= 0 && (from < 0 || tensor->shape[from] == 1);
        FRCNN_FAIL_IF(!is_kept && !is_repeated, FRCNN_ERROR_INVALID,
                      "expand: expected %s with other sizes for those of 1 only, and -1 for no new dimension, found %s",
                      frcnn_shape_format(found, tensor->n_dims, tensor->shape),
                      frcnn_shape_format(asked, n_dims, shape));
        expanded[d] = is_kept ? tensor->shape[from] : shape[d];
        strides[d] = is_kept ? tensor->strides[from] : 0;
    }
    return frcnn_tensor_create_view(out, tensor, n_dims, expanded, strides, tensor->offset);
}

frcnn_status frcnn_tensor_as_strided(frcnn_tensor **out, const frcnn_tensor *tensor, int n_dims, const int64_t *shape,
                                     const int64_t *strides, int64_t offset)
{
    int64_t n_elements = 0;
    FRCNN_TRY(frcnn_shape_check("as_strided", tensor->dtype, n_dims, shape, NULL, &n_elements));
    FRCNN_FAIL_IF(offset < 0, FRCNN_ERROR_INVALID, "as_strided: expected an offset of 0 or more, found %lld",
                  (long long)offset);
    const int64_t n_stored = (int64_t)(tensor->storage->bytes / frcnn_dtype_get_size(tensor->dtype));
    int64_t last = offset;
    int fits = 1;
    for (int d = 0; d < n_dims; d++) {
        int64_t reach = 0;
        FRCNN_FAIL_IF(strides[d] < 0, FRCNN_ERROR_INVALID, "as_strided: expected strides of 0 or more, found %lld",
                      (long long)strides[d]);
        if (shape[d] > 1)
            fits = fits && frcnn_mul_int64(shape[d] - 1, strides[d], &reach) && frcnn_add_int64(last, reach, &last);
    }
    char asked[FRCNN_SHAPE_TEXT_BYTES];
    char laid[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_FAIL_IF(n_elements > 0 && (!fits || last >= n_stored), FRCNN_ERROR_INVALID,
                  "as_strided: expected elements inside a storage of %lld, found shape %s with strides %s from %lld on",
                  (long long)n_stored, frcnn_shape_format(asked, n_dims, shape),
                  frcnn_shape_format(laid, n_dims, strides), (long long)offset);
    return frcnn_tensor_create_view(out, tensor, n_dims, shape, strides, offset);
}
