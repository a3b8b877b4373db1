#include "backbone/fpn.h"

#include <stdio.h>
#include <string.h>

#include "tensor/error.h"

/* PREFIX.KIND.INDEX, with ".0" behind it where the file has that form. */
static void get_conv_name(char out[FRCNN_LAYER_NAME], const frcnn_weights *weights, const char *prefix,
                          const char *kind, int index)
{
    const int is_old = frcnn_weights_find(weights, "%s.%s.%d.weight", prefix, kind, index) != NULL;
    snprintf(out, FRCNN_LAYER_NAME, "%s.%s.%d%s", prefix, kind, index, is_old ? "" : ".0");
}

int64_t frcnn_fpn_get_in_channels(const frcnn_weights *weights, const char *prefix, int index)
{
    char name[FRCNN_LAYER_NAME];
    get_conv_name(name, weights, prefix, "inner_blocks", index);
    return frcnn_weights_get_dim(weights, 1, "%s.weight", name);
}

int frcnn_fpn_count_maps(const frcnn_weights *weights, const char *prefix)
{
    int n = 0;
    while (n < FRCNN_MAX_LEVELS && frcnn_fpn_get_in_channels(weights, prefix, n) > 0) n++;
    return n;
}

static void take(frcnn_layer *layer, frcnn_weights *weights, const char *prefix, const char *kind, int index,
                 int64_t out_c, int64_t in_c, int kernel, float norm_eps)
{
    char name[FRCNN_LAYER_NAME], norm[FRCNN_LAYER_NAME];
    get_conv_name(name, weights, prefix, kind, index);
    snprintf(norm, sizeof norm, "%s.%s.%d.1", prefix, kind, index);
    const int has_norm = frcnn_weights_find(weights, "%s.weight", norm) != NULL;
    layer->norm_eps = norm_eps;
    frcnn_weights_take_conv(weights, layer, out_c, in_c, kernel, 1, name, has_norm ? norm : NULL);
}

void frcnn_fpn_init(frcnn_fpn *fpn, frcnn_weights *weights, const char *prefix, int has_pool, float norm_eps)
{
    char name[FRCNN_LAYER_NAME];
    memset(fpn, 0, sizeof *fpn);
    fpn->n_maps = frcnn_fpn_count_maps(weights, prefix);
    fpn->has_pool = has_pool;
    get_conv_name(name, weights, prefix, "inner_blocks", 0);
    fpn->channels = frcnn_weights_get_dim(weights, 0, "%s.weight", name);
    for (int i = 0; i < fpn->n_maps; i++) {
        const int64_t in_c = frcnn_fpn_get_in_channels(weights, prefix, i);
        take(&fpn->inner[i], weights, prefix, "inner_blocks", i, fpn->channels, in_c, 1, norm_eps);
        take(&fpn->outer[i], weights, prefix, "layer_blocks", i, fpn->channels, fpn->channels, 3, norm_eps);
    }
}

frcnn_status frcnn_fpn_build(const frcnn_fpn *fpn, frcnn_graph *graph, const int *maps, int *out)
{
    frcnn_conv_options lateral = {.stride = 1, .dilation = 1, .residual = FRCNN_NO_VALUE, .keeps_residual = 1};
    const frcnn_conv_options smooth = {.stride = 1, .padding = 1, .dilation = 1, .residual = FRCNN_NO_VALUE};
    int last = 0;
    for (int i = fpn->n_maps - 1; i >= 0; i--) {
        FRCNN_TRY(frcnn_graph_conv2d(graph, &last, maps[i], &fpn->inner[i], lateral));
        lateral.residual = last;
        FRCNN_TRY(frcnn_graph_conv2d(graph, &out[i], last, &fpn->outer[i], smooth));
        frcnn_graph_name(graph, out[i], "fpn.%d", i);
    }
    if (fpn->has_pool) {
        const int top = fpn->n_maps;
        FRCNN_TRY(frcnn_graph_max_pool2d(graph, &out[top], out[top - 1], 1, 2, 0, 0));
        frcnn_graph_name(graph, out[top], "fpn.pool");
    }
    return FRCNN_OK;
}
