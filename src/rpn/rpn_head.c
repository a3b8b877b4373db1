#include "rpn/rpn_head.h"

#include <stdio.h>
#include <string.h>

#include "tensor/error.h"

void frcnn_rpn_head_init(frcnn_rpn_head *head, frcnn_weights *weights, const char *prefix, int64_t channels,
                         frcnn_row_pairs pairs, int swaps_xy)
{
    char name[FRCNN_LAYER_NAME];
    int64_t hidden = channels;
    memset(head, 0, sizeof *head);
    const int is_old = frcnn_weights_find(weights, "%s.conv.weight", prefix) != NULL;
    for (int i = 0; i < FRCNN_RPN_MAX_CONVS; i++) {
        snprintf(name, sizeof name, is_old ? "%s.conv" : "%s.conv.%d.0", prefix, i);
        if (i > 0 && (is_old || frcnn_weights_find(weights, "%s.weight", name) == NULL)) break;
        const int64_t in_c = hidden;
        const int64_t out_c = frcnn_weights_get_dim(weights, 0, "%s.weight", name);
        if (out_c > 0) hidden = out_c;
        frcnn_weights_take_conv(weights, &head->convs[head->n_convs++], hidden, in_c, 3, 1, name, NULL);
    }
    const int64_t n_rows = frcnn_weights_get_dim(weights, 0, "%s.cls_logits.weight", prefix);
    const int64_t n_anchors = pairs == FRCNN_NO_PAIRS ? n_rows : n_rows / 2;
    head->n_anchors = n_anchors <= INT32_MAX ? (int)n_anchors : 0;
    snprintf(name, sizeof name, "%s.cls_logits", prefix);
    frcnn_weights_take_conv(weights, &head->predictor, n_rows, hidden, 1, 1, name, NULL);
    snprintf(name, sizeof name, "%s.bbox_pred", prefix);
    frcnn_weights_take_conv(weights, &head->predictor, 4 * n_anchors, hidden, 1, 1, name, NULL);
    head->predictor.parts[0].pairs = pairs;
    head->predictor.parts[1].swaps_xy = swaps_xy;
    head->predictor.out_c = 5 * n_anchors;
}

frcnn_status frcnn_rpn_head_build(const frcnn_rpn_head *head, frcnn_graph *graph, int in, int *out)
{
    const frcnn_conv_options conv = {
        .stride = 1, .padding = 1, .dilation = 1, .activation = FRCNN_RELU, .residual = FRCNN_NO_VALUE};
    const frcnn_conv_options predictor = {.stride = 1, .dilation = 1, .residual = FRCNN_NO_VALUE, .has_f32_output = 1};
    int map = in;
    for (int i = 0; i < head->n_convs; i++) FRCNN_TRY(frcnn_graph_conv2d(graph, &map, map, &head->convs[i], conv));
    return frcnn_graph_conv2d(graph, out, map, &head->predictor, predictor);
}
