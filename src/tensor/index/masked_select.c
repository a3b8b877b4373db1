#include "tensor/index/masked_select.h"

#include <string.h>

#include "frcnn/ops.h"
#include "tensor/devices.h"
#include "tensor/error.h"
#include "tensor/index/hits.h"
#include "tensor/shape.h"
#include "tensor/tensor_ops.h"

/* The tensor row-major in the shape that it is broadcast to. */
static frcnn_status spread(frcnn_tensor **out, const frcnn_tensor *tensor, int n_dims, const int64_t *shape)
{
    frcnn_tensor *view = NULL;
    FRCNN_TRY(frcnn_tensor_expand(&view, tensor, n_dims, shape));
    const frcnn_status status = frcnn_tensor_contiguous(out, view);
    frcnn_tensor_destroy(&view);
    return status;
}

frcnn_status frcnn_tensor_masked_select(frcnn_tensor **out, const frcnn_tensor *tensor, const frcnn_tensor *mask)
{
    FRCNN_FAIL_IF(mask->dtype != FRCNN_BOOL, FRCNN_ERROR_INVALID, "masked_select: expected a mask of bool, found %s",
                  frcnn_dtype_get_name(mask->dtype));
    const frcnn_tensor *const both[] = {tensor, mask};
    const frcnn_tensor_ops *table = NULL;
    int n_dims = tensor->n_dims;
    int64_t shape[FRCNN_MAX_DIMS];
    memcpy(shape, tensor->shape, sizeof shape);
    FRCNN_TRY(frcnn_devices_check("masked_select", both, 2));
    FRCNN_TRY(frcnn_tensor_ops_find(&table, "masked_select", tensor->device));
    char text[FRCNN_SHAPE_TEXT_BYTES];
    char mask_text[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_FAIL_IF(!frcnn_shape_broadcast(&n_dims, shape, mask->n_dims, mask->shape), FRCNN_ERROR_INVALID,
                  "masked_select: expected shapes that are equal or 1 from the last dimension on, found %s and a "
                  "mask of %s",
                  frcnn_shape_format(text, tensor->n_dims, tensor->shape),
                  frcnn_shape_format(mask_text, mask->n_dims, mask->shape));
    frcnn_status status = FRCNN_OK;
    frcnn_tensor *src = NULL;
    frcnn_tensor *where = NULL;
    frcnn_tensor *result = NULL;
    void *starts = NULL;
    int64_t n_hits = 0;
    FRCNN_TRY_CLEANUP(spread(&src, tensor, n_dims, shape));
    FRCNN_TRY_CLEANUP(spread(&where, mask, n_dims, shape));
    const int64_t n_blocks = frcnn_hits_get_n_blocks(where->n_elements);
    FRCNN_TRY_CLEANUP(
        table->memory->alloc(tensor->device.index, &starts, ((size_t)n_blocks + 1) * sizeof(int64_t), "masked_select"));
    frcnn_masked_select select = {.element_bytes = frcnn_dtype_get_size(tensor->dtype),
                                  .n_elements = where->n_elements,
                                  .src = frcnn_tensor_get_const_data(src),
                                  .mask = frcnn_tensor_get_const_data(where),
                                  .starts = starts};
    FRCNN_TRY_CLEANUP(table->index->count_hits(FRCNN_BOOL, where->n_elements, select.mask, starts, &n_hits));
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&result, tensor->device, tensor->dtype, 1, &n_hits));
    select.dst = frcnn_tensor_get_data(result);
    FRCNN_TRY_CLEANUP(table->index->masked_select(&select));
    *out = result;
    result = NULL;

cleanup:
    frcnn_tensor_destroy(&result);
    table->memory->free(tensor->device.index, starts);
    frcnn_tensor_destroy(&src);
    frcnn_tensor_destroy(&where);
    return status;
}
