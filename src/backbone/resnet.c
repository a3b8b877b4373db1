#include "backbone/resnet.h"

#include <stdio.h>
#include <string.h>

#include "tensor/error.h"

int frcnn_resnet_is_known(const frcnn_weights *weights, const char *prefix)
{
    return frcnn_weights_find(weights, "%s.layer1.0.conv1.weight", prefix) != NULL;
}

/* The published nets by blocks per stage, kind, groups and width of the first 3x3 convolution. */
static const struct {
    const char *name;
    int n_blocks[FRCNN_RESNET_STAGES];
    int is_bottleneck, groups;
    int64_t width;
} published[] = {
    {"resnet18", {2, 2, 2, 2}, 0, 1, 64},
    {"resnet34", {3, 4, 6, 3}, 0, 1, 64},
    {"resnet50", {3, 4, 6, 3}, 1, 1, 64},
    {"resnet101", {3, 4, 23, 3}, 1, 1, 64},
    {"resnet152", {3, 8, 36, 3}, 1, 1, 64},
    {"resnext50_32x4d", {3, 4, 6, 3}, 1, 32, 128},
    {"resnext101_32x8d", {3, 4, 23, 3}, 1, 32, 256},
    {"resnext101_64x4d", {3, 4, 23, 3}, 1, 64, 256},
    {"wide_resnet50_2", {3, 4, 6, 3}, 1, 1, 128},
    {"wide_resnet101_2", {3, 4, 23, 3}, 1, 1, 128},
};

/* Of a net whose last stage is elsewhere, the three that are there decide. */
static int has_blocks(const frcnn_resnet *resnet, const int *n_blocks)
{
    for (int i = 0; i < resnet->n_stages; i++)
        if (resnet->stages[i].n_blocks != n_blocks[i]) return 0;
    return resnet->n_stages >= 3;
}

static const char *get_name(const frcnn_resnet *resnet)
{
    const frcnn_resnet_stage *first = &resnet->stages[0];
    const frcnn_layer *conv = &first->blocks[0].convs[first->is_bottleneck ? 1 : 0];
    for (size_t i = 0; i < sizeof published / sizeof published[0]; i++)
        if (has_blocks(resnet, published[i].n_blocks) && published[i].is_bottleneck == first->is_bottleneck &&
            published[i].groups == conv->groups && published[i].width == conv->out_c)
            return published[i].name;
    return "resnet";
}

frcnn_status frcnn_resnet_init(frcnn_resnet *resnet, frcnn_weights *weights, const char *prefix,
                               const frcnn_settings *settings, int is_dilated)
{
    char name[FRCNN_LAYER_NAME], norm[FRCNN_LAYER_NAME];
    memset(resnet, 0, sizeof *resnet);
    int64_t channels = frcnn_weights_get_dim(weights, 0, "%s.conv1.weight", prefix);
    snprintf(name, sizeof name, "%s.conv1", prefix);
    snprintf(norm, sizeof norm, "%s.bn1", prefix);
    resnet->stem.norm_eps = settings->norm_eps;
    frcnn_weights_take_conv(weights, &resnet->stem, channels, 3, 7, 1, name, norm);
    for (int i = 0; i < FRCNN_RESNET_STAGES; i++) {
        snprintf(name, sizeof name, "%s.layer%d", prefix, i + 1);
        const int is_last = i == FRCNN_RESNET_STAGES - 1;
        if (is_last && frcnn_weights_find(weights, "%s.0.conv1.weight", name) == NULL) break;
        FRCNN_TRY(frcnn_resnet_stage_init(&resnet->stages[i], weights, name, channels,
                                          i == 0 || (is_last && is_dilated) ? 1 : 2, is_last && is_dilated ? 2 : 1,
                                          settings->stride_in_1x1, settings->norm_eps));
        channels = resnet->stages[i].channels;
        resnet->n_stages++;
    }
    resnet->name = get_name(resnet);
    return FRCNN_OK;
}

int frcnn_resnet_get_stride(const frcnn_resnet *resnet, int stage)
{
    int stride = 4;
    for (int i = 0; i < stage; i++) stride *= resnet->stages[i].stride;
    return stride;
}

frcnn_status frcnn_resnet_build(const frcnn_resnet *resnet, frcnn_graph *graph, int in, int out[FRCNN_RESNET_STAGES])
{
    const frcnn_conv_options stem = {
        .stride = 2, .padding = 3, .dilation = 1, .activation = FRCNN_RELU, .residual = FRCNN_NO_VALUE};
    int map = 0;
    FRCNN_TRY(frcnn_graph_conv2d(graph, &map, in, &resnet->stem, stem));
    FRCNN_TRY(frcnn_graph_max_pool2d(graph, &map, map, 3, 2, 1, 0));
    frcnn_graph_name(graph, map, "body.stem");
    for (int i = 0; i < resnet->n_stages; i++) {
        FRCNN_TRY(frcnn_resnet_stage_build(&resnet->stages[i], graph, map, &out[i]));
        map = out[i];
    }
    return FRCNN_OK;
}
