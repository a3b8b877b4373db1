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

/* Class logits and deltas as one layer, the background first. */
static void take_predictor(frcnn_layer *layer, frcnn_weights *weights, int64_t n_classes, int64_t width,
                           const char *prefix, int has_last_background)
{
    const int64_t n_without_deltas = has_last_background && n_classes > 0 ? 1 : 0;
    take(weights, layer, n_classes, width, prefix, "box_predictor.cls_score");
    take(weights, layer, 4 * (n_classes - n_without_deltas), width, prefix, "box_predictor.bbox_pred");
    layer->parts[0].n_last_first = n_without_deltas;
    layer->parts[1].n_zeros = 4 * n_without_deltas;
    layer->out_c += 4 * n_without_deltas;
}

void frcnn_box_head_init(frcnn_box_head *head, frcnn_weights *weights, const char *prefix, int64_t channels,
                         int pooled_size, int has_last_background)
{
    memset(head, 0, sizeof *head);
    const int64_t width6 = frcnn_weights_get_dim(weights, 0, "%s.box_head.fc6.weight", prefix);
    const int64_t width7 = frcnn_weights_get_dim(weights, 0, "%s.box_head.fc7.weight", prefix);
    const int64_t n_classes = frcnn_weights_get_dim(weights, 0, "%s.box_predictor.cls_score.weight", prefix);
    take(weights, &head->fc6, width6, channels * pooled_size * pooled_size, prefix, "box_head.fc6");
    take(weights, &head->fc7, width7, width6, prefix, "box_head.fc7");
    take_predictor(&head->predictor, weights, n_classes, width7, prefix, has_last_background);
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
