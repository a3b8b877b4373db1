#include "backbone/backbone.h"

#include <inttypes.h>
#include <string.h>

#include "tensor/error.h"

static const char body_prefix[] = "backbone.body";
static const char fpn_prefix[] = "backbone.fpn";
static const char projection_name[] = "backbone.projection";

/* Layers that can return a map are numbered from first to last; each has channels and a stride. */
typedef struct layer_range {
    int first, last;
} layer_range;

static layer_range get_layers(const frcnn_backbone *backbone)
{
    const layer_range resnet = {1, backbone->resnet.n_stages};
    const layer_range mobilenet = {0, backbone->mobilenet.n_modules - 1};
    const layer_range whole = {0, 0};
    if (backbone->body == FRCNN_BODY_VGG) return whole;
    return backbone->body == FRCNN_BODY_RESNET ? resnet : mobilenet;
}

static int64_t get_channels(const frcnn_backbone *backbone, int layer)
{
    if (backbone->body == FRCNN_BODY_VGG) return backbone->vgg.channels;
    return backbone->body == FRCNN_BODY_RESNET ? backbone->resnet.stages[layer - 1].channels
                                               : backbone->mobilenet.modules[layer].out_c;
}

static int get_stride(const frcnn_backbone *backbone, int layer)
{
    if (backbone->body == FRCNN_BODY_VGG) return backbone->vgg.stride;
    if (backbone->body == FRCNN_BODY_RESNET) return frcnn_resnet_get_stride(&backbone->resnet, layer);
    int stride = 1;
    for (int i = 0; i <= layer; i++) stride *= backbone->mobilenet.modules[i].stride;
    return stride;
}

/* 1 for the layers that torchvision's mobilenet_backbone chooses from: the first, those that halve the map, the last. */
static int ends_stage(const frcnn_backbone *backbone, int layer)
{
    return backbone->body == FRCNN_BODY_RESNET || layer == 0 || layer == backbone->mobilenet.n_whole - 1 ||
           backbone->mobilenet.modules[layer].stride > 1;
}

/* The last layer with that many channels; below range.first where there is none. */
static int find_layer(const frcnn_backbone *backbone, layer_range range, int64_t channels, int only_ends)
{
    int layer = range.last;
    while (layer >= range.first &&
           (get_channels(backbone, layer) != channels || (only_ends && !ends_stage(backbone, layer))))
        layer--;
    return layer;
}

/* 1 where torchvision's mobilenet_backbone could have chosen the maps that the FPN takes. */
static int takes_ends_of_stages(const frcnn_backbone *backbone, const frcnn_weights *weights, layer_range range)
{
    int before = range.first - 1;
    for (int i = 0; i < backbone->fpn.n_maps; i++) {
        const int layer = find_layer(backbone, range, frcnn_fpn_get_in_channels(weights, fpn_prefix, i), 1);
        if (layer <= before) return 0;
        before = layer;
    }
    return 1;
}

static frcnn_status choose_layers(frcnn_backbone *backbone, const frcnn_weights *weights,
                                  const frcnn_settings *settings)
{
    const char *path = frcnn_checkpoint_get_path(weights->checkpoint);
    const layer_range range = get_layers(backbone);
    const int n_maps = backbone->fpn.n_maps;
    const int only_ends = takes_ends_of_stages(backbone, weights, range);
    FRCNN_FAIL_IF(settings->n_return_layers != 0 && settings->n_return_layers != n_maps, FRCNN_ERROR_INVALID,
                  "%s: expected %d return_layers, one per map of the FPN, found %d", path, n_maps,
                  settings->n_return_layers);
    for (int i = 0; i < n_maps; i++) {
        const int64_t channels = frcnn_fpn_get_in_channels(weights, fpn_prefix, i);
        const int layer = settings->n_return_layers > 0 ? settings->return_layers[i]
                                                        : find_layer(backbone, range, channels, only_ends);
        const int is_known = layer >= range.first && layer <= range.last;
        FRCNN_FAIL_IF(!is_known && settings->n_return_layers > 0, FRCNN_ERROR_INVALID,
                      "%s: return_layers: expected layers from %d to %d, found %d", path, range.first, range.last,
                      layer);
        FRCNN_FAIL_IF(!is_known || get_channels(backbone, layer) != channels, FRCNN_ERROR_UNSUPPORTED,
                      "%s: %s.inner_blocks.%d takes %" PRId64 " channels, which no layer of %s returns there", path,
                      fpn_prefix, i, channels, backbone->name);
        FRCNN_FAIL_IF(i > 0 && layer <= backbone->return_layers[i - 1], FRCNN_ERROR_UNSUPPORTED,
                      "%s: expected layers that return maps in ascending order, found %d after %d", path, layer,
                      backbone->return_layers[i - 1]);
        backbone->return_layers[i] = layer;
        backbone->strides[i] = get_stride(backbone, layer);
        if (backbone->body == FRCNN_BODY_MOBILENET) backbone->mobilenet.modules[layer].is_returned = 1;
    }
    return FRCNN_OK;
}

static frcnn_status init_body(frcnn_backbone *backbone, frcnn_weights *weights, const frcnn_settings *settings,
                              frcnn_backbone_rules rules)
{
    if (frcnn_resnet_is_known(weights, body_prefix)) {
        backbone->body = FRCNN_BODY_RESNET;
        FRCNN_TRY(frcnn_resnet_init(&backbone->resnet, weights, body_prefix, settings,
                                    !backbone->has_fpn && rules.dilates_single));
        backbone->name = backbone->resnet.name;
    } else if (frcnn_mobilenet_is_known(weights, body_prefix)) {
        backbone->body = FRCNN_BODY_MOBILENET;
        frcnn_mobilenet_init(&backbone->mobilenet, weights, body_prefix, settings->norm_eps);
        backbone->name = backbone->mobilenet.name;
    } else if (frcnn_vgg_is_known(weights, body_prefix)) {
        backbone->body = FRCNN_BODY_VGG;
        frcnn_vgg_init(&backbone->vgg, weights, body_prefix, rules.ceils_pools);
        backbone->name = backbone->vgg.name;
    } else {
        return frcnn_fail(FRCNN_ERROR_UNSUPPORTED,
                          "%s: expected a ResNet, a MobileNet or a VGG under %s%s, found no such tensors",
                          frcnn_checkpoint_get_path(weights->checkpoint), weights->prefix, body_prefix);
    }
    return FRCNN_OK;
}

static frcnn_status init_fpn(frcnn_backbone *backbone, frcnn_weights *weights, const frcnn_settings *settings)
{
    const int n_maps = backbone->n_maps;
    FRCNN_FAIL_IF(settings->n_levels != n_maps && settings->n_levels != n_maps + 1, FRCNN_ERROR_INVALID,
                  "%s: anchor_sizes: the model has %d levels (%d with the pool level), sizes are given for %d",
                  frcnn_checkpoint_get_path(weights->checkpoint), n_maps, n_maps + 1, settings->n_levels);
    frcnn_fpn_init(&backbone->fpn, weights, fpn_prefix, settings->n_levels > n_maps, settings->norm_eps);
    backbone->channels = backbone->fpn.channels;
    return choose_layers(backbone, weights, settings);
}

/* The last map is what comes out. */
static frcnn_status init_single(frcnn_backbone *backbone, frcnn_weights *weights, const frcnn_settings *settings)
{
    const int last = get_layers(backbone).last;
    FRCNN_FAIL_IF(settings->n_levels != 1, FRCNN_ERROR_INVALID,
                  "%s: anchor_sizes: the model has 1 level, as there is no FPN under %s%s, sizes are given for %d",
                  frcnn_checkpoint_get_path(weights->checkpoint), weights->prefix, fpn_prefix, settings->n_levels);
    backbone->n_maps = 1;
    backbone->return_layers[0] = last;
    backbone->strides[0] = get_stride(backbone, last);
    backbone->channels = get_channels(backbone, last);
    backbone->has_projection = frcnn_weights_find(weights, "%s.weight", projection_name) != NULL;
    if (backbone->has_projection) {
        const int64_t in_c = backbone->channels;
        backbone->channels = frcnn_weights_get_dim(weights, 0, "%s.weight", projection_name);
        frcnn_weights_take_conv(weights, &backbone->projection, backbone->channels, in_c, 1, 1, projection_name, NULL);
    }
    return FRCNN_OK;
}

/* A RoI's level is counted in powers of two of the stride, from the first map's to the last's. Source: torchvision's
   MultiScaleRoIAlign. */
static int count_pooled(const frcnn_backbone *backbone)
{
    int n = 1;
    while (n < backbone->n_maps && backbone->strides[0] << n <= backbone->strides[backbone->n_maps - 1]) n++;
    return n;
}

frcnn_status frcnn_backbone_init(frcnn_backbone *backbone, frcnn_weights *weights, const frcnn_settings *settings,
                                 frcnn_backbone_rules rules)
{
    memset(backbone, 0, sizeof *backbone);
    backbone->n_maps = frcnn_fpn_count_maps(weights, fpn_prefix);
    backbone->has_fpn = backbone->n_maps > 0;
    FRCNN_TRY(init_body(backbone, weights, settings, rules));
    FRCNN_TRY(backbone->has_fpn ? init_fpn(backbone, weights, settings) : init_single(backbone, weights, settings));
    backbone->n_pooled = count_pooled(backbone);
    return FRCNN_OK;
}

int frcnn_backbone_get_cells(const frcnn_backbone *backbone, int map, int side)
{
    const int is_cut = backbone->body == FRCNN_BODY_VGG && !backbone->vgg.ceils;
    return (side + (is_cut ? 0 : backbone->strides[map] - 1)) / backbone->strides[map];
}

frcnn_status frcnn_backbone_build(const frcnn_backbone *backbone, frcnn_graph *graph, int in, int *out)
{
    int layers[FRCNN_MOBILENET_MODULES], maps[FRCNN_MAX_LEVELS];
    graph->stage = FRCNN_STAGE_BACKBONE;
    if (backbone->body == FRCNN_BODY_VGG)
        FRCNN_TRY(frcnn_vgg_build(&backbone->vgg, graph, in, layers));
    else if (backbone->body == FRCNN_BODY_RESNET)
        FRCNN_TRY(frcnn_resnet_build(&backbone->resnet, graph, in, layers));
    else
        FRCNN_TRY(frcnn_mobilenet_build(&backbone->mobilenet, graph, in, layers));
    for (int i = 0; i < backbone->n_maps; i++) {
        maps[i] = layers[backbone->return_layers[i] - get_layers(backbone).first];
        frcnn_graph_name(graph, maps[i], "body.%d", i);
    }
    graph->stage = FRCNN_STAGE_FPN;
    out[0] = maps[0];
    if (backbone->has_projection) {
        const frcnn_conv_options options = {.stride = 1, .dilation = 1, .residual = FRCNN_NO_VALUE};
        FRCNN_TRY(frcnn_graph_conv2d(graph, &out[0], maps[0], &backbone->projection, options));
    }
    if (!backbone->has_fpn) return FRCNN_OK;
    return frcnn_fpn_build(&backbone->fpn, graph, maps, out);
}
