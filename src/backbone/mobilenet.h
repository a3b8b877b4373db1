/** MobileNetV2 and V3 (Sandler et al. 2018, Howard et al. 2019) as torchvision names and lays out their features: modules in
 *  a row, each a convolution or an inverted residual block. */
#ifndef FRCNN_MOBILENET_H
#define FRCNN_MOBILENET_H

#include "tensor/graph.h"
#include "tensor/weights.h"

enum { FRCNN_MOBILENET_MODULES = 19, FRCNN_MOBILENET_CONVS = 3 };

/** One convolution; or [expand,] depthwise, [squeeze and excitation,] project. */
typedef struct frcnn_mobilenet_module {
    frcnn_layer convs[FRCNN_MOBILENET_CONVS];
    int n_convs, stride, is_residual;
    frcnn_activation activation; /**< of every convolution but a projection, which is linear */
    int has_gate; /**< 1: the channels that are projected are scaled by what these two make of their means */
    frcnn_layer squeeze, excite;
    int is_returned; /**< 1: the FPN takes the output, which must stay as it is */
    int64_t out_c;
} frcnn_mobilenet_module;

typedef struct frcnn_mobilenet {
    const char *name; /**< "mobilenet_v2", … */
    int n_modules;    /**< files of detectors may end with the last module that the FPN takes */
    int n_whole;      /**< of the net as it was published */
    frcnn_mobilenet_module modules[FRCNN_MOBILENET_MODULES];
} frcnn_mobilenet;

/** 1 where PREFIX.1.conv.0.0.weight is in the file, of a MobileNetV2, or PREFIX.1.block.0.0.weight, of a MobileNetV3. */
int frcnn_mobilenet_is_known(const frcnn_weights *weights, const char *prefix);

/** Takes the tensors under PREFIX.0, PREFIX.1, …; which net it is, names tell, and channels come from the shapes. What is
 *  missing is noted in weights. */
void frcnn_mobilenet_init(frcnn_mobilenet *net, frcnn_weights *weights, const char *prefix, float norm_eps);

/** From a [N, H, W, 3] map to the output of each module; one that is not returned may be overwritten. Errors: as the graph's. */
FRCNN_NODISCARD frcnn_status frcnn_mobilenet_build(const frcnn_mobilenet *net, frcnn_graph *graph, int in,
                                                   int out[FRCNN_MOBILENET_MODULES]);

/** @name For the nets' own files: an init of each, and the next convolution of a module with the norm behind it. @{ */
void frcnn_mobilenet_v2_init(frcnn_mobilenet *net, frcnn_weights *weights, const char *prefix, float norm_eps);
void frcnn_mobilenet_v3_init(frcnn_mobilenet *net, frcnn_weights *weights, const char *prefix, float norm_eps);
void frcnn_mobilenet_take(frcnn_mobilenet_module *module, frcnn_weights *weights, int64_t out_c, int64_t in_c,
                          int kernel, int groups, float norm_eps, const char *conv, const char *norm);
/** A module of one convolution: PREFIX.INDEX.0 and the norm PREFIX.INDEX.1. */
void frcnn_mobilenet_take_single(frcnn_mobilenet_module *module, frcnn_weights *weights, int64_t in_c, int kernel,
                                 float norm_eps, const char *prefix, int index);
/** @} */

#endif
