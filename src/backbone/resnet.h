/** ResNet, ResNeXt and Wide ResNet (He et al. 2015, Xie et al. 2017) as torchvision names and lays them out. */
#ifndef FRCNN_RESNET_H
#define FRCNN_RESNET_H

#include "frcnn/model.h"
#include "tensor/graph.h"
#include "tensor/weights.h"

enum { FRCNN_RESNET_STAGES = 4, FRCNN_RESNET_MAX_BLOCKS = 64, FRCNN_RESNET_CONVS = 3 };

/** Two 3x3 convolutions, or 1x1, 3x3, 1x1; downsample brings the shortcut to the output's shape. */
typedef struct frcnn_resnet_block {
    frcnn_layer convs[FRCNN_RESNET_CONVS];
    frcnn_layer downsample;
    int has_downsample, stride;
} frcnn_resnet_block;

typedef struct frcnn_resnet {
    int is_bottleneck;
    int strided_conv; /**< of a block: 0 or 1, the convolution that strides */
    int n_blocks[FRCNN_RESNET_STAGES];
    int64_t channels[FRCNN_RESNET_STAGES]; /**< of each stage's output */
    frcnn_layer stem;
    frcnn_resnet_block blocks[FRCNN_RESNET_MAX_BLOCKS];
    const char *name; /**< "resnet50", "resnext101_32x8d", …; "resnet" where it is none of the published ones */
} frcnn_resnet;

/** 1 where PREFIX.layer1.0.conv1.weight is in the file. */
int frcnn_resnet_is_known(const frcnn_weights *weights, const char *prefix);

/** Reads depth, widths and groups from names and shapes and takes the tensors under PREFIX; the settings have the norms'
 *  epsilon, and where a bottleneck strides. Errors: UNSUPPORTED (more
 *  blocks than any published net, or a stage without any). What else is missing is noted in weights. */
FRCNN_NODISCARD frcnn_status frcnn_resnet_init(frcnn_resnet *resnet, frcnn_weights *weights, const char *prefix,
                                               const frcnn_settings *settings);

/** From a [N, H, W, 3] map to the outputs of the four stages, at strides 4, 8, 16, 32. Errors: as the graph's. */
FRCNN_NODISCARD frcnn_status frcnn_resnet_build(const frcnn_resnet *resnet, frcnn_graph *graph, int in,
                                                int out[FRCNN_RESNET_STAGES]);

#endif
