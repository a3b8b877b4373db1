/** The RPN's head (Ren et al. 2015), shared by all levels: 3x3 convolutions, then objectness and deltas, which are
 *  computed as one 1x1 convolution. */
#ifndef FRCNN_RPN_HEAD_H
#define FRCNN_RPN_HEAD_H

#include "tensor/graph.h"
#include "tensor/weights.h"

enum { FRCNN_RPN_MAX_CONVS = 4 };

typedef struct frcnn_rpn_head {
    int n_convs;
    frcnn_layer convs[FRCNN_RPN_MAX_CONVS];
    frcnn_layer predictor; /**< channels: n_anchors logits, then 4 * n_anchors deltas (dx, dy, dw, dh per anchor) */
    int n_anchors;         /**< per cell */
} frcnn_rpn_head;

/** Takes the tensors under PREFIX (rpn.head), today's names or older files'. channels are those of the maps; pairs and
 *  swaps_xy say how the file has logits and deltas. What is missing is noted in weights. */
void frcnn_rpn_head_init(frcnn_rpn_head *head, frcnn_weights *weights, const char *prefix, int64_t channels,
                         frcnn_row_pairs pairs, int swaps_xy);

/** From a level's map [N, H, W, C] to [N, H, W, 5 * n_anchors]. Errors: as the graph's. */
FRCNN_NODISCARD frcnn_status frcnn_rpn_head_build(const frcnn_rpn_head *head, frcnn_graph *graph, int in, int *out);

#endif
