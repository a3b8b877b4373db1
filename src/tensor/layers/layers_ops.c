#include "tensor/layers/layers_ops.h"

const frcnn_layers_ops frcnn_layers_ops_cpu = {
    .avg_pool2d = frcnn_avg_pool2d_run_cpu,
    .batch_norm = frcnn_batch_norm_cpu,
    .conv2d = frcnn_conv2d_cpu,
    .conv2d_f64 = frcnn_conv2d_f64_cpu,
    .dropout = frcnn_dropout_cpu,
    .interpolate_linear = frcnn_interpolate_linear_cpu,
    .interpolate_nearest = frcnn_interpolate_nearest_cpu,
    .map_mean = frcnn_map_mean_cpu,
    .matmul = frcnn_matmul_cpu,
    .max_pool2d = frcnn_max_pool2d_run_cpu,
    .pad = frcnn_pad_cpu,
};
