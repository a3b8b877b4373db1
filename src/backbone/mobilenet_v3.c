#include <stdio.h>

#include "backbone/mobilenet.h"

/* What the shapes do not say: strides, and which blocks have ReLU (the first n_relu behind the stem); all others have the
   hard swish. Source: torchvision's mobilenetv3.py. */
typedef struct layout {
    const char *name;
    int n_modules, n_relu;
    int strides[FRCNN_MOBILENET_MODULES];
} layout;

static const layout large = {"mobilenet_v3_large", 17, 6, {2, 1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1}};
static const layout small = {"mobilenet_v3_small", 13, 3, {2, 2, 2, 1, 2, 1, 1, 1, 1, 2, 1, 1, 1}};

/* PREFIX.INDEX.block.PART.0 and its norm; the names of both. */
static int name_part(char conv[FRCNN_LAYER_NAME], char norm[FRCNN_LAYER_NAME], const frcnn_weights *weights,
                     const char *prefix, int index, int part)
{
    snprintf(conv, FRCNN_LAYER_NAME, "%s.%d.block.%d.0", prefix, index, part);
    snprintf(norm, FRCNN_LAYER_NAME, "%s.%d.block.%d.1", prefix, index, part);
    return frcnn_weights_find(weights, "%s.weight", conv) != NULL;
}

static void take_gate(frcnn_mobilenet_module *module, frcnn_weights *weights, int64_t channels, const char *prefix,
                      int index, int part)
{
    char name[FRCNN_LAYER_NAME];
    const int64_t width = frcnn_weights_get_dim(weights, 0, "%s.%d.block.%d.fc1.weight", prefix, index, part);
    module->has_gate = 1;
    snprintf(name, sizeof name, "%s.%d.block.%d.fc1", prefix, index, part);
    frcnn_weights_take_conv(weights, &module->squeeze, width, channels, 1, 1, name, NULL);
    snprintf(name, sizeof name, "%s.%d.block.%d.fc2", prefix, index, part);
    frcnn_weights_take_conv(weights, &module->excite, channels, width, 1, 1, name, NULL);
}

/* Parts that a block has not got are not counted: one that does not expand begins with its depthwise convolution. */
static void take_block(frcnn_mobilenet_module *module, frcnn_weights *weights, int64_t in_c, float norm_eps,
                       const char *prefix, int index)
{
    char conv[FRCNN_LAYER_NAME], norm[FRCNN_LAYER_NAME];
    int part = 0;
    int64_t hidden = in_c;
    name_part(conv, norm, weights, prefix, index, part);
    if (frcnn_weights_get_dim(weights, 2, "%s.weight", conv) == 1) {
        hidden = frcnn_weights_get_dim(weights, 0, "%s.weight", conv);
        frcnn_mobilenet_take(module, weights, hidden, in_c, 1, 1, norm_eps, conv, norm);
        name_part(conv, norm, weights, prefix, index, ++part);
    }
    const int kernel = (int)frcnn_weights_get_dim(weights, 2, "%s.weight", conv);
    frcnn_mobilenet_take(module, weights, hidden, 1, kernel, (int)hidden, norm_eps, conv, norm);
    if (!name_part(conv, norm, weights, prefix, index, ++part)) {
        take_gate(module, weights, hidden, prefix, index, part);
        name_part(conv, norm, weights, prefix, index, ++part);
    }
    const int64_t out_c = frcnn_weights_get_dim(weights, 0, "%s.weight", conv);
    frcnn_mobilenet_take(module, weights, out_c, hidden, 1, 1, norm_eps, conv, norm);
    module->is_residual = module->stride == 1 && in_c == out_c;
}

/* The first block of the small net squeezes, that of the large one does not. */
void frcnn_mobilenet_v3_init(frcnn_mobilenet *net, frcnn_weights *weights, const char *prefix, float norm_eps)
{
    const layout *shape = frcnn_weights_find(weights, "%s.1.block.1.fc1.weight", prefix) != NULL ? &small : &large;
    int64_t in_c = 3;
    net->name = shape->name;
    net->n_whole = shape->n_modules;
    for (int i = 0; i < shape->n_modules; i++) {
        const int is_single = i == 0 || i == shape->n_modules - 1;
        const char *first_weight = is_single ? "0.weight" : "block.0.0.weight";
        if (i > 0 && frcnn_weights_find(weights, "%s.%d.%s", prefix, i, first_weight) == NULL) break;
        frcnn_mobilenet_module *module = &net->modules[i];
        module->stride = shape->strides[i];
        module->activation = i > 0 && i <= shape->n_relu ? FRCNN_RELU : FRCNN_HARDSWISH;
        if (is_single)
            frcnn_mobilenet_take_single(module, weights, in_c, i == 0 ? 3 : 1, norm_eps, prefix, i);
        else
            take_block(module, weights, in_c, norm_eps, prefix, i);
        in_c = module->out_c;
        net->n_modules++;
    }
}
