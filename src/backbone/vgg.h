/** VGG (Simonyan and Zisserman 2015) as torchvision numbers its features: 3x3 convolutions with biases, and pools that halve
 *  the map. A detector takes the last convolution's map, which no pool follows. */
#ifndef FRCNN_VGG_H
#define FRCNN_VGG_H

#include "tensor/graph.h"
#include "tensor/weights.h"

enum { FRCNN_VGG_MAX_CONVS = 16 };

typedef struct frcnn_vgg {
    const char *name; /**< "vgg16"; "vgg" where it has another number of convolutions */
    int n_convs;
    frcnn_layer convs[FRCNN_VGG_MAX_CONVS];
    int is_pooled[FRCNN_VGG_MAX_CONVS]; /**< 1: a pool stands in front */
    int stride;
    int64_t channels; /**< of the last map */
    int ceils;        /**< 1: pools keep a last odd row and column, as Caffe's do; 0: they drop it, as torchvision's */
} frcnn_vgg;

/** 1 where PREFIX.0.weight is a convolution. */
int frcnn_vgg_is_known(const frcnn_weights *weights, const char *prefix);

/** Takes the tensors under PREFIX.0, PREFIX.2, …; numbers that are further apart than an activation have a pool between them.
 *  What is missing is noted in weights. */
void frcnn_vgg_init(frcnn_vgg *vgg, frcnn_weights *weights, const char *prefix, int ceils);

/** From a [N, H, W, 3] map to the last convolution's. Errors: as the graph's. */
FRCNN_NODISCARD frcnn_status frcnn_vgg_build(const frcnn_vgg *vgg, frcnn_graph *graph, int in, int *out);

#endif
