#include "tensor/tensor_ops.h"

#include "tensor/error.h"
#include "tensor/shape.h"

const frcnn_tensor_ops frcnn_tensor_ops_cpu = {
    .creation = &frcnn_creation_ops_cpu,
    .elementwise = &frcnn_elementwise_ops_cpu,
    .index = &frcnn_index_ops_cpu,
    .join = &frcnn_join_ops_cpu,
    .layers = &frcnn_layers_ops_cpu,
    .loss = &frcnn_loss_ops_cpu,
    .random = &frcnn_random_ops_cpu,
    .reduce = &frcnn_reduce_ops_cpu,
};

frcnn_status frcnn_tensor_ops_find(const frcnn_tensor_ops **out, const char *what, frcnn_device device)
{
    FRCNN_FAIL_IF(device.kind != FRCNN_CPU, FRCNN_ERROR_UNSUPPORTED, "%s: expected a CPU tensor, found one on a GPU",
                  what);
    *out = &frcnn_tensor_ops_cpu;
    return FRCNN_OK;
}

frcnn_status frcnn_op_open(frcnn_op *op, const char *what, const frcnn_tensor *tensor, int n_dims)
{
    frcnn_op opened = {0};
    FRCNN_FAIL_IF(tensor->dtype != FRCNN_F32, FRCNN_ERROR_INVALID, "%s: expected f32, found %s", what,
                  frcnn_dtype_get_name(tensor->dtype));
    char text[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_FAIL_IF(n_dims >= 0 && tensor->n_dims != n_dims, FRCNN_ERROR_INVALID, "%s: expected %d dimensions, found %s",
                  what, n_dims, frcnn_shape_format(text, tensor->n_dims, tensor->shape));
    FRCNN_TRY(frcnn_tensor_ops_find(&opened.table, what, tensor->device));
    FRCNN_TRY(frcnn_tensor_contiguous(&opened.contiguous, tensor));
    opened.src = frcnn_tensor_get_const_data(opened.contiguous);
    *op = opened;
    return FRCNN_OK;
}

void frcnn_op_close(frcnn_op *op)
{
    frcnn_tensor_destroy(&op->contiguous);
}
