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

static const char *get_name(const frcnn_resnet *resnet)
{
    const frcnn_layer *conv = &resnet->blocks[0].convs[resnet->is_bottleneck ? 1 : 0];
    for (size_t i = 0; i < sizeof published / sizeof published[0]; i++)
        if (memcmp(published[i].n_blocks, resnet->n_blocks, sizeof resnet->n_blocks) == 0 &&
            published[i].is_bottleneck == resnet->is_bottleneck && published[i].groups == conv->groups &&
            published[i].width == conv->out_c)
            return published[i].name;
    return "resnet";
}

static void take(frcnn_weights *weights, frcnn_layer *layer, int64_t out_c, int64_t in_c, int kernel, int groups,
                 float norm_eps, const char *block, const char *conv, const char *norm)
{
    char conv_name[FRCNN_LAYER_NAME], norm_name[FRCNN_LAYER_NAME];
    snprintf(conv_name, sizeof conv_name, "%s.%s", block, conv);
    snprintf(norm_name, sizeof norm_name, "%s.%s", block, norm);
    layer->norm_eps = norm_eps;
    frcnn_weights_take_conv(weights, layer, out_c, in_c, kernel, groups, conv_name, norm_name);
}

/* *channels is the block's input on entry, its output on return. */
static void take_block(frcnn_resnet *resnet, frcnn_resnet_block *block, frcnn_weights *weights, int64_t *channels,
                       float norm_eps, const char *name)
{
    const int64_t in_c = *channels;
    const int64_t width = frcnn_weights_get_dim(weights, 0, "%s.conv1.weight", name);
    const int64_t out_c =
        frcnn_weights_get_dim(weights, 0, "%s.%s.weight", name, resnet->is_bottleneck ? "conv3" : "conv2");
    if (resnet->is_bottleneck) {
        const int64_t group_c = frcnn_weights_get_dim(weights, 1, "%s.conv2.weight", name);
        const int groups = group_c > 0 && width % group_c == 0 ? (int)(width / group_c) : 1;
        take(weights, &block->convs[0], width, in_c, 1, 1, norm_eps, name, "conv1", "bn1");
        take(weights, &block->convs[1], width, width / groups, 3, groups, norm_eps, name, "conv2", "bn2");
        take(weights, &block->convs[2], out_c, width, 1, 1, norm_eps, name, "conv3", "bn3");
    } else {
        take(weights, &block->convs[0], width, in_c, 3, 1, norm_eps, name, "conv1", "bn1");
        take(weights, &block->convs[1], out_c, width, 3, 1, norm_eps, name, "conv2", "bn2");
    }
    block->has_downsample = block->stride != 1 || in_c != out_c;
    if (block->has_downsample)
        take(weights, &block->downsample, out_c, in_c, 1, 1, norm_eps, name, "downsample.0", "downsample.1");
    *channels = out_c;
}

frcnn_status frcnn_resnet_init(frcnn_resnet *resnet, frcnn_weights *weights, const char *prefix,
                               const frcnn_settings *settings)
{
    const float norm_eps = settings->norm_eps;
    const char *path = frcnn_checkpoint_get_path(weights->checkpoint);
    memset(resnet, 0, sizeof *resnet);
    resnet->is_bottleneck = frcnn_weights_find(weights, "%s.layer1.0.conv3.weight", prefix) != NULL;
    resnet->strided_conv = resnet->is_bottleneck && !settings->stride_in_1x1;
    int64_t channels = frcnn_weights_get_dim(weights, 0, "%s.conv1.weight", prefix);
    take(weights, &resnet->stem, channels, 3, 7, 1, norm_eps, prefix, "conv1", "bn1");
    int n_blocks = 0;
    for (int stage = 0; stage < FRCNN_RESNET_STAGES; stage++) {
        for (int i = 0; frcnn_weights_find(weights, "%s.layer%d.%d.conv1.weight", prefix, stage + 1, i) != NULL; i++) {
            FRCNN_FAIL_IF(n_blocks == FRCNN_RESNET_MAX_BLOCKS, FRCNN_ERROR_UNSUPPORTED,
                          "%s: expected at most %d residual blocks", path, FRCNN_RESNET_MAX_BLOCKS);
            char name[FRCNN_LAYER_NAME - 16];
            snprintf(name, sizeof name, "%s.layer%d.%d", prefix, stage + 1, i);
            frcnn_resnet_block *block = &resnet->blocks[n_blocks++];
            block->stride = i == 0 && stage > 0 ? 2 : 1;
            take_block(resnet, block, weights, &channels, norm_eps, name);
            resnet->n_blocks[stage]++;
        }
        FRCNN_FAIL_IF(resnet->n_blocks[stage] == 0, FRCNN_ERROR_UNSUPPORTED,
                      "%s: %s.layer%d: expected at least one residual block, found none", path, prefix, stage + 1);
        resnet->channels[stage] = channels;
    }
    resnet->name = get_name(resnet);
    return FRCNN_OK;
}

static frcnn_conv_options conv_options(int kernel, int stride, frcnn_activation activation, int residual)
{
    const frcnn_conv_options options = {
        .stride = stride, .padding = kernel / 2, .dilation = 1, .activation = activation, .residual = residual};
    return options;
}

static frcnn_status build_block(const frcnn_resnet *resnet, const frcnn_resnet_block *block, frcnn_graph *graph,
                                int *map)
{
    const int n_convs = resnet->is_bottleneck ? 3 : 2;
    int shortcut = *map, x = *map;
    if (block->has_downsample)
        FRCNN_TRY(frcnn_graph_conv2d(graph, &shortcut, *map, &block->downsample,
                                     conv_options(1, block->stride, FRCNN_LINEAR, FRCNN_NO_VALUE)));
    for (int i = 0; i < n_convs; i++) {
        const frcnn_layer *layer = &block->convs[i];
        const int stride = i == resnet->strided_conv ? block->stride : 1;
        const int residual = i == n_convs - 1 ? shortcut : FRCNN_NO_VALUE;
        FRCNN_TRY(frcnn_graph_conv2d(graph, &x, x, layer, conv_options(layer->kernel, stride, FRCNN_RELU, residual)));
    }
    *map = x;
    return FRCNN_OK;
}

frcnn_status frcnn_resnet_build(const frcnn_resnet *resnet, frcnn_graph *graph, int in, int out[FRCNN_RESNET_STAGES])
{
    int map = 0;
    FRCNN_TRY(frcnn_graph_conv2d(graph, &map, in, &resnet->stem, conv_options(7, 2, FRCNN_RELU, FRCNN_NO_VALUE)));
    FRCNN_TRY(frcnn_graph_max_pool2d(graph, &map, map, 3, 2, 1));
    frcnn_graph_name(graph, map, "body.stem");
    const frcnn_resnet_block *block = resnet->blocks;
    for (int stage = 0; stage < FRCNN_RESNET_STAGES; stage++) {
        for (int i = 0; i < resnet->n_blocks[stage]; i++) FRCNN_TRY(build_block(resnet, block++, graph, &map));
        out[stage] = map;
    }
    return FRCNN_OK;
}
