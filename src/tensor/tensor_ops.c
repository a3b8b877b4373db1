#include "tensor/tensor_ops.h"

#include "tensor/error.h"

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
