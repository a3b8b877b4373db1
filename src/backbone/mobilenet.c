#include "backbone/mobilenet.h"

#include <stdio.h>
#include <string.h>

#include "tensor/error.h"

static int is_v2(const frcnn_weights *weights, const char *prefix)
{
    return frcnn_weights_find(weights, "%s.1.conv.0.0.weight", prefix) != NULL;
}

int frcnn_mobilenet_is_known(const frcnn_weights *weights, const char *prefix)
{
    return is_v2(weights, prefix) || frcnn_weights_find(weights, "%s.1.block.0.0.weight", prefix) != NULL;
}

void frcnn_mobilenet_init(frcnn_mobilenet *net, frcnn_weights *weights, const char *prefix, float norm_eps)
{
    memset(net, 0, sizeof *net);
    if (is_v2(weights, prefix))
        frcnn_mobilenet_v2_init(net, weights, prefix, norm_eps);
    else
        frcnn_mobilenet_v3_init(net, weights, prefix, norm_eps);
}

void frcnn_mobilenet_take(frcnn_mobilenet_module *module, frcnn_weights *weights, int64_t out_c, int64_t in_c,
                          int kernel, int groups, float norm_eps, const char *conv, const char *norm)
{
    frcnn_layer *layer = &module->convs[module->n_convs++];
    layer->norm_eps = norm_eps;
    frcnn_weights_take_conv(weights, layer, out_c, in_c, kernel, groups, conv, norm);
    module->out_c = out_c;
}

void frcnn_mobilenet_take_single(frcnn_mobilenet_module *module, frcnn_weights *weights, int64_t in_c, int kernel,
                                 float norm_eps, const char *prefix, int index)
{
    char conv[FRCNN_LAYER_NAME], norm[FRCNN_LAYER_NAME];
    snprintf(conv, sizeof conv, "%s.%d.0", prefix, index);
    snprintf(norm, sizeof norm, "%s.%d.1", prefix, index);
    const int64_t out_c = frcnn_weights_get_dim(weights, 0, "%s.weight", conv);
    frcnn_mobilenet_take(module, weights, out_c, in_c, kernel, 1, norm_eps, conv, norm);
}

/* Squeeze and excitation (Hu et al. 2018), with a hard sigmoid at the end. */
static frcnn_status build_gate(const frcnn_mobilenet_module *module, frcnn_graph *graph, int *map)
{
    frcnn_conv_options options = {.stride = 1, .dilation = 1, .activation = FRCNN_RELU, .residual = FRCNN_NO_VALUE};
    int rows = 0;
    FRCNN_TRY(frcnn_graph_channel_mean(graph, &rows, *map));
    FRCNN_TRY(frcnn_graph_conv2d(graph, &rows, rows, &module->squeeze, options));
    options.activation = FRCNN_LINEAR;
    FRCNN_TRY(frcnn_graph_conv2d(graph, &rows, rows, &module->excite, options));
    return frcnn_graph_channel_gate(graph, map, *map, rows);
}

/* The sum of a block overwrites what is added, unless that is returned too. */
static frcnn_status build_module(const frcnn_mobilenet_module *module, int keeps_input, frcnn_graph *graph, int *map)
{
    const int is_block = module->n_convs > 1;
    int x = *map;
    for (int k = 0; k < module->n_convs; k++) {
        const frcnn_layer *layer = &module->convs[k];
        const int is_projection = is_block && k == module->n_convs - 1;
        /* What strides is the depthwise convolution of a block. */
        const int strides = !is_block || layer->groups > 1;
        const frcnn_conv_options options = {
            .stride = strides ? module->stride : 1,
            .padding = layer->kernel / 2,
            .dilation = 1,
            .activation = is_projection ? FRCNN_LINEAR : module->activation,
            .residual = is_projection && module->is_residual ? *map : FRCNN_NO_VALUE,
            .keeps_residual = module->is_residual && keeps_input,
        };
        if (is_projection && module->has_gate) FRCNN_TRY(build_gate(module, graph, &x));
        FRCNN_TRY(frcnn_graph_conv2d(graph, &x, x, layer, options));
    }
    *map = x;
    return FRCNN_OK;
}

frcnn_status frcnn_mobilenet_build(const frcnn_mobilenet *net, frcnn_graph *graph, int in,
                                   int out[FRCNN_MOBILENET_MODULES])
{
    int map = in;
    for (int i = 0; i < net->n_modules; i++) {
        FRCNN_TRY(build_module(&net->modules[i], i > 0 && net->modules[i - 1].is_returned, graph, &map));
        out[i] = map;
    }
    return FRCNN_OK;
}
