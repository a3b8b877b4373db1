/** ResNet, ResNeXt and Wide ResNet (He et al. 2015, Xie et al. 2017) as torchvision names and lays them out. */
#ifndef FRCNN_RESNET_H
#define FRCNN_RESNET_H

#include "backbone/resnet_stage.h"
#include "frcnn/model.h"

enum { FRCNN_RESNET_STAGES = 4 };

typedef struct frcnn_resnet {
    int n_stages; /**< 4, or fewer where the file has fewer */
    frcnn_layer stem;
    frcnn_resnet_stage stages[FRCNN_RESNET_STAGES];
    const char *name; /**< "resnet50", "resnext101_32x8d", …; "resnet" where it is none of the published ones */
} frcnn_resnet;

/** 1 where PREFIX.layer1.0.conv1.weight is in the file. */
int frcnn_resnet_is_known(const frcnn_weights *weights, const char *prefix);

/** Reads depth, widths and groups from names and shapes and takes the tensors under PREFIX; the settings have the norms'
 *  epsilon, and where a bottleneck strides. is_dilated 1: the fourth stage does not stride, and its 3x3 convolutions have
 *  a dilation of 2. Errors: UNSUPPORTED (more blocks than any published net; no stage). What else is missing is noted in
 *  weights. */
FRCNN_NODISCARD frcnn_status frcnn_resnet_init(frcnn_resnet *resnet, frcnn_weights *weights, const char *prefix,
                                               const frcnn_settings *settings, int is_dilated);

/** Pixels of the image to a pixel of the output of a stage, 1 to n_stages. */
int frcnn_resnet_get_stride(const frcnn_resnet *resnet, int stage);

/** From a [N, H, W, 3] map to the outputs of the stages, at strides 4, 8, 16, 32 if none is dilated. Errors: as the
 *  graph's. */
FRCNN_NODISCARD frcnn_status frcnn_resnet_build(const frcnn_resnet *resnet, frcnn_graph *graph, int in,
                                                int out[FRCNN_RESNET_STAGES]);

#endif
