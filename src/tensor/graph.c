#include "tensor/graph.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tensor/error.h"
#include "tensor/memory.h"

/* More than any machine has; sums of a graph's values do not overflow. */
static const size_t max_bytes = (size_t)1 << 48;

void frcnn_graph_deinit(frcnn_graph *graph)
{
    frcnn_free(graph->nodes);
    frcnn_free(graph->values);
    memset(graph, 0, sizeof *graph);
}

/* Room for one more element in a list that doubles. */
static frcnn_status reserve(void **list, int count, int *capacity, size_t size)
{
    if (count < *capacity) return FRCNN_OK;
    const int wanted = *capacity == 0 ? 64 : 2 * *capacity;
    FRCNN_TRY(frcnn_realloc(list, (size_t)count, (size_t)wanted, size, "graph"));
    *capacity = wanted;
    return FRCNN_OK;
}

static frcnn_status add_value(frcnn_graph *graph, int *out, frcnn_value value)
{
    void *values = graph->values;
    FRCNN_TRY(reserve(&values, graph->n_values, &graph->value_capacity, sizeof value));
    graph->values = values;
    graph->values[graph->n_values] = value;
    *out = graph->n_values++;
    return FRCNN_OK;
}

static frcnn_status add_array(frcnn_graph *graph, int *out, frcnn_dtype dtype, int64_t n, int64_t h, int64_t w,
                              int64_t c)
{
    int64_t count = 0;
    const int64_t size = (int64_t)frcnn_dtype_get_size(dtype);
    const int fits = n > 0 && h > 0 && w > 0 && c > 0 && frcnn_mul_int64(n, h, &count) &&
                     frcnn_mul_int64(count, w, &count) && frcnn_mul_int64(count, c, &count) &&
                     frcnn_mul_int64(count, size, &count) && (size_t)count < max_bytes;
    FRCNN_FAIL_IF(!fits, FRCNN_ERROR_INVALID,
                  "expected a map that fits in memory, found [%" PRId64 ", %" PRId64 ", %" PRId64 ", %" PRId64 "]", n,
                  h, w, c);
    const frcnn_value value = {
        .dtype = dtype, .n = n, .h = h, .w = w, .c = c, .bytes = (size_t)count, .same_as = FRCNN_NO_VALUE};
    return add_value(graph, out, value);
}

frcnn_status frcnn_graph_add_map(frcnn_graph *graph, int *out, int64_t n, int64_t h, int64_t w, int64_t c)
{
    return add_array(graph, out, frcnn_precision_get_dtype(graph->precision), n, h, w, c);
}

frcnn_status frcnn_graph_add_rows(frcnn_graph *graph, int *out, frcnn_dtype dtype, int64_t n, int64_t c)
{
    return add_array(graph, out, dtype, n, 1, 1, c);
}

frcnn_status frcnn_graph_add_bytes(frcnn_graph *graph, int *out, size_t bytes)
{
    FRCNN_FAIL_IF(bytes >= max_bytes, FRCNN_ERROR_INVALID, "expected a workspace that fits in memory, found %zu bytes",
                  bytes);
    const frcnn_value value = {
        .dtype = FRCNN_U8, .n = 1, .h = 1, .w = 1, .c = (int64_t)bytes, .bytes = bytes, .same_as = FRCNN_NO_VALUE};
    return add_value(graph, out, value);
}

void frcnn_graph_name(frcnn_graph *graph, int value, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(graph->values[value].name, FRCNN_GRAPH_NAME, format, arguments);
    va_end(arguments);
}

frcnn_status frcnn_graph_add_node(frcnn_graph *graph, frcnn_node **out, frcnn_node_kind kind)
{
    void *nodes = graph->nodes;
    FRCNN_TRY(reserve(&nodes, graph->n_nodes, &graph->node_capacity, sizeof **out));
    graph->nodes = nodes;
    frcnn_node *node = &graph->nodes[graph->n_nodes++];
    memset(node, 0, sizeof *node);
    node->kind = kind;
    node->stage = graph->stage;
    node->workspace = FRCNN_NO_VALUE;
    *out = node;
    return FRCNN_OK;
}

static frcnn_status add_conv(frcnn_graph *graph, const frcnn_conv2d *conv, const frcnn_layer *layer, int in,
                             int residual, int out)
{
    frcnn_node *node = NULL;
    FRCNN_TRY(frcnn_graph_add_node(graph, &node, FRCNN_NODE_CONV2D));
    node->inputs[node->n_inputs++] = in;
    if (residual != FRCNN_NO_VALUE) node->inputs[node->n_inputs++] = residual;
    node->outputs[node->n_outputs++] = out;
    node->layer = layer;
    node->conv = *conv;
    return FRCNN_OK;
}

/* Nearest, to dst's size. */
static frcnn_status add_upsample(frcnn_graph *graph, int *out, int in, const frcnn_conv2d *dst)
{
    const frcnn_value src = graph->values[in];
    frcnn_node *node = NULL;
    FRCNN_TRY(frcnn_graph_add_map(graph, out, src.n, dst->out_h, dst->out_w, src.c));
    FRCNN_TRY(frcnn_graph_add_node(graph, &node, FRCNN_NODE_UPSAMPLE));
    node->inputs[node->n_inputs++] = in;
    node->outputs[node->n_outputs++] = *out;
    return FRCNN_OK;
}

/* Of what a convolution writes. */
static frcnn_dtype get_result_dtype(const frcnn_conv2d *conv)
{
    return conv->dst_is_f32 ? FRCNN_F32 : frcnn_precision_get_dtype(conv->precision);
}

static frcnn_status check_residual(const frcnn_value *residual, const frcnn_conv2d *conv, const char *name)
{
    const int has_size = conv->residual_h > 0 || (residual->h == conv->out_h && residual->w == conv->out_w);
    FRCNN_FAIL_IF(!has_size || residual->c != conv->out_c, FRCNN_ERROR_INVALID,
                  "%s: expected a residual [%" PRId64 ", %" PRId64 ", %" PRId64 "], found [%" PRId64 ", %" PRId64
                  ", %" PRId64 "]",
                  name, conv->out_h, conv->out_w, conv->out_c, residual->h, residual->w, residual->c);
    return FRCNN_OK;
}

frcnn_status frcnn_graph_conv2d(frcnn_graph *graph, int *out, int in, const frcnn_layer *layer,
                                frcnn_conv_options options)
{
    const frcnn_value src = graph->values[in];
    FRCNN_FAIL_IF(layer->in_c * layer->groups != src.c, FRCNN_ERROR_INVALID,
                  "%s: expected %" PRId64 " input channels, found %" PRId64, layer->name, src.c,
                  layer->in_c * layer->groups);
    frcnn_conv2d conv = {
        .n = src.n,
        .in_h = src.h,
        .in_w = src.w,
        .in_c = src.c,
        .out_c = layer->out_c,
        .kernel_h = layer->kernel,
        .kernel_w = layer->kernel,
        .stride_h = options.stride,
        .stride_w = options.stride,
        .padding_h = options.padding,
        .padding_w = options.padding,
        .dilation_h = options.dilation,
        .dilation_w = options.dilation,
        .groups = layer->groups,
        .activation = options.activation,
        .has_residual = options.residual != FRCNN_NO_VALUE,
        .precision = graph->precision,
        .dst_is_f32 = options.has_f32_output,
    };
    FRCNN_TRY(frcnn_conv2d_set_output(&conv));
    int residual = options.residual, result = 0;
    const int is_apart = conv.has_residual && options.keeps_residual && graph->adds_upsampled;
    if (is_apart) {
        conv.residual_h = graph->values[residual].h;
        conv.residual_w = graph->values[residual].w;
    } else if (conv.has_residual && options.keeps_residual) {
        FRCNN_TRY(add_upsample(graph, &residual, residual, &conv));
    }
    if (conv.has_residual) FRCNN_TRY(check_residual(&graph->values[residual], &conv, layer->name));
    FRCNN_TRY(add_array(graph, &result, get_result_dtype(&conv), conv.n, conv.out_h, conv.out_w, conv.out_c));
    if (!is_apart) graph->values[result].same_as = residual;
    FRCNN_TRY(add_conv(graph, &conv, layer, in, residual, result));
    *out = result;
    return FRCNN_OK;
}

frcnn_status frcnn_graph_linear(frcnn_graph *graph, int *out, int in, const frcnn_layer *layer,
                                frcnn_conv_options options)
{
    const frcnn_value src = graph->values[in];
    const int64_t columns = src.h * src.w * src.c;
    FRCNN_FAIL_IF(layer->in_c != columns, FRCNN_ERROR_INVALID, "%s: expected %" PRId64 " columns, found %" PRId64,
                  layer->name, columns, layer->in_c);
    frcnn_conv2d conv = frcnn_conv2d_on_rows(src.n, columns, layer->out_c);
    conv.activation = options.activation;
    conv.precision = graph->precision;
    conv.dst_is_f32 = options.has_f32_output;
    FRCNN_TRY(frcnn_conv2d_set_output(&conv));
    int result = 0;
    FRCNN_TRY(frcnn_graph_add_rows(graph, &result, get_result_dtype(&conv), src.n, layer->out_c));
    FRCNN_TRY(add_conv(graph, &conv, layer, in, FRCNN_NO_VALUE, result));
    *out = result;
    return FRCNN_OK;
}

frcnn_status frcnn_graph_max_pool2d(frcnn_graph *graph, int *out, int in, int kernel, int stride, int padding,
                                    int is_ceil)
{
    const frcnn_value src = graph->values[in];
    const frcnn_window window = {.kernel = kernel, .stride = stride, .padding = padding, .dilation = 1};
    frcnn_max_pool2d pool = {.n = src.n, .c = src.c, .y = window, .x = window};
    pool.y.in = src.h;
    pool.x.in = src.w;
    FRCNN_TRY(frcnn_max_pool2d_get_size(&pool, is_ceil));
    int result = 0;
    FRCNN_TRY(frcnn_graph_add_map(graph, &result, src.n, pool.y.out, pool.x.out, src.c));
    frcnn_node *node = NULL;
    FRCNN_TRY(frcnn_graph_add_node(graph, &node, FRCNN_NODE_MAX_POOL2D));
    node->inputs[node->n_inputs++] = in;
    node->outputs[node->n_outputs++] = result;
    node->pool = pool;
    *out = result;
    return FRCNN_OK;
}

frcnn_status frcnn_graph_channel_mean(frcnn_graph *graph, int *out, int in)
{
    const frcnn_value src = graph->values[in];
    frcnn_node *node = NULL;
    FRCNN_TRY(frcnn_graph_add_rows(graph, out, src.dtype, src.n, src.c));
    FRCNN_TRY(frcnn_graph_add_node(graph, &node, FRCNN_NODE_CHANNEL_MEAN));
    node->inputs[node->n_inputs++] = in;
    node->outputs[node->n_outputs++] = *out;
    return FRCNN_OK;
}

frcnn_status frcnn_graph_channel_gate(frcnn_graph *graph, int *out, int in, int gates)
{
    const frcnn_value src = graph->values[in];
    frcnn_node *node = NULL;
    FRCNN_TRY(add_array(graph, out, src.dtype, src.n, src.h, src.w, src.c));
    graph->values[*out].same_as = in;
    FRCNN_TRY(frcnn_graph_add_node(graph, &node, FRCNN_NODE_CHANNEL_GATE));
    node->inputs[node->n_inputs++] = in;
    node->inputs[node->n_inputs++] = gates;
    node->outputs[node->n_outputs++] = *out;
    return FRCNN_OK;
}

int64_t frcnn_graph_get_macs(const frcnn_graph *graph, frcnn_stage stage)
{
    int64_t total = 0;
    for (int i = 0; i < graph->n_nodes; i++) {
        const frcnn_node *node = &graph->nodes[i];
        if (node->stage == stage && node->kind == FRCNN_NODE_CONV2D) total += frcnn_conv2d_get_macs(&node->conv);
    }
    return total;
}
