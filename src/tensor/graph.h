/** A model on one input shape as a list of nodes on values, in the order they run. Backbone, RPN and box head write it;
 *  the detector's plan places the values in memory and runs it.
 *
 *      int x = frcnn_graph_add_map(graph, 1, 800, 1344, 3);
 *      status = frcnn_graph_conv2d(graph, &x, x, layer, (frcnn_conv_options){.stride = 2, .padding = 3, …});
 */
#ifndef FRCNN_GRAPH_H
#define FRCNN_GRAPH_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/status.h"
#include "tensor/layer.h"
#include "tensor/layers/conv2d.h"
#include "tensor/layers/max_pool2d.h"

enum { FRCNN_GRAPH_INPUTS = 2 * 8 + 2, FRCNN_GRAPH_OUTPUTS = 4, FRCNN_GRAPH_NAME = 24, FRCNN_NO_VALUE = -1 };

/** What a node's time is booked under. */
typedef enum frcnn_stage {
    FRCNN_STAGE_RESIZE = 0,
    FRCNN_STAGE_BACKBONE = 1,
    FRCNN_STAGE_FPN = 2,
    FRCNN_STAGE_RPN = 3,
    FRCNN_STAGE_ROI = 4,
    FRCNN_STAGE_POST = 5,
    FRCNN_N_STAGES = 6
} frcnn_stage;

typedef enum frcnn_node_kind {
    FRCNN_NODE_TRANSFORM,
    FRCNN_NODE_CONV2D,
    FRCNN_NODE_MAX_POOL2D,
    FRCNN_NODE_UPSAMPLE,
    FRCNN_NODE_CHANNEL_MEAN,
    FRCNN_NODE_CHANNEL_GATE,
    FRCNN_NODE_PROPOSALS,
    FRCNN_NODE_ROI_ALIGN,
    FRCNN_NODE_ROI_POOL,
    FRCNN_NODE_POSTPROCESS
} frcnn_node_kind;

/** A map [n, h, w, c], rows [n, 1, 1, c], or plain bytes. */
typedef struct frcnn_value {
    char name[FRCNN_GRAPH_NAME]; /**< "fpn.0", for tests that look inside; often empty */
    frcnn_dtype dtype;
    int64_t n, h, w, c;
    size_t bytes;
    int same_as; /**< the value whose memory this one overwrites (a residual), or FRCNN_NO_VALUE */
} frcnn_value;

typedef struct frcnn_node {
    frcnn_node_kind kind;
    frcnn_stage stage;
    int n_inputs;
    int inputs[FRCNN_GRAPH_INPUTS];
    int n_outputs;
    int outputs[FRCNN_GRAPH_OUTPUTS];
    int workspace; /**< a value that lives during this node only, or FRCNN_NO_VALUE */
    const frcnn_layer *layer;
    frcnn_conv2d conv;
    frcnn_max_pool2d pool;
} frcnn_node;

typedef struct frcnn_graph {
    frcnn_node *nodes;
    int n_nodes, node_capacity;
    frcnn_value *values;
    int n_values, value_capacity;
    frcnn_stage stage;         /**< what new nodes get */
    frcnn_precision precision; /**< of convolutions, and with it the dtype of maps */
    int adds_upsampled;        /**< 1: the backend adds residuals that are kept, or of another size, by itself */
} frcnn_graph;

typedef struct frcnn_conv_options {
    int stride, padding, dilation;
    frcnn_activation activation;
    int residual;       /**< a map that is added before the activation and overwritten, or FRCNN_NO_VALUE */
    int keeps_residual; /**< 1: it is not overwritten, and may have another size: it is upsampled */
    int has_f32_output; /**< 1: whatever the precision */
} frcnn_conv_options;

/** Frees what the graph holds; layers are borrowed. */
void frcnn_graph_deinit(frcnn_graph *graph);

/** @name A new value, its index in *out: a map of the graph's dtype, rows, or bytes. Errors: INVALID (2^48 bytes or more),
 *  NO_MEMORY. @{ */
FRCNN_NODISCARD frcnn_status frcnn_graph_add_map(frcnn_graph *graph, int *out, int64_t n, int64_t h, int64_t w,
                                                 int64_t c);
FRCNN_NODISCARD frcnn_status frcnn_graph_add_rows(frcnn_graph *graph, int *out, frcnn_dtype dtype, int64_t n,
                                                  int64_t c);
FRCNN_NODISCARD frcnn_status frcnn_graph_add_bytes(frcnn_graph *graph, int *out, size_t bytes);
/** @} */
void frcnn_graph_name(frcnn_graph *graph, int value, const char *format, ...) __attribute__((format(printf, 3, 4)));

/** A node of that kind with no inputs and no outputs yet; valid until the next node is added. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_graph_add_node(frcnn_graph *graph, frcnn_node **out, frcnn_node_kind kind);

/** layer on map in; the result's index in *out. Errors: INVALID (shapes), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_graph_conv2d(frcnn_graph *graph, int *out, int in, const frcnn_layer *layer,
                                                frcnn_conv_options options);
/** A linear layer on rows [n, 1, 1, c], or on maps, each flattened to a row; of options, activation and has_f32_output. */
FRCNN_NODISCARD frcnn_status frcnn_graph_linear(frcnn_graph *graph, int *out, int in, const frcnn_layer *layer,
                                                frcnn_conv_options options);
FRCNN_NODISCARD frcnn_status frcnn_graph_max_pool2d(frcnn_graph *graph, int *out, int in, int kernel, int stride,
                                                    int padding, int is_ceil);
/** The mean of each channel: of maps [n, h, w, c], rows [n, 1, 1, c]. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_graph_channel_mean(frcnn_graph *graph, int *out, int in);
/** A map scaled by the hard sigmoid of rows [n, 1, 1, c], which takes its place in memory. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_graph_channel_gate(frcnn_graph *graph, int *out, int in, int gates);
/** Multiply-adds of the nodes of a stage. */
int64_t frcnn_graph_get_macs(const frcnn_graph *graph, frcnn_stage stage);

#endif
