#include "tensor/elementwise/add.h"

#include "frcnn/ops.h"
#include "tensor/error.h"
#include "tensor/shape.h"
#include "tensor/tensor_ops.h"

/* Size and stride of dimension d of n_dims; a tensor of fewer dimensions is broadcast in front. */
static int64_t get_size(const frcnn_tensor *tensor, int d, int n_dims)
{
    const int at = d - (n_dims - tensor->n_dims);
    return at < 0 ? 1 : tensor->shape[at];
}

static int64_t get_stride(const frcnn_tensor *tensor, int d, int n_dims)
{
    const int at = d - (n_dims - tensor->n_dims);
    return at < 0 || tensor->shape[at] == 1 ? 0 : tensor->strides[at];
}

/* The result's shape and both inputs' strides in it, one value for each of its n_dims dimensions. */
static frcnn_status broadcast(frcnn_broadcast *out, const frcnn_tensor *a, const frcnn_tensor *b)
{
    out->n_dims = a->n_dims > b->n_dims ? a->n_dims : b->n_dims;
    for (int d = 0; d < out->n_dims; d++) {
        const int64_t a_size = get_size(a, d, out->n_dims);
        const int64_t b_size = get_size(b, d, out->n_dims);
        char a_text[FRCNN_SHAPE_TEXT_BYTES];
        char b_text[FRCNN_SHAPE_TEXT_BYTES];
        FRCNN_FAIL_IF(a_size != b_size && a_size != 1 && b_size != 1, FRCNN_ERROR_INVALID,
                      "add: expected shapes that are equal or 1 from the last dimension on, found %s and %s",
                      frcnn_shape_format(a_text, a->n_dims, a->shape), frcnn_shape_format(b_text, b->n_dims, b->shape));
        out->shape[d] = a_size == 1 ? b_size : a_size;
        out->a_strides[d] = get_stride(a, d, out->n_dims);
        out->b_strides[d] = get_stride(b, d, out->n_dims);
    }
    return FRCNN_OK;
}

/* Drops dimensions of 1 and merges those that one stride walks in both inputs, so that rows are long. */
static void merge_dims(frcnn_broadcast *shape)
{
    frcnn_broadcast merged = {.n_dims = 1, .shape = {1}};
    for (int d = 0; d < shape->n_dims; d++) {
        const int64_t n = shape->shape[d];
        const int last = merged.n_dims - 1;
        if (n == 1) continue;
        const int is_one_walk =
            merged.a_strides[last] == shape->a_strides[d] * n && merged.b_strides[last] == shape->b_strides[d] * n;
        const int at = merged.shape[last] == 1 || is_one_walk ? last : merged.n_dims++;
        merged.shape[at] = at == last ? merged.shape[last] * n : n;
        merged.a_strides[at] = shape->a_strides[d];
        merged.b_strides[at] = shape->b_strides[d];
    }
    *shape = merged;
}

frcnn_status frcnn_tensor_add(frcnn_tensor **out, const frcnn_tensor *a, const frcnn_tensor *b)
{
    FRCNN_FAIL_IF(a->dtype != FRCNN_F32 || b->dtype != FRCNN_F32, FRCNN_ERROR_INVALID,
                  "add: expected f32 and f32, found %s and %s", frcnn_dtype_get_name(a->dtype),
                  frcnn_dtype_get_name(b->dtype));
    FRCNN_FAIL_IF(a->device.kind != b->device.kind || a->device.index != b->device.index, FRCNN_ERROR_INVALID,
                  "add: expected tensors on one device");
    const frcnn_tensor_ops *table = NULL;
    FRCNN_TRY(frcnn_tensor_ops_find(&table, "add", a->device));
    frcnn_broadcast shape;
    frcnn_tensor *result = NULL;
    FRCNN_TRY(broadcast(&shape, a, b));
    FRCNN_TRY(frcnn_tensor_create_empty(&result, FRCNN_F32, shape.n_dims, shape.shape));
    merge_dims(&shape);
    if (result->n_elements > 0)
        table->elementwise->add(&shape, frcnn_tensor_get_const_data(a), frcnn_tensor_get_const_data(b),
                                frcnn_tensor_get_data(result));
    *out = result;
    return FRCNN_OK;
}
