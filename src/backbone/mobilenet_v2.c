#include <stdio.h>

#include "backbone/mobilenet.h"

/* The paper's table: the modules that halve the map are the first of their row. */
static const int strides[FRCNN_MOBILENET_MODULES] = {2, 1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1};

/* A block whose hidden width is its input's has no expanding convolution, and its names start one lower. */
static void take_block(frcnn_mobilenet_module *module, frcnn_weights *weights, int64_t in_c, float norm_eps,
                       const char *prefix, int index)
{
    char conv[FRCNN_LAYER_NAME], norm[FRCNN_LAYER_NAME];
    int next = 0;
    int64_t hidden = in_c;
    if (frcnn_weights_get_dim(weights, 2, "%s.%d.conv.0.0.weight", prefix, index) == 1) {
        hidden = frcnn_weights_get_dim(weights, 0, "%s.%d.conv.0.0.weight", prefix, index);
        snprintf(conv, sizeof conv, "%s.%d.conv.0.0", prefix, index);
        snprintf(norm, sizeof norm, "%s.%d.conv.0.1", prefix, index);
        frcnn_mobilenet_take(module, weights, hidden, in_c, 1, 1, norm_eps, conv, norm);
        next = 1;
    }
    snprintf(conv, sizeof conv, "%s.%d.conv.%d.0", prefix, index, next);
    snprintf(norm, sizeof norm, "%s.%d.conv.%d.1", prefix, index, next);
    frcnn_mobilenet_take(module, weights, hidden, 1, 3, (int)hidden, norm_eps, conv, norm);
    snprintf(conv, sizeof conv, "%s.%d.conv.%d", prefix, index, next + 1);
    snprintf(norm, sizeof norm, "%s.%d.conv.%d", prefix, index, next + 2);
    const int64_t out_c = frcnn_weights_get_dim(weights, 0, "%s.weight", conv);
    frcnn_mobilenet_take(module, weights, out_c, hidden, 1, 1, norm_eps, conv, norm);
    module->is_residual = module->stride == 1 && in_c == out_c;
}

void frcnn_mobilenet_v2_init(frcnn_mobilenet *net, frcnn_weights *weights, const char *prefix, float norm_eps)
{
    const int last = FRCNN_MOBILENET_MODULES - 1;
    int64_t in_c = 3;
    net->name = "mobilenet_v2";
    net->n_whole = FRCNN_MOBILENET_MODULES;
    for (int i = 0; i <= last; i++) {
        const char *first_weight = i == 0 || i == last ? "0.weight" : "conv.0.0.weight";
        if (i > 0 && frcnn_weights_find(weights, "%s.%d.%s", prefix, i, first_weight) == NULL) break;
        frcnn_mobilenet_module *module = &net->modules[i];
        module->stride = strides[i];
        module->activation = FRCNN_RELU6;
        if (i == 0 || i == last)
            frcnn_mobilenet_take_single(module, weights, in_c, i == 0 ? 3 : 1, norm_eps, prefix, i);
        else
            take_block(module, weights, in_c, norm_eps, prefix, i);
        in_c = module->out_c;
        net->n_modules++;
    }
}
