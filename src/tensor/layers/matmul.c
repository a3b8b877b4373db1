#include "tensor/layers/matmul.h"

#include <string.h>

#include "frcnn/ops.h"
#include "tensor/compute.h"
#include "tensor/devices.h"
#include "tensor/error.h"
#include "tensor/shape.h"
#include "tensor/tensor_ops.h"

static frcnn_status check(const frcnn_tensor *a, const frcnn_tensor *b)
{
    const frcnn_tensor *const both[] = {a, b};
    char a_text[FRCNN_SHAPE_TEXT_BYTES];
    char b_text[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_TRY(frcnn_devices_check("matmul", both, 2));
    FRCNN_FAIL_IF(a->dtype != b->dtype || a->dtype == FRCNN_BOOL, FRCNN_ERROR_INVALID,
                  "matmul: expected numbers of one dtype, found %s and %s", frcnn_dtype_get_name(a->dtype),
                  frcnn_dtype_get_name(b->dtype));
    FRCNN_FAIL_IF(a->n_dims < 1 || b->n_dims < 1, FRCNN_ERROR_INVALID,
                  "matmul: expected 1 dimension or more, found a scalar");
    FRCNN_FAIL_IF(a->shape[a->n_dims - 1] != b->shape[b->n_dims > 1 ? b->n_dims - 2 : 0], FRCNN_ERROR_INVALID,
                  "matmul: expected as many columns as rows of the second, found %s and %s",
                  frcnn_shape_format(a_text, a->n_dims, a->shape), frcnn_shape_format(b_text, b->n_dims, b->shape));
    return FRCNN_OK;
}

/* Size of a tensor's batch dimension d, counted from the front of n; 1 where it has none. */
static int64_t get_batch_size(const frcnn_tensor *tensor, int d, int n)
{
    const int at = d - (n - (tensor->n_dims - 2));
    return at < 0 ? 1 : tensor->shape[at];
}

static frcnn_status broadcast(frcnn_matmul *matmul, const frcnn_tensor *a, const frcnn_tensor *b)
{
    const int n = (a->n_dims > b->n_dims ? a->n_dims : b->n_dims) - 2;
    char a_text[FRCNN_SHAPE_TEXT_BYTES];
    char b_text[FRCNN_SHAPE_TEXT_BYTES];
    int64_t a_step = 1;
    int64_t b_step = 1;
    matmul->n_batch_dims = n > 0 ? n : 0;
    for (int d = n - 1; d >= 0; d--) {
        const int64_t a_size = get_batch_size(a, d, n);
        const int64_t b_size = get_batch_size(b, d, n);
        FRCNN_FAIL_IF(a_size != b_size && a_size != 1 && b_size != 1, FRCNN_ERROR_INVALID,
                      "matmul: expected dimensions before the last two that are equal or 1, found %s and %s",
                      frcnn_shape_format(a_text, a->n_dims, a->shape), frcnn_shape_format(b_text, b->n_dims, b->shape));
        matmul->batch_shape[d] = a_size == 1 ? b_size : a_size;
        matmul->a_strides[d] = a_size == 1 ? 0 : a_step;
        matmul->b_strides[d] = b_size == 1 ? 0 : b_step;
        a_step *= a_size;
        b_step *= b_size;
    }
    return FRCNN_OK;
}

/* One matrix b for all of a's is one product with more rows. */
static void fold_batch(frcnn_matmul *matmul)
{
    int64_t n_matrices = 1;
    for (int d = 0; d < matmul->n_batch_dims; d++) {
        if (matmul->b_strides[d] != 0 || (matmul->a_strides[d] == 0 && matmul->batch_shape[d] != 1)) return;
        n_matrices *= matmul->batch_shape[d];
    }
    matmul->m *= n_matrices;
    matmul->n_batch_dims = 0;
}

/* b row-major, or its transpose where that needs no copy. */
static frcnn_status open_b(frcnn_tensor **out, int *is_transposed, const frcnn_tensor *b, frcnn_dtype dtype)
{
    const int n = b->n_dims;
    if (n >= 2 && b->dtype == dtype && frcnn_tensor_is_aligned(b) && !frcnn_tensor_is_contiguous(b)) {
        int64_t shape[FRCNN_MAX_DIMS];
        int64_t strides[FRCNN_MAX_DIMS];
        frcnn_tensor *transposed = NULL;
        memcpy(shape, b->shape, sizeof shape);
        memcpy(strides, b->strides, sizeof strides);
        shape[n - 1] = b->shape[n - 2];
        shape[n - 2] = b->shape[n - 1];
        strides[n - 1] = b->strides[n - 2];
        strides[n - 2] = b->strides[n - 1];
        FRCNN_TRY(frcnn_tensor_create_view(&transposed, b, n, shape, strides, b->offset));
        if (frcnn_tensor_is_contiguous(transposed)) {
            *out = transposed;
            *is_transposed = 1;
            return FRCNN_OK;
        }
        frcnn_tensor_destroy(&transposed);
    }
    *is_transposed = 0;
    return frcnn_compute_open(out, b, dtype);
}

frcnn_status frcnn_tensor_matmul(frcnn_tensor **out, const frcnn_tensor *a, const frcnn_tensor *b)
{
    const frcnn_tensor_ops *table = NULL;
    frcnn_tensor *a_wide = NULL;
    frcnn_tensor *b_wide = NULL;
    frcnn_tensor *result = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY(check(a, b));
    FRCNN_TRY(frcnn_tensor_ops_find(&table, "matmul", a->device));
    frcnn_matmul matmul = {.dtype = frcnn_compute_get_dtype(a->dtype),
                           .m = a->n_dims > 1 ? a->shape[a->n_dims - 2] : 1,
                           .k = a->shape[a->n_dims - 1],
                           .n = b->n_dims > 1 ? b->shape[b->n_dims - 1] : 1};
    FRCNN_TRY(broadcast(&matmul, a, b));
    int64_t shape[FRCNN_MAX_DIMS];
    int n_dims = matmul.n_batch_dims;
    memcpy(shape, matmul.batch_shape, sizeof shape);
    if (a->n_dims > 1) shape[n_dims++] = matmul.m;
    if (b->n_dims > 1) shape[n_dims++] = matmul.n;
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&result, a->device, matmul.dtype, n_dims, shape));
    matmul.dst = frcnn_tensor_get_data(result);
    const size_t bytes = (size_t)result->n_elements * frcnn_dtype_get_size(matmul.dtype);
    if (matmul.k == 0) FRCNN_TRY_CLEANUP(table->memory->clear(a->device.index, matmul.dst, bytes));
    if (result->n_elements > 0 && matmul.k > 0) {
        FRCNN_TRY_CLEANUP(frcnn_compute_open(&a_wide, a, matmul.dtype));
        FRCNN_TRY_CLEANUP(open_b(&b_wide, &matmul.b_is_transposed, b, matmul.dtype));
        matmul.a = frcnn_tensor_get_const_data(a_wide);
        matmul.b = frcnn_tensor_get_const_data(b_wide);
        fold_batch(&matmul);
        FRCNN_TRY_CLEANUP(table->layers->matmul(&matmul));
    }
    status = frcnn_compute_close(out, &result, a->dtype);

cleanup:
    frcnn_tensor_destroy(&a_wide);
    frcnn_tensor_destroy(&b_wide);
    frcnn_tensor_destroy(&result);
    return status;
}
