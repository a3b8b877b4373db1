#include "roi/box_head.h"

#include <stdio.h>
#include <string.h>

#include "tensor/error.h"

static void take(frcnn_weights *weights, frcnn_layer *layer, int64_t out_c, int64_t in_c, const char *prefix,
                 const char *leaf)
{
    char name[FRCNN_LAYER_NAME];
    snprintf(name, sizeof name, "%s.%s", prefix, leaf);
    frcnn_weights_take_linear(weights, layer, out_c, in_c, name);
}

void frcnn_box_head_init(frcnn_box_head *head, frcnn_weights *weights, const char *prefix, int64_t channels,
                         int pooled_size)
{
    memset(head, 0, sizeof *head);
    const int64_t width6 = frcnn_weights_get_dim(weights, 0, "%s.box_head.fc6.weight", prefix);
    const int64_t width7 = frcnn_weights_get_dim(weights, 0, "%s.box_head.fc7.weight", prefix);
    const int64_t n_classes = frcnn_weights_get_dim(weights, 0, "%s.box_predictor.cls_score.weight", prefix);
    take(weights, &head->fc6, width6, channels * pooled_size * pooled_size, prefix, "box_head.fc6");
    take(weights, &head->fc7, width7, width6, prefix, "box_head.fc7");
    take(weights, &head->predictor, n_classes, width7, prefix, "box_predictor.cls_score");
    take(weights, &head->predictor, 4 * n_classes, width7, prefix, "box_predictor.bbox_pred");
    head->fc6.pooled_size = pooled_size;
    head->n_classes = n_classes <= INT32_MAX ? (int)n_classes : 0;
}

frcnn_status frcnn_box_head_build(const frcnn_box_head *head, frcnn_graph *graph, int in, int *out)
{
    const frcnn_conv_options hidden = {.activation = FRCNN_RELU}, predictor = {.has_f32_output = 1};
    int rows = 0;
    FRCNN_TRY(frcnn_graph_linear(graph, &rows, in, &head->fc6, hidden));
    FRCNN_TRY(frcnn_graph_linear(graph, &rows, rows, &head->fc7, hidden));
    frcnn_graph_name(graph, rows, "roi.head");
    FRCNN_TRY(frcnn_graph_linear(graph, out, rows, &head->predictor, predictor));
    frcnn_graph_name(graph, *out, "roi.predictor");
    return FRCNN_OK;
}
