#include "tensor/join/joint.h"

#include "tensor/error.h"
#include "tensor/tensor_ops.h"

frcnn_dtype frcnn_joint_get_dtype(const frcnn_tensor *const *tensors, int n)
{
    frcnn_dtype dtype = tensors[0]->dtype;
    for (int i = 1; i < n; i++) dtype = frcnn_dtype_promote(dtype, tensors[i]->dtype);
    return dtype;
}

frcnn_status frcnn_joint_fill(frcnn_tensor *result, const char *what, const frcnn_tensor *tensor, int dim,
                              int64_t start, int has_dim)
{
    const frcnn_tensor_ops *table = NULL;
    frcnn_tensor *converted = NULL;
    if (tensor->n_elements == 0) return FRCNN_OK;
    FRCNN_TRY(frcnn_tensor_ops_find(&table, what, result->device));
    if (tensor->dtype != result->dtype) FRCNN_TRY(frcnn_tensor_cast(&converted, tensor, result->dtype));
    const frcnn_tensor *part = converted != NULL ? converted : tensor;
    const size_t size = frcnn_dtype_get_size(result->dtype);
    frcnn_strided_copy copy = {.src = frcnn_tensor_get_const_data(part), .element_bytes = size, .n_dims = part->n_dims};
    copy.dst = (unsigned char *)frcnn_tensor_get_data(result) + (size_t)(start * result->strides[dim]) * size;
    for (int d = 0; d < part->n_dims; d++) {
        copy.shape[d] = part->shape[d];
        copy.src_strides[d] = part->strides[d];
        copy.dst_strides[d] = result->strides[has_dim || d < dim ? d : d + 1];
    }
    const frcnn_status status = table->join->strided_copy(&copy);
    frcnn_tensor_destroy(&converted);
    return status;
}
