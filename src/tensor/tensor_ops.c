#include "tensor/tensor_ops.h"

#include "tensor/devices.h"
#include "tensor/error.h"

const frcnn_tensor_ops frcnn_tensor_ops_cpu = {
    .creation = &frcnn_creation_ops_cpu,
    .elementwise = &frcnn_elementwise_ops_cpu,
    .index = &frcnn_index_ops_cpu,
    .join = &frcnn_join_ops_cpu,
    .layers = &frcnn_layers_ops_cpu,
    .loss = &frcnn_loss_ops_cpu,
    .memory = &frcnn_memory_ops_cpu,
    .random = &frcnn_random_ops_cpu,
    .reduce = &frcnn_reduce_ops_cpu,
};

frcnn_status frcnn_tensor_ops_find(const frcnn_tensor_ops **out, const char *what, frcnn_device device)
{
    const frcnn_tensor_ops *table = &frcnn_tensor_ops_cpu;
    if (device.kind != FRCNN_CPU) {
        FRCNN_TRY(frcnn_device_check(what, device));
        table = frcnn_cuda_get_tensor_ops();
    }
    FRCNN_TRY(table->memory->select(device.index));
    *out = table;
    return FRCNN_OK;
}
