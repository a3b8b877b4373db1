#include "tensor/layers/layers_ops.h"

const frcnn_layers_ops frcnn_layers_ops_cpu = {
    .conv2d = frcnn_conv2d_cpu,
    .dropout = frcnn_dropout_cpu,
    .conv2d_f64 = frcnn_conv2d_f64_cpu,
    .matmul = frcnn_matmul_cpu,
    .max_pool2d = frcnn_max_pool2d_cpu,
    .upsample_nearest = frcnn_upsample_nearest_cpu,
};
