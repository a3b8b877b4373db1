#include "tensor/index/unique.h"

#include "frcnn/ops.h"
#include "tensor/error.h"
#include "tensor/tensor_ops.h"

frcnn_status frcnn_tensor_unique(frcnn_tensor **values, frcnn_tensor **inverse, frcnn_tensor **counts,
                                 const frcnn_tensor *tensor)
{
    const frcnn_tensor_ops *table = NULL;
    FRCNN_TRY(frcnn_tensor_ops_find(&table, "unique", tensor->device));
    frcnn_status status = FRCNN_OK;
    frcnn_tensor *src = NULL;
    frcnn_tensor *found = NULL;
    frcnn_tensor *groups = NULL;
    frcnn_tensor *sizes = NULL;
    void *order = NULL;
    void *starts = NULL;
    frcnn_unique unique = {.dtype = tensor->dtype, .n = tensor->n_elements};
    FRCNN_TRY_CLEANUP(frcnn_tensor_contiguous(&src, tensor));
    FRCNN_TRY_CLEANUP(table->memory->alloc(tensor->device.index, &order, (size_t)unique.n * sizeof(int64_t), "unique"));
    FRCNN_TRY_CLEANUP(
        table->memory->alloc(tensor->device.index, &starts, ((size_t)unique.n + 1) * sizeof(int64_t), "unique"));
    unique.src = frcnn_tensor_get_const_data(src);
    unique.order = order;
    unique.starts = starts;
    FRCNN_TRY_CLEANUP(table->index->unique_find(&unique));
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&found, tensor->device, tensor->dtype, 1, &unique.n_groups));
    if (inverse != NULL)
        FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&groups, tensor->device, FRCNN_I64, tensor->n_dims, tensor->shape));
    if (counts != NULL)
        FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&sizes, tensor->device, FRCNN_I64, 1, &unique.n_groups));
    FRCNN_TRY_CLEANUP(table->index->unique_write(&unique, frcnn_tensor_get_data(found),
                                                 groups == NULL ? NULL : frcnn_tensor_get_data(groups),
                                                 sizes == NULL ? NULL : frcnn_tensor_get_data(sizes)));
    *values = found;
    if (inverse != NULL) *inverse = groups;
    if (counts != NULL) *counts = sizes;
    found = NULL;
    groups = NULL;
    sizes = NULL;

cleanup:
    table->memory->free(tensor->device.index, order);
    table->memory->free(tensor->device.index, starts);
    frcnn_tensor_destroy(&src);
    frcnn_tensor_destroy(&found);
    frcnn_tensor_destroy(&groups);
    frcnn_tensor_destroy(&sizes);
    return status;
}
