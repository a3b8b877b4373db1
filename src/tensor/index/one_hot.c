#include "tensor/index/one_hot.h"

#include <string.h>

#include "frcnn/ops.h"
#include "tensor/error.h"
#include "tensor/tensor_ops.h"

/* The number of classes: as asked, or one more than the largest. */
static frcnn_status count_classes(int64_t *out, const frcnn_tensor_ops *table, const frcnn_tensor *classes,
                                  int64_t asked)
{
    int64_t least = 0;
    int64_t most = -1;
    if (classes->n_elements > 0)
        FRCNN_TRY(table->index->index_range(classes->n_elements, frcnn_tensor_get_const_data(classes), &least, &most));
    else
        FRCNN_FAIL_IF(asked <= 0, FRCNN_ERROR_INVALID,
                      "one_hot: expected 1 class or more for a tensor without elements, found %lld", (long long)asked);
    FRCNN_FAIL_IF(least < 0, FRCNN_ERROR_INVALID, "one_hot: expected classes of 0 or more, found %lld",
                  (long long)least);
    FRCNN_FAIL_IF(asked == -1 && most == INT64_MAX, FRCNN_ERROR_INVALID,
                  "one_hot: class %lld is more than memory can address", (long long)most);
    FRCNN_FAIL_IF(asked != -1 && most >= asked, FRCNN_ERROR_INVALID,
                  "one_hot: expected classes below the number of classes, %lld, found %lld", (long long)asked,
                  (long long)most);
    *out = asked == -1 ? most + 1 : asked;
    return FRCNN_OK;
}

frcnn_status frcnn_tensor_one_hot(frcnn_tensor **out, const frcnn_tensor *tensor, int64_t n_classes)
{
    FRCNN_FAIL_IF(tensor->dtype != FRCNN_I64, FRCNN_ERROR_INVALID, "one_hot: expected i64, found %s",
                  frcnn_dtype_get_name(tensor->dtype));
    FRCNN_FAIL_IF(tensor->n_dims == FRCNN_MAX_DIMS, FRCNN_ERROR_INVALID,
                  "one_hot: expected fewer than %d dimensions, found %d", FRCNN_MAX_DIMS, tensor->n_dims);
    const frcnn_tensor_ops *table = NULL;
    FRCNN_TRY(frcnn_tensor_ops_find(&table, "one_hot", tensor->device));
    frcnn_status status = FRCNN_OK;
    frcnn_tensor *classes = NULL;
    frcnn_tensor *result = NULL;
    int64_t shape[FRCNN_MAX_DIMS];
    memcpy(shape, tensor->shape, sizeof shape);
    FRCNN_TRY_CLEANUP(frcnn_tensor_contiguous(&classes, tensor));
    FRCNN_TRY_CLEANUP(count_classes(&shape[tensor->n_dims], table, classes, n_classes));
    FRCNN_TRY_CLEANUP(frcnn_tensor_create_on(&result, tensor->device, FRCNN_I64, tensor->n_dims + 1, shape));
    FRCNN_TRY_CLEANUP(table->index->one_hot(tensor->n_elements, shape[tensor->n_dims],
                                            frcnn_tensor_get_const_data(classes), frcnn_tensor_get_data(result)));
    *out = result;
    result = NULL;

cleanup:
    frcnn_tensor_destroy(&result);
    frcnn_tensor_destroy(&classes);
    return status;
}
