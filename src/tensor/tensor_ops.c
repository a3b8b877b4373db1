#include "tensor/tensor_ops.h"

#include "tensor/error.h"
#include "tensor/shape.h"

const frcnn_tensor_ops frcnn_tensor_ops_cpu = {
    .add = frcnn_add_cpu,
    .elementwise = frcnn_elementwise_cpu,
    .softmax = frcnn_softmax_cpu,
    .topk = frcnn_topk_cpu,
    .arange_f32 = frcnn_arange_f32_cpu,
    .arange_i64 = frcnn_arange_i64_cpu,
    .conv2d = frcnn_conv2d_cpu,
    .max_pool2d = frcnn_max_pool2d_cpu,
    .upsample_nearest = frcnn_upsample_nearest_cpu,
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
    FRCNN_TRY(frcnn_tensor_get_contiguous(&opened.contiguous, tensor));
    opened.src = frcnn_tensor_get_const_data(opened.contiguous);
    *op = opened;
    return FRCNN_OK;
}

void frcnn_op_close(frcnn_op *op)
{
    frcnn_tensor_destroy(&op->contiguous);
}
