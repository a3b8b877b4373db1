#include "backbone/vgg.h"

#include <stdio.h>
#include <string.h>

#include "tensor/error.h"

int frcnn_vgg_is_known(const frcnn_weights *weights, const char *prefix)
{
    return frcnn_weights_get_dim(weights, 3, "%s.0.weight", prefix) > 0;
}

void frcnn_vgg_init(frcnn_vgg *vgg, frcnn_weights *weights, const char *prefix, int ceils)
{
    char name[FRCNN_LAYER_NAME];
    memset(vgg, 0, sizeof *vgg);
    vgg->ceils = ceils;
    vgg->stride = 1;
    vgg->channels = 3;
    for (int i = 0, index = 0; i < FRCNN_VGG_MAX_CONVS; i++, index += 2) {
        snprintf(name, sizeof name, "%s.%d", prefix, index);
        if (i > 0 && frcnn_weights_find(weights, "%s.weight", name) == NULL) {
            snprintf(name, sizeof name, "%s.%d", prefix, ++index);
            if (frcnn_weights_find(weights, "%s.weight", name) == NULL) break;
            vgg->is_pooled[i] = 1;
            vgg->stride *= 2;
        }
        const int64_t in_c = vgg->channels;
        vgg->channels = frcnn_weights_get_dim(weights, 0, "%s.weight", name);
        frcnn_weights_take_conv(weights, &vgg->convs[vgg->n_convs++], vgg->channels, in_c, 3, 1, name, NULL);
    }
    vgg->name = vgg->n_convs == 13 && vgg->stride == 16 ? "vgg16" : "vgg";
}

frcnn_status frcnn_vgg_build(const frcnn_vgg *vgg, frcnn_graph *graph, int in, int *out)
{
    const frcnn_conv_options conv = {
        .stride = 1, .padding = 1, .dilation = 1, .activation = FRCNN_RELU, .residual = FRCNN_NO_VALUE};
    int map = in;
    for (int i = 0; i < vgg->n_convs; i++) {
        if (vgg->is_pooled[i]) FRCNN_TRY(frcnn_graph_max_pool2d(graph, &map, map, 2, 2, 0, vgg->ceils));
        FRCNN_TRY(frcnn_graph_conv2d(graph, &map, map, &vgg->convs[i], conv));
    }
    *out = map;
    return FRCNN_OK;
}
