/** What a backend brings for include/frcnn/layers.h; each entry is described where the CPU's is declared. */
#ifndef FRCNN_LAYERS_OPS_H
#define FRCNN_LAYERS_OPS_H

#include "tensor/layers/avg_pool2d.h"
#include "tensor/layers/batch_norm.h"
#include "tensor/layers/conv2d.h"
#include "tensor/layers/dropout.h"
#include "tensor/layers/interpolate.h"
#include "tensor/layers/matmul.h"
#include "tensor/layers/max_pool2d.h"
#include "tensor/layers/pad.h"

typedef struct frcnn_layers_ops {
    frcnn_status (*avg_pool2d)(const frcnn_avg_pool2d_run *run);
    frcnn_status (*batch_norm)(const frcnn_batch_norm_run *run);
    frcnn_status (*conv2d)(const frcnn_conv2d *conv, const float *src, const float *weight, const float *bias,
                           float *dst);
    frcnn_status (*conv2d_f64)(const frcnn_conv2d *conv, const double *src, const double *weight, const double *bias,
                               double *dst);
    frcnn_status (*dropout)(const frcnn_dropout *dropout, frcnn_generator *generator, const void *src, void *dst);
    frcnn_status (*interpolate_linear)(const frcnn_interpolate_run *run);
    frcnn_status (*interpolate_nearest)(const frcnn_interpolate_run *run);
    frcnn_status (*map_mean)(const frcnn_map_mean_run *run);
    frcnn_status (*matmul)(const frcnn_matmul *matmul);
    frcnn_status (*max_pool2d)(const frcnn_max_pool2d_run *run);
    frcnn_status (*pad)(const frcnn_pad_run *run);
} frcnn_layers_ops;

extern const frcnn_layers_ops frcnn_layers_ops_cpu;

#endif
