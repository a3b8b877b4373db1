#include "tensor/elementwise/elementwise.h"

#include "frcnn/ops.h"
#include "tensor/error.h"
#include "tensor/tensor_ops.h"

static frcnn_status run(frcnn_tensor **out, const char *what, frcnn_elementwise function, const frcnn_tensor *tensor)
{
    frcnn_op op;
    frcnn_tensor *result = NULL;
    FRCNN_TRY(frcnn_op_open(&op, what, tensor, -1));
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_tensor_create_empty(&result, FRCNN_F32, tensor->n_dims, tensor->shape));
    op.table->elementwise->elementwise(function, tensor->n_elements, op.src, frcnn_tensor_get_data(result));
    *out = result;

cleanup:
    frcnn_op_close(&op);
    return status;
}

frcnn_status frcnn_tensor_relu(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    return run(out, "relu", FRCNN_ELEMENTWISE_RELU, tensor);
}

frcnn_status frcnn_tensor_relu6(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    return run(out, "relu6", FRCNN_ELEMENTWISE_RELU6, tensor);
}

frcnn_status frcnn_tensor_hardswish(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    return run(out, "hardswish", FRCNN_ELEMENTWISE_HARDSWISH, tensor);
}

frcnn_status frcnn_tensor_hardsigmoid(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    return run(out, "hardsigmoid", FRCNN_ELEMENTWISE_HARDSIGMOID, tensor);
}

frcnn_status frcnn_tensor_sigmoid(frcnn_tensor **out, const frcnn_tensor *tensor)
{
    return run(out, "sigmoid", FRCNN_ELEMENTWISE_SIGMOID, tensor);
}
