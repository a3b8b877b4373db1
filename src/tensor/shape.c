#include "tensor/shape.h"

#include <stdio.h>

#include "tensor/error.h"
#include "tensor/memory.h"

const char *frcnn_shape_format(char text[FRCNN_SHAPE_TEXT_BYTES], int n_dims, const int64_t *shape)
{
    size_t n = 0;
    text[n++] = '[';
    for (int d = 0; d < n_dims; d++)
        n += (size_t)snprintf(text + n, FRCNN_SHAPE_TEXT_BYTES - n, "%s%lld", d > 0 ? ", " : "", (long long)shape[d]);
    text[n++] = ']';
    text[n] = '\0';
    return text;
}

frcnn_status frcnn_shape_check(const char *what, frcnn_dtype dtype, int n_dims, const int64_t *shape, int64_t *strides,
                               int64_t *n_elements)
{
    FRCNN_FAIL_IF(frcnn_dtype_get_size(dtype) == 0, FRCNN_ERROR_INVALID, "%s: %d is no dtype", what, (int)dtype);
    FRCNN_FAIL_IF(n_dims < 0 || n_dims > FRCNN_MAX_DIMS, FRCNN_ERROR_INVALID,
                  "%s: expected 0 to %d dimensions, found %d", what, FRCNN_MAX_DIMS, n_dims);
    char text[FRCNN_SHAPE_TEXT_BYTES];
    int64_t product = 1;
    int is_empty = 0;
    for (int d = n_dims - 1; d >= 0; d--) {
        FRCNN_FAIL_IF(shape[d] < 0, FRCNN_ERROR_INVALID, "%s: expected sizes of 0 or more, found %s", what,
                      frcnn_shape_format(text, n_dims, shape));
        if (strides != NULL) strides[d] = product;
        if (shape[d] == 0) is_empty = 1;
        FRCNN_FAIL_IF(shape[d] > 0 && !frcnn_mul_int64(product, shape[d], &product), FRCNN_ERROR_INVALID,
                      "%s: %s is more than memory can address", what, frcnn_shape_format(text, n_dims, shape));
    }
    int64_t bytes = 0;
    FRCNN_FAIL_IF(!frcnn_mul_int64(product, (int64_t)frcnn_dtype_get_size(dtype), &bytes), FRCNN_ERROR_INVALID,
                  "%s: %s is more than memory can address", what, frcnn_shape_format(text, n_dims, shape));
    if (n_elements != NULL) *n_elements = is_empty ? 0 : product;
    return FRCNN_OK;
}

int frcnn_shape_broadcast(int *n_dims, int64_t *shape, int n_other_dims, const int64_t *other)
{
    int64_t both[FRCNN_MAX_DIMS];
    const int n = *n_dims > n_other_dims ? *n_dims : n_other_dims;
    for (int back = 1; back <= n; back++) {
        const int64_t a = back <= *n_dims ? shape[*n_dims - back] : 1;
        const int64_t b = back <= n_other_dims ? other[n_other_dims - back] : 1;
        if (a != b && a != 1 && b != 1) return 0;
        both[n - back] = a == 1 ? b : a;
    }
    for (int d = 0; d < n; d++) shape[d] = both[d];
    *n_dims = n;
    return 1;
}

frcnn_status frcnn_dim_resolve(int *out, const char *what, int dim, int n_dims)
{
    FRCNN_FAIL_IF(n_dims == 0, FRCNN_ERROR_INVALID, "%s: expected a tensor with dimensions, found a scalar", what);
    FRCNN_FAIL_IF(dim < -n_dims || dim >= n_dims, FRCNN_ERROR_INVALID,
                  "%s: dimension out of range, expected [%d, %d], found %d", what, -n_dims, n_dims - 1, dim);
    *out = dim < 0 ? dim + n_dims : dim;
    return FRCNN_OK;
}

frcnn_status frcnn_dim_wrap(int *out, const char *what, int dim, int n_dims)
{
    return frcnn_dim_resolve(out, what, dim, n_dims > 0 ? n_dims : 1);
}
