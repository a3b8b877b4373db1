#include "tensor/creation/creation_ops.h"

const frcnn_creation_ops frcnn_creation_ops_cpu = {
    .arange_f32 = frcnn_arange_f32_cpu,
    .arange_i64 = frcnn_arange_i64_cpu,
};
