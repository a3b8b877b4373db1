/* Views differ in layout only: each function works out shape, strides and offset, and checks that they stay inside. */
#include <string.h>

#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/shape.h"
#include "tensor/storage.h"

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
    FRCNN_TRY(frcnn_dim_resolve(&at, "squeeze", dim, tensor->n_dims));
    is_dropped[at] = 1;
    return drop_dims(out, tensor, is_dropped);
}

frcnn_status frcnn_tensor_squeeze_all(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    int is_dropped[FRCNN_MAX_DIMS];
    for (int d = 0; d < FRCNN_MAX_DIMS; d++) is_dropped[d] = 1;
    return drop_dims(out, tensor, is_dropped);
}

/* Replaces the one -1 of a shape by what the other sizes leave for it. */
static frcnn_status resolve_shape(int64_t *resolved, const frcnn_tensor *tensor, int n_dims, const int64_t *shape)
{
    char asked[FRCNN_SHAPE_TEXT_BYTES];
    char found[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_FAIL_IF(n_dims < 0 || n_dims > FRCNN_MAX_DIMS, FRCNN_ERROR_INVALID,
                  "view: expected 0 to %d dimensions, found %d", FRCNN_MAX_DIMS, n_dims);
    int open_dim = -1;
    for (int d = 0; d < n_dims; d++) {
        FRCNN_FAIL_IF(shape[d] < -1 || (shape[d] == -1 && open_dim >= 0), FRCNN_ERROR_INVALID,
                      "view: expected sizes of 0 or more and at most one -1, found %s",
                      frcnn_shape_format(asked, n_dims, shape));
        if (shape[d] == -1) open_dim = d;
        resolved[d] = shape[d] == -1 ? 1 : shape[d];
    }
    int64_t n_elements = 0;
    FRCNN_TRY(frcnn_shape_check("view", tensor->dtype, n_dims, resolved, NULL, &n_elements));
    if (open_dim >= 0) {
        FRCNN_FAIL_IF(n_elements == 0, FRCNN_ERROR_INVALID, "view: -1 could be any size in %s",
                      frcnn_shape_format(asked, n_dims, shape));
        resolved[open_dim] = tensor->n_elements / n_elements;
        n_elements *= resolved[open_dim];
    }
    FRCNN_FAIL_IF(n_elements != tensor->n_elements, FRCNN_ERROR_INVALID,
                  "view: expected a shape of %lld elements as %s, found %s", (long long)tensor->n_elements,
                  frcnn_shape_format(found, tensor->n_dims, tensor->shape), frcnn_shape_format(asked, n_dims, shape));
    return FRCNN_OK;
}

/* Strides of the same elements in another shape; 0 where there are none. Old dimensions that can be walked with one
   stride form a run; the new dimensions, last to first, must divide the runs up one after the other. */
static int split_runs(const frcnn_tensor *tensor, int n_dims, const int64_t *shape, int64_t *strides)
{
    int old = tensor->n_dims - 1;
    int64_t run_left = 1;
    int64_t stride = 1;
    for (int d = n_dims - 1; d >= 0; d--) {
        while (run_left == 1 && shape[d] != 1 && old >= 0) {
            run_left = tensor->shape[old];
            stride = tensor->strides[old--];
            while (old >= 0 && (tensor->shape[old] == 1 || (run_left > 1 && tensor->strides[old] == stride * run_left)))
                run_left *= tensor->shape[old--];
        }
        if (run_left % shape[d] != 0) return 0;
        strides[d] = stride;
        stride *= shape[d];
        run_left /= shape[d];
    }
    return 1;
}

frcnn_status frcnn_tensor_view(frcnn_tensor **out, const frcnn_tensor *tensor, int n_dims, const int64_t *shape)
{
    int64_t resolved[FRCNN_MAX_DIMS] = {0};
    int64_t strides[FRCNN_MAX_DIMS];
    FRCNN_TRY(resolve_shape(resolved, tensor, n_dims, shape));
    if (tensor->n_elements == 0) {
        FRCNN_TRY(frcnn_shape_check("view", tensor->dtype, n_dims, resolved, strides, NULL));
    } else if (!split_runs(tensor, n_dims, resolved, strides)) {
        char asked[FRCNN_SHAPE_TEXT_BYTES];
        char found[FRCNN_SHAPE_TEXT_BYTES];
        char laid[FRCNN_SHAPE_TEXT_BYTES];
        return frcnn_fail(FRCNN_ERROR_INVALID, "view: strides %s of shape %s allow no view as %s; copy first",
                          frcnn_shape_format(laid, tensor->n_dims, tensor->strides),
                          frcnn_shape_format(found, tensor->n_dims, tensor->shape),
                          frcnn_shape_format(asked, n_dims, resolved));
    }
    return frcnn_tensor_create_view(out, tensor, n_dims, resolved, strides, tensor->offset);
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

frcnn_status frcnn_tensor_narrow(frcnn_tensor **out, const frcnn_tensor *tensor, int dim, int64_t start, int64_t length)
{
    int at = 0;
    FRCNN_TRY(frcnn_dim_resolve(&at, "narrow", dim, tensor->n_dims));
    const int64_t size = tensor->shape[at];
    FRCNN_FAIL_IF(start < 0 || start > size, FRCNN_ERROR_INVALID, "narrow: expected a start in [0, %lld], found %lld",
                  (long long)size, (long long)start);
    FRCNN_FAIL_IF(length < 0 || length > size - start, FRCNN_ERROR_INVALID,
                  "narrow: expected a length in [0, %lld] from %lld on, found %lld", (long long)(size - start),
                  (long long)start, (long long)length);
    int64_t shape[FRCNN_MAX_DIMS];
    memcpy(shape, tensor->shape, sizeof shape);
    shape[at] = length;
    const int64_t offset = length == 0 ? 0 : tensor->offset + start * tensor->strides[at];
    return frcnn_tensor_create_view(out, tensor, tensor->n_dims, shape, tensor->strides, offset);
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
