/** A stage of residual blocks (He et al. 2015, Xie et al. 2017), as a ResNet has four of, and a box head may have one. */
#ifndef FRCNN_RESNET_STAGE_H
#define FRCNN_RESNET_STAGE_H

#include "tensor/graph.h"
#include "tensor/weights.h"

enum { FRCNN_RESNET_MAX_BLOCKS = 40, FRCNN_RESNET_CONVS = 3 };

/** Two 3x3 convolutions, or 1x1, 3x3, 1x1; downsample brings the shortcut to the output's shape. */
typedef struct frcnn_resnet_block {
    frcnn_layer convs[FRCNN_RESNET_CONVS];
    frcnn_layer downsample;
    int has_downsample, stride;
} frcnn_resnet_block;

typedef struct frcnn_resnet_stage {
    int is_bottleneck;
    int strided_conv; /**< of a block: 0 or 1, the convolution that strides */
    int stride;       /**< of the first block */
    int dilation;     /**< of every 3x3 convolution */
    int64_t channels; /**< of the output */
    int n_blocks;
    frcnn_resnet_block blocks[FRCNN_RESNET_MAX_BLOCKS];
} frcnn_resnet_stage;

/** Takes the blocks NAME.0, NAME.1, … on a map of in_c channels, as many as there are; their widths and groups come from
 *  their shapes. Errors: UNSUPPORTED (more blocks than any published net, or none). What else is missing is noted in
 *  weights. */
FRCNN_NODISCARD frcnn_status frcnn_resnet_stage_init(frcnn_resnet_stage *stage, frcnn_weights *weights,
                                                     const char *name, int64_t in_c, int stride, int dilation,
                                                     int stride_in_1x1, float norm_eps);

/** From a map [N, H, W, C] to the stage's output, in *out. Errors: as the graph's. */
FRCNN_NODISCARD frcnn_status frcnn_resnet_stage_build(const frcnn_resnet_stage *stage, frcnn_graph *graph, int in,
                                                      int *out);

#endif
