#include "backbone/resnet_stage.h"

#include <stdio.h>
#include <string.h>

#include "tensor/error.h"

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
static void take_block(const frcnn_resnet_stage *stage, frcnn_resnet_block *block, frcnn_weights *weights,
                       int64_t *channels, float norm_eps, const char *name)
{
    const int64_t in_c = *channels;
    const int64_t width = frcnn_weights_get_dim(weights, 0, "%s.conv1.weight", name);
    const int64_t out_c =
        frcnn_weights_get_dim(weights, 0, "%s.%s.weight", name, stage->is_bottleneck ? "conv3" : "conv2");
    if (stage->is_bottleneck) {
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

frcnn_status frcnn_resnet_stage_init(frcnn_resnet_stage *stage, frcnn_weights *weights, const char *name, int64_t in_c,
                                     int stride, int dilation, int stride_in_1x1, float norm_eps)
{
    const char *path = frcnn_checkpoint_get_path(weights->checkpoint);
    memset(stage, 0, sizeof *stage);
    stage->is_bottleneck = frcnn_weights_find(weights, "%s.0.conv3.weight", name) != NULL;
    stage->strided_conv = stage->is_bottleneck && !stride_in_1x1;
    stage->stride = stride;
    stage->dilation = dilation;
    stage->channels = in_c;
    while (frcnn_weights_find(weights, "%s.%d.conv1.weight", name, stage->n_blocks) != NULL) {
        FRCNN_FAIL_IF(stage->n_blocks == FRCNN_RESNET_MAX_BLOCKS, FRCNN_ERROR_UNSUPPORTED,
                      "%s: %s: expected at most %d residual blocks", path, name, FRCNN_RESNET_MAX_BLOCKS);
        char block_name[FRCNN_LAYER_NAME - 16];
        snprintf(block_name, sizeof block_name, "%s.%d", name, stage->n_blocks);
        frcnn_resnet_block *block = &stage->blocks[stage->n_blocks];
        block->stride = stage->n_blocks == 0 ? stride : 1;
        take_block(stage, block, weights, &stage->channels, norm_eps, block_name);
        stage->n_blocks++;
    }
    FRCNN_FAIL_IF(stage->n_blocks == 0, FRCNN_ERROR_UNSUPPORTED,
                  "%s: %s: expected at least one residual block, found none", path, name);
    return FRCNN_OK;
}

static frcnn_status build_block(const frcnn_resnet_stage *stage, const frcnn_resnet_block *block, frcnn_graph *graph,
                                int *map)
{
    const int n_convs = stage->is_bottleneck ? 3 : 2;
    int shortcut = *map, x = *map;
    frcnn_conv_options options = {.stride = block->stride, .dilation = 1, .residual = FRCNN_NO_VALUE};
    if (block->has_downsample) FRCNN_TRY(frcnn_graph_conv2d(graph, &shortcut, *map, &block->downsample, options));
    options.activation = FRCNN_RELU;
    for (int i = 0; i < n_convs; i++) {
        const frcnn_layer *layer = &block->convs[i];
        options.stride = i == stage->strided_conv ? block->stride : 1;
        options.dilation = layer->kernel > 1 ? stage->dilation : 1;
        options.padding = layer->kernel / 2 * options.dilation;
        options.residual = i == n_convs - 1 ? shortcut : FRCNN_NO_VALUE;
        FRCNN_TRY(frcnn_graph_conv2d(graph, &x, x, layer, options));
    }
    *map = x;
    return FRCNN_OK;
}

frcnn_status frcnn_resnet_stage_build(const frcnn_resnet_stage *stage, frcnn_graph *graph, int in, int *out)
{
    *out = in;
    for (int i = 0; i < stage->n_blocks; i++) FRCNN_TRY(build_block(stage, &stage->blocks[i], graph, out));
    return FRCNN_OK;
}
