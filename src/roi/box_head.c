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

/* The next linear layer; *columns are its inputs, then its outputs. */
static void take_linear(frcnn_box_head *head, frcnn_weights *weights, int64_t *columns, const char *prefix,
                        const char *leaf)
{
    const int64_t width = frcnn_weights_get_dim(weights, 0, "%s.%s.weight", prefix, leaf);
    take(weights, &head->linears[head->n_linears++], width, *columns, prefix, leaf);
    *columns = width;
}

/* PREFIX.box_head.0, .1, …; *channels are the input's, then the output's. */
static void take_convs(frcnn_box_head *head, frcnn_weights *weights, int64_t *channels, const char *prefix,
                       float norm_eps)
{
    char name[FRCNN_LAYER_NAME], norm[FRCNN_LAYER_NAME];
    while (head->n_convs < FRCNN_BOX_HEAD_CONVS) {
        frcnn_layer *layer = &head->convs[head->n_convs];
        snprintf(name, sizeof name, "%s.box_head.%d.0", prefix, head->n_convs);
        snprintf(norm, sizeof norm, "%s.box_head.%d.1", prefix, head->n_convs);
        const int64_t out_c = frcnn_weights_get_dim(weights, 0, "%s.weight", name);
        const int has_norm = frcnn_weights_find(weights, "%s.weight", norm) != NULL;
        if (out_c == 0) return;
        layer->norm_eps = norm_eps;
        frcnn_weights_take_conv(weights, layer, out_c, *channels, 3, 1, name, has_norm ? norm : NULL);
        *channels = out_c;
        head->n_convs++;
    }
}

static void take_linears(frcnn_box_head *head, frcnn_weights *weights, int64_t *columns, const char *prefix,
                         int pooled_size)
{
    char leaf[32];
    if (head->n_convs == 0) {
        take_linear(head, weights, columns, prefix, "box_head.fc6");
        take_linear(head, weights, columns, prefix, "box_head.fc7");
    } else {
        /* Between them stands what flattens the map. */
        snprintf(leaf, sizeof leaf, "box_head.%d", head->n_convs + 1);
        take_linear(head, weights, columns, prefix, leaf);
    }
    head->linears[0].pooled_size = pooled_size;
}

frcnn_status frcnn_box_head_init(frcnn_box_head *head, frcnn_weights *weights, const char *prefix, int64_t channels,
                                 const frcnn_settings *settings, int has_last_background, int swaps_xy)
{
    char stage[FRCNN_LAYER_NAME];
    int64_t width = channels;
    memset(head, 0, sizeof *head);
    snprintf(stage, sizeof stage, "%s.box_head.layer4", prefix);
    head->has_stage = frcnn_weights_find(weights, "%s.0.conv1.weight", stage) != NULL;
    if (head->has_stage) {
        FRCNN_TRY(frcnn_resnet_stage_init(&head->stage, weights, stage, channels, 2, 1, settings->stride_in_1x1,
                                          settings->norm_eps));
        width = head->stage.channels;
    } else {
        const int size = settings->roi_output_size;
        take_convs(head, weights, &width, prefix, settings->norm_eps);
        width *= (int64_t)size * size;
        take_linears(head, weights, &width, prefix, size);
    }
    const int64_t n_classes = frcnn_weights_get_dim(weights, 0, "%s.box_predictor.cls_score.weight", prefix);
    take_predictor(&head->predictor, weights, n_classes, width, prefix, has_last_background);
    head->predictor.parts[1].swaps_xy = swaps_xy;
    head->n_classes = n_classes <= INT32_MAX ? (int)n_classes : 0;
    return FRCNN_OK;
}

static frcnn_status build_rows(const frcnn_box_head *head, frcnn_graph *graph, int in, int *rows)
{
    const frcnn_conv_options conv = {
        .stride = 1, .padding = 1, .dilation = 1, .activation = FRCNN_RELU, .residual = FRCNN_NO_VALUE};
    const frcnn_conv_options linear = {.activation = FRCNN_RELU};
    int x = in;
    if (head->has_stage) {
        FRCNN_TRY(frcnn_resnet_stage_build(&head->stage, graph, x, &x));
        frcnn_graph_name(graph, x, "roi.res5");
        return frcnn_graph_channel_mean(graph, rows, x);
    }
    for (int i = 0; i < head->n_convs; i++) FRCNN_TRY(frcnn_graph_conv2d(graph, &x, x, &head->convs[i], conv));
    for (int i = 0; i < head->n_linears; i++) FRCNN_TRY(frcnn_graph_linear(graph, &x, x, &head->linears[i], linear));
    *rows = x;
    return FRCNN_OK;
}

frcnn_status frcnn_box_head_build(const frcnn_box_head *head, frcnn_graph *graph, int in, int *out)
{
    const frcnn_conv_options predictor = {.has_f32_output = 1};
    int rows = 0;
    FRCNN_TRY(build_rows(head, graph, in, &rows));
    frcnn_graph_name(graph, rows, "roi.head");
    FRCNN_TRY(frcnn_graph_linear(graph, out, rows, &head->predictor, predictor));
    frcnn_graph_name(graph, *out, "roi.predictor");
    return FRCNN_OK;
}
