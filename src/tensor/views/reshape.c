/* The same elements in another shape: a view where the strides allow one, else a row-major copy first. */
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/shape.h"
#include "tensor/storage.h"

/* Replaces the one -1 of a shape by what the other sizes leave for it. */
static frcnn_status resolve_shape(int64_t *resolved, const char *what, const frcnn_tensor *tensor, int n_dims,
                                  const int64_t *shape)
{
    char asked[FRCNN_SHAPE_TEXT_BYTES];
    char found[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_FAIL_IF(n_dims < 0 || n_dims > FRCNN_MAX_DIMS, FRCNN_ERROR_INVALID,
                  "%s: expected 0 to %d dimensions, found %d", what, FRCNN_MAX_DIMS, n_dims);
    int open_dim = -1;
    for (int d = 0; d < n_dims; d++) {
        FRCNN_FAIL_IF(shape[d] < -1 || (shape[d] == -1 && open_dim >= 0), FRCNN_ERROR_INVALID,
                      "%s: expected sizes of 0 or more and at most one -1, found %s", what,
                      frcnn_shape_format(asked, n_dims, shape));
        if (shape[d] == -1) open_dim = d;
        resolved[d] = shape[d] == -1 ? 1 : shape[d];
    }
    int64_t n_elements = 0;
    FRCNN_TRY(frcnn_shape_check(what, tensor->dtype, n_dims, resolved, NULL, &n_elements));
    if (open_dim >= 0) {
        FRCNN_FAIL_IF(n_elements == 0, FRCNN_ERROR_INVALID, "%s: -1 could be any size in %s", what,
                      frcnn_shape_format(asked, n_dims, shape));
        resolved[open_dim] = tensor->n_elements / n_elements;
        n_elements *= resolved[open_dim];
    }
    FRCNN_FAIL_IF(n_elements != tensor->n_elements, FRCNN_ERROR_INVALID,
                  "%s: expected a shape of %lld elements as %s, found %s", what, (long long)tensor->n_elements,
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

/* A view in a shape that has been checked; *out stays NULL where the strides allow none. */
static frcnn_status view_resolved(frcnn_tensor **out, const frcnn_tensor *tensor, int n_dims, const int64_t *shape)
{
    int64_t strides[FRCNN_MAX_DIMS];
    if (tensor->n_elements == 0)
        FRCNN_TRY(frcnn_shape_check("view", tensor->dtype, n_dims, shape, strides, NULL));
    else if (!split_runs(tensor, n_dims, shape, strides))
        return FRCNN_OK;
    return frcnn_tensor_create_view(out, tensor, n_dims, shape, strides, tensor->offset);
}

static frcnn_status reshape_resolved(frcnn_tensor **out, const frcnn_tensor *tensor, int n_dims, const int64_t *shape)
{
    frcnn_tensor *result = NULL;
    frcnn_tensor *copy = NULL;
    FRCNN_TRY(view_resolved(&result, tensor, n_dims, shape));
    if (result == NULL) {
        FRCNN_TRY(frcnn_tensor_contiguous(&copy, tensor));
        const frcnn_status status = view_resolved(&result, copy, n_dims, shape);
        frcnn_tensor_destroy(&copy);
        if (status != FRCNN_OK) return status;
    }
    *out = result;
    return FRCNN_OK;
}

frcnn_status frcnn_tensor_view(frcnn_tensor **out, const frcnn_tensor *tensor, int n_dims, const int64_t *shape)
{
    int64_t resolved[FRCNN_MAX_DIMS] = {0};
    frcnn_tensor *result = NULL;
    FRCNN_TRY(resolve_shape(resolved, "view", tensor, n_dims, shape));
    FRCNN_TRY(view_resolved(&result, tensor, n_dims, resolved));
    char asked[FRCNN_SHAPE_TEXT_BYTES];
    char found[FRCNN_SHAPE_TEXT_BYTES];
    char laid[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_FAIL_IF(result == NULL, FRCNN_ERROR_INVALID,
                  "view: strides %s of shape %s allow no view as %s; reshape copies where it must",
                  frcnn_shape_format(laid, tensor->n_dims, tensor->strides),
                  frcnn_shape_format(found, tensor->n_dims, tensor->shape),
                  frcnn_shape_format(asked, n_dims, resolved));
    *out = result;
    return FRCNN_OK;
}

frcnn_status frcnn_tensor_reshape(frcnn_tensor **out, const frcnn_tensor *tensor, int n_dims, const int64_t *shape)
{
    int64_t resolved[FRCNN_MAX_DIMS] = {0};
    FRCNN_TRY(resolve_shape(resolved, "reshape", tensor, n_dims, shape));
    return reshape_resolved(out, tensor, n_dims, resolved);
}

frcnn_status frcnn_tensor_flatten(frcnn_tensor **out, const frcnn_tensor *tensor, int start_dim, int end_dim)
{
    int first = 0;
    int last = 0;
    FRCNN_TRY(frcnn_dim_wrap(&first, "flatten", start_dim, tensor->n_dims));
    FRCNN_TRY(frcnn_dim_wrap(&last, "flatten", end_dim, tensor->n_dims));
    FRCNN_FAIL_IF(first > last, FRCNN_ERROR_INVALID,
                  "flatten: expected a first dimension up to the last, found %d to %d", first, last);
    int64_t shape[FRCNN_MAX_DIMS];
    int64_t size = 1;
    int n_dims = 0;
    char text[FRCNN_SHAPE_TEXT_BYTES];
    for (int d = 0; d < first; d++) shape[n_dims++] = tensor->shape[d];
    for (int d = first; d <= last && d < tensor->n_dims; d++)
        FRCNN_FAIL_IF(!frcnn_mul_int64(size, tensor->shape[d], &size), FRCNN_ERROR_INVALID,
                      "flatten: %s is more than memory can address",
                      frcnn_shape_format(text, tensor->n_dims, tensor->shape));
    shape[n_dims++] = size;
    for (int d = last + 1; d < tensor->n_dims; d++) shape[n_dims++] = tensor->shape[d];
    return reshape_resolved(out, tensor, n_dims, shape);
}

frcnn_status frcnn_tensor_contiguous(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    if (frcnn_tensor_is_contiguous(tensor) && frcnn_tensor_is_aligned(tensor)) return frcnn_tensor_share(out, tensor);
    return frcnn_tensor_cast(out, tensor, tensor->dtype);
}
