/** What a backend brings for include/frcnn/layers.h; each entry is described where the CPU's is declared. */
#ifndef FRCNN_LAYERS_OPS_H
#define FRCNN_LAYERS_OPS_H

#include "tensor/layers/conv2d.h"
#include "tensor/layers/dropout.h"
#include "tensor/layers/matmul.h"
#include "tensor/layers/max_pool2d.h"
#include "tensor/layers/upsample_nearest.h"

typedef struct frcnn_layers_ops {
    frcnn_status (*conv2d)(const frcnn_conv2d *conv, const float *src, const float *weight, const float *bias,
                           float *dst);
    frcnn_status (*dropout)(const frcnn_dropout *dropout, frcnn_generator *generator, const void *src, void *dst);
    frcnn_status (*conv2d_f64)(const frcnn_conv2d *conv, const double *src, const double *weight, const double *bias,
                               double *dst);
    frcnn_status (*matmul)(const frcnn_matmul *matmul);
    void (*max_pool2d)(const frcnn_max_pool2d *pool, const float *src, float *dst);
    void (*upsample_nearest)(int64_t n, int64_t in_h, int64_t in_w, int64_t out_h, int64_t out_w, int64_t c,
                             const float *src, float *dst);
} frcnn_layers_ops;

extern const frcnn_layers_ops frcnn_layers_ops_cpu;

#endif
