/** The network that turns an image into maps for RPN and RoIAlign: a body and the FPN on it, or its last map alone. */
#ifndef FRCNN_BACKBONE_H
#define FRCNN_BACKBONE_H

#include "backbone/fpn.h"
#include "backbone/mobilenet.h"
#include "backbone/resnet.h"
#include "backbone/vgg.h"

typedef enum frcnn_body { FRCNN_BODY_RESNET, FRCNN_BODY_MOBILENET, FRCNN_BODY_VGG } frcnn_body;

typedef struct frcnn_backbone {
    frcnn_body body;
    frcnn_resnet resnet;
    frcnn_mobilenet mobilenet;
    frcnn_vgg vgg;
    int has_projection; /**< 1: the only map goes through a 1x1 convolution */
    frcnn_layer projection;
    int has_fpn;
    frcnn_fpn fpn;
    const char *name;
    int n_maps;                          /**< that come out, the pool level not among them */
    int64_t channels;                    /**< of each of them */
    int return_layers[FRCNN_MAX_LEVELS]; /**< per map of the body: stage (ResNet, 1 to 4) or module (MobileNet) */
    int strides[FRCNN_MAX_LEVELS];       /**< of the maps that come out */
    int n_pooled; /**< of the maps, those that RoIs are pooled from: where several have one stride, the first */
} frcnn_backbone;

/** What no tensor says. */
typedef struct frcnn_backbone_rules {
    int dilates_single; /**< 1: a ResNet of four stages without an FPN is dilated in its last */
    int ceils_pools;    /**< 1: pools of a VGG keep a last odd row and column */
} frcnn_backbone_rules;

/** Recognises the body under backbone.body and the FPN under backbone.fpn, and takes their tensors. The settings say
 *  which layers return a map, and the number of levels; where they name no layers, the last ones whose channels the FPN takes; of a
 *  MobileNet the first ones that do, if all are modules that torchvision's mobilenet_backbone returns. Without an FPN
 *  the body's last map comes out, through backbone.projection where that is.
 *  Errors: UNSUPPORTED (no body known here, layers that return other channels), INVALID (a number of levels that there
 *  can't be). */
FRCNN_NODISCARD frcnn_status frcnn_backbone_init(frcnn_backbone *backbone, frcnn_weights *weights,
                                                 const frcnn_settings *settings, frcnn_backbone_rules rules);

/** Cells of the map that comes out, of a side of the padded image. */
int frcnn_backbone_get_cells(const frcnn_backbone *backbone, int map, int side);

/** From a [N, H, W, 3] map to out [settings.n_levels], finest first. Errors: as the graph's. */
FRCNN_NODISCARD frcnn_status frcnn_backbone_build(const frcnn_backbone *backbone, frcnn_graph *graph, int in, int *out);

#endif
