/** The box head of Fast R-CNN (Girshick 2015): class logits and deltas per class of each pooled RoI. It is two linear layers;
 *  or 3x3 convolutions with norms and one linear layer (torchvision's "v2"); or the last stage of a ResNet and the mean of
 *  its map (Detectron2's "C4"). */
#ifndef FRCNN_BOX_HEAD_H
#define FRCNN_BOX_HEAD_H

#include "backbone/resnet_stage.h"
#include "frcnn/model.h"
#include "tensor/graph.h"
#include "tensor/weights.h"

enum { FRCNN_BOX_HEAD_CONVS = 8, FRCNN_BOX_HEAD_LINEARS = 2 };

typedef struct frcnn_box_head {
    int has_stage;
    frcnn_resnet_stage stage;
    int n_convs;
    frcnn_layer convs[FRCNN_BOX_HEAD_CONVS];
    int n_linears;
    frcnn_layer linears[FRCNN_BOX_HEAD_LINEARS];
    frcnn_layer predictor; /**< columns: n_classes logits, then 4 * n_classes deltas; computed as one layer */
    int n_classes;         /**< with background */
} frcnn_box_head;

/** Takes the tensors under PREFIX (roi_heads); which kind it is, names tell. channels are those of the maps; the settings have
 *  RoIAlign's output side, the norms' epsilon and where a bottleneck strides. has_last_background 1: in the file the
 *  background is the last class and has no deltas; here it is the first, with deltas of 0. swaps_xy 1: its deltas are dy,
 *  dx, dh, dw. What is missing is noted in weights. Errors: UNSUPPORTED (a stage with too many blocks). */
FRCNN_NODISCARD frcnn_status frcnn_box_head_init(frcnn_box_head *head, frcnn_weights *weights, const char *prefix,
                                                 int64_t channels, const frcnn_settings *settings,
                                                 int has_last_background, int swaps_xy);

/** From pooled RoIs [R, P, P, C] to [R, 5 * n_classes]. Errors: as the graph's. */
FRCNN_NODISCARD frcnn_status frcnn_box_head_build(const frcnn_box_head *head, frcnn_graph *graph, int in, int *out);

#endif
