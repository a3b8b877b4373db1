/** MobileNetV2 (Sandler et al. 2018) as torchvision names and lays out its features. */
#ifndef FRCNN_MOBILENET_V2_H
#define FRCNN_MOBILENET_V2_H

#include "tensor/graph.h"
#include "tensor/weights.h"

enum { FRCNN_MOBILENET_V2_MODULES = 19, FRCNN_MOBILENET_V2_CONVS = 3 };

/** Module 0 and 18: one convolution; 1 to 17: [expand,] depthwise, project. */
typedef struct frcnn_mobilenet_v2_module {
    frcnn_layer convs[FRCNN_MOBILENET_V2_CONVS];
    int n_convs, stride, is_residual;
    int is_returned; /**< 1: the FPN takes the output, which must stay as it is */
    int64_t out_c;
} frcnn_mobilenet_v2_module;

typedef struct frcnn_mobilenet_v2 {
    int n_modules; /**< files of detectors end with the last module that the FPN takes */
    frcnn_mobilenet_v2_module modules[FRCNN_MOBILENET_V2_MODULES];
} frcnn_mobilenet_v2;

/** 1 where PREFIX.1.conv.0.0.weight is in the file. */
int frcnn_mobilenet_v2_is_known(const frcnn_weights *weights, const char *prefix);

/** Takes the tensors under PREFIX.0, PREFIX.1, …; channels come from the shapes. What is missing is noted in weights. */
void frcnn_mobilenet_v2_init(frcnn_mobilenet_v2 *net, frcnn_weights *weights, const char *prefix, float norm_eps);

/** From a [N, H, W, 3] map to the output of each module; one that is not returned may be overwritten. Errors: as the graph's. */
FRCNN_NODISCARD frcnn_status frcnn_mobilenet_v2_build(const frcnn_mobilenet_v2 *net, frcnn_graph *graph, int in,
                                                      int out[FRCNN_MOBILENET_V2_MODULES]);

#endif
