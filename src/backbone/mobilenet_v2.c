#include "backbone/mobilenet_v2.h"

#include <stdio.h>
#include <string.h>

#include "tensor/error.h"

int frcnn_mobilenet_v2_is_known(const frcnn_weights *weights, const char *prefix)
{
    return frcnn_weights_find(weights, "%s.1.conv.0.0.weight", prefix) != NULL;
}

/* The paper's table: the modules that halve the map are the first of their row. */
static const int strides[FRCNN_MOBILENET_V2_MODULES] = {2, 1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1};

static void take(frcnn_mobilenet_v2_module *module, frcnn_weights *weights, int64_t out_c, int64_t in_c, int kernel,
                 int groups, float norm_eps, const char *conv, const char *norm)
{
    frcnn_layer *layer = &module->convs[module->n_convs++];
    layer->norm_eps = norm_eps;
    frcnn_weights_take_conv(weights, layer, out_c, in_c, kernel, groups, conv, norm);
    module->out_c = out_c;
}

/* A block whose hidden width is its input's has no expanding convolution, and its names start one lower. */
static void take_block(frcnn_mobilenet_v2_module *module, frcnn_weights *weights, int64_t in_c, float norm_eps,
                       const char *prefix, int index)
{
    char conv[FRCNN_LAYER_NAME], norm[FRCNN_LAYER_NAME];
    int next = 0;
    int64_t hidden = in_c;
    if (frcnn_weights_get_dim(weights, 2, "%s.%d.conv.0.0.weight", prefix, index) == 1) {
        hidden = frcnn_weights_get_dim(weights, 0, "%s.%d.conv.0.0.weight", prefix, index);
        snprintf(conv, sizeof conv, "%s.%d.conv.0.0", prefix, index);
        snprintf(norm, sizeof norm, "%s.%d.conv.0.1", prefix, index);
        take(module, weights, hidden, in_c, 1, 1, norm_eps, conv, norm);
        next = 1;
    }
    snprintf(conv, sizeof conv, "%s.%d.conv.%d.0", prefix, index, next);
    snprintf(norm, sizeof norm, "%s.%d.conv.%d.1", prefix, index, next);
    take(module, weights, hidden, 1, 3, (int)hidden, norm_eps, conv, norm);
    snprintf(conv, sizeof conv, "%s.%d.conv.%d", prefix, index, next + 1);
    snprintf(norm, sizeof norm, "%s.%d.conv.%d", prefix, index, next + 2);
    const int64_t out_c = frcnn_weights_get_dim(weights, 0, "%s.weight", conv);
    take(module, weights, out_c, hidden, 1, 1, norm_eps, conv, norm);
    module->is_residual = module->stride == 1 && in_c == out_c;
}

/* Modules 0 and 18: one convolution and its norm. */
static void take_single(frcnn_mobilenet_v2_module *module, frcnn_weights *weights, int64_t in_c, int kernel,
                        float norm_eps, const char *prefix, int index)
{
    char conv[FRCNN_LAYER_NAME], norm[FRCNN_LAYER_NAME];
    snprintf(conv, sizeof conv, "%s.%d.0", prefix, index);
    snprintf(norm, sizeof norm, "%s.%d.1", prefix, index);
    const int64_t out_c = frcnn_weights_get_dim(weights, 0, "%s.weight", conv);
    take(module, weights, out_c, in_c, kernel, 1, norm_eps, conv, norm);
}

void frcnn_mobilenet_v2_init(frcnn_mobilenet_v2 *net, frcnn_weights *weights, const char *prefix, float norm_eps)
{
    const int last = FRCNN_MOBILENET_V2_MODULES - 1;
    memset(net, 0, sizeof *net);
    int64_t in_c = 3;
    for (int i = 0; i <= last; i++) {
        const char *first_weight = i == 0 || i == last ? "0.weight" : "conv.0.0.weight";
        if (i > 0 && frcnn_weights_find(weights, "%s.%d.%s", prefix, i, first_weight) == NULL) break;
        frcnn_mobilenet_v2_module *module = &net->modules[i];
        module->stride = strides[i];
        if (i == 0 || i == last)
            take_single(module, weights, in_c, i == 0 ? 3 : 1, norm_eps, prefix, i);
        else
            take_block(module, weights, in_c, norm_eps, prefix, i);
        in_c = module->out_c;
        net->n_modules++;
    }
}

frcnn_status frcnn_mobilenet_v2_build(const frcnn_mobilenet_v2 *net, frcnn_graph *graph, int in,
                                      int out[FRCNN_MOBILENET_V2_MODULES])
{
    int map = in;
    for (int i = 0; i < net->n_modules; i++) {
        const frcnn_mobilenet_v2_module *module = &net->modules[i];
        const int is_block = module->n_convs > 1;
        const int residual = module->is_residual ? map : FRCNN_NO_VALUE;
        int x = map;
        for (int k = 0; k < module->n_convs; k++) {
            const frcnn_layer *layer = &module->convs[k];
            /* The projection of a block is linear; the strided convolution is the one with a 3x3 kernel. */
            const int is_projection = is_block && k == module->n_convs - 1;
            const frcnn_conv_options options = {
                .stride = layer->kernel == 3 ? module->stride : 1,
                .padding = layer->kernel / 2,
                .dilation = 1,
                .activation = is_projection ? FRCNN_LINEAR : FRCNN_RELU6,
                .residual = is_projection ? residual : FRCNN_NO_VALUE,
                /* The sum of a block overwrites what is added, unless that is returned too. */
                .keeps_residual = module->is_residual && net->modules[i - 1].is_returned,
            };
            FRCNN_TRY(frcnn_graph_conv2d(graph, &x, x, layer, options));
        }
        map = x;
        out[i] = map;
    }
    return FRCNN_OK;
}
