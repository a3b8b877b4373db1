/** The two-layer box head of Fast R-CNN (Girshick 2015): class logits and deltas per class of each pooled RoI. */
#ifndef FRCNN_BOX_HEAD_H
#define FRCNN_BOX_HEAD_H

#include "tensor/graph.h"
#include "tensor/weights.h"

typedef struct frcnn_box_head {
    frcnn_layer fc6, fc7;
    frcnn_layer predictor; /**< columns: n_classes logits, then 4 * n_classes deltas; computed as one layer */
    int n_classes;         /**< with background */
} frcnn_box_head;

/** Takes the tensors under PREFIX (roi_heads). pooled_size is RoIAlign's output side. has_last_background 1: in the file the
 *  background is the last class and has no deltas; here it is the first, with deltas of 0. What is missing is noted in
 *  weights. */
void frcnn_box_head_init(frcnn_box_head *head, frcnn_weights *weights, const char *prefix, int64_t channels,
                         int pooled_size, int has_last_background);

/** From pooled RoIs [R, P, P, C] to [R, 5 * n_classes]. Errors: as the graph's. */
FRCNN_NODISCARD frcnn_status frcnn_box_head_build(const frcnn_box_head *head, frcnn_graph *graph, int in, int *out);

#endif
