#include "tensor_layers.h"

extern "C" const frcnn_layers_ops frcnn_layers_ops_cuda = {
    frcnn_avg_pool2d_run_cuda,      frcnn_batch_norm_cuda, frcnn_conv2d_cuda,
    frcnn_conv2d_f64_cuda,          frcnn_dropout_cuda,    frcnn_interpolate_linear_cuda,
    frcnn_interpolate_nearest_cuda, frcnn_map_mean_cuda,   frcnn_matmul_cuda,
    frcnn_max_pool2d_run_cuda,      frcnn_pad_cuda,
};
