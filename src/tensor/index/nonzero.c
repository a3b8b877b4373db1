#include "tensor/index/nonzero.h"

#include <string.h>

#include "frcnn/ops.h"
#include "tensor/error.h"
#include "tensor/index/hits.h"
#include "tensor/tensor_ops.h"

frcnn_status frcnn_tensor_nonzero(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    const frcnn_tensor_ops *table = NULL;
    FRCNN_TRY(frcnn_tensor_ops_find(&table, "nonzero", tensor->device));
    frcnn_status status = FRCNN_OK;
    frcnn_tensor *src = NULL;
    frcnn_tensor *result = NULL;
    void *starts = NULL;
    int64_t shape[] = {0, tensor->n_dims};
    const int64_t n_blocks = frcnn_hits_get_n_blocks(tensor->n_elements);
    FRCNN_TRY_CLEANUP(frcnn_tensor_contiguous(&src, tensor));
    FRCNN_TRY_CLEANUP(
        table->memory->alloc(tensor->device.index, &starts, ((size_t)n_blocks + 1) * sizeof(int64_t), "nonzero"));
    frcnn_nonzero nonzero = {.dtype = tensor->dtype, .n_dims = tensor->n_dims, .n_elements = tensor->n_elements};
    memcpy(nonzero.shape, tensor->shape, sizeof nonzero.shape);
    nonzero.src = frcnn_tensor_get_const_data(src);
    nonzero.starts = starts;
    FRCNN_TRY_CLEANUP(table->index->count_hits(tensor->dtype, tensor->n_elements, nonzero.src, starts, &shape[0]));
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&result, tensor->device, FRCNN_I64, 2, shape));
    nonzero.dst = frcnn_tensor_get_data(result);
    FRCNN_TRY_CLEANUP(table->index->nonzero(&nonzero));
    *out = result;
    result = NULL;

cleanup:
    frcnn_tensor_destroy(&result);
    table->memory->free(tensor->device.index, starts);
    frcnn_tensor_destroy(&src);
    return status;
}
