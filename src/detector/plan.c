#include "detector/plan.h"

#include "tensor/arena.h"
#include "tensor/error.h"
#include "tensor/memory.h"

enum { BOX = 4 };

static frcnn_status create_primitives(frcnn_plan *plan)
{
    frcnn_graph *graph = &plan->graph;
    const frcnn_network_ops *network = plan->executor->backend->network;
    void *primitives = NULL, *packed = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&primitives, (size_t)graph->n_nodes, sizeof *plan->primitives, "plan"));
    plan->primitives = primitives;
    FRCNN_TRY(frcnn_alloc_zeroed(&packed, (size_t)graph->n_nodes, sizeof *plan->packed, "plan"));
    plan->packed = packed;
    for (int i = 0; i < graph->n_nodes; i++) {
        frcnn_node *node = &graph->nodes[i];
        if (node->kind != FRCNN_NODE_CONV2D) continue;
        FRCNN_TRY(network->create_primitive(&plan->primitives[i], &node->conv, plan->executor->stream));
        const size_t bytes = network->get_scratchpad(plan->primitives[i]);
        if (bytes > 0) FRCNN_TRY(frcnn_graph_add_bytes(graph, &node->workspace, bytes));
    }
    return FRCNN_OK;
}

static frcnn_status create_anchors(frcnn_plan *plan)
{
    const frcnn_model_sizes *sizes = &plan->sizes;
    const frcnn_executor *executor = plan->executor;
    frcnn_anchor_grids grids;
    void *anchors = NULL;
    FRCNN_TRY(frcnn_anchor_grids_from_maps(&grids, &plan->model->anchors, sizes->padded_height, sizes->padded_width,
                                           sizes->grid_height, sizes->grid_width));
    FRCNN_TRY(
        executor->backend->stream->alloc(executor->stream, &anchors, frcnn_plan_get_anchors_bytes(plan), "anchors"));
    plan->anchors = anchors;
    return executor->backend->anchors->fill(plan->anchors, &plan->model->anchors, &grids, executor->stream);
}

static frcnn_status init_plan(frcnn_plan *plan, int padded_height, int padded_width, int keep_all)
{
    void *offsets = NULL;
    frcnn_model_get_grids(plan->model, padded_height, padded_width, &plan->sizes);
    FRCNN_TRY(frcnn_plan_build(plan));
    FRCNN_TRY(create_primitives(plan));
    FRCNN_TRY(frcnn_alloc(&offsets, (size_t)plan->graph.n_values, sizeof *plan->offsets, "plan"));
    plan->offsets = offsets;
    return frcnn_arena_place(&plan->graph, keep_all, plan->offsets, &plan->arena_bytes);
}

frcnn_status frcnn_plan_create(frcnn_plan **out, const frcnn_model *model, const frcnn_executor *executor, int n,
                               int padded_height, int padded_width, int keep_all)
{
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, 1, sizeof(frcnn_plan), "plan"));
    frcnn_plan *plan = block;
    plan->model = model;
    plan->executor = executor;
    plan->n = n;
    const frcnn_status status = init_plan(plan, padded_height, padded_width, keep_all);
    if (status != FRCNN_OK)
        frcnn_plan_destroy(&plan);
    else
        *out = plan;
    return status;
}

void frcnn_plan_destroy(frcnn_plan **handle)
{
    frcnn_plan *plan = *handle;
    if (plan == NULL) return;
    const frcnn_backend *backend = plan->executor->backend;
    backend->stream->destroy_recording(&plan->recording);
    for (int i = 0; plan->primitives != NULL && i < plan->graph.n_nodes; i++) {
        if (plan->packed != NULL && plan->packed[i] != NULL)
            frcnn_weight_cache_release(plan->model->weights, plan->packed[i]);
        backend->network->destroy_primitive(&plan->primitives[i]);
    }
    frcnn_free(plan->primitives);
    frcnn_free(plan->packed);
    frcnn_free(plan->offsets);
    backend->stream->free(plan->executor->stream, plan->anchors);
    frcnn_graph_deinit(&plan->graph);
    frcnn_free(plan);
    *handle = NULL;
}

/* The RPN head stands in the graph once per level; its weights are counted once for each order that they are taken in,
   which may be another on small maps. */
static int is_first_use(const frcnn_plan *plan, int node)
{
    for (int i = 0; i < node; i++)
        if (plan->graph.nodes[i].layer == plan->graph.nodes[node].layer &&
            plan->executor->backend->network->packs_alike(plan->primitives[i], plan->primitives[node]))
            return 0;
    return 1;
}

size_t frcnn_plan_get_pack_cost(const frcnn_plan *plan)
{
    size_t total = 0;
    for (int i = 0; i < plan->graph.n_nodes; i++)
        if (plan->primitives[i] != NULL && is_first_use(plan, i))
            total += frcnn_weight_cache_get_cost(plan->model->weights, plan->graph.nodes[i].layer, plan->primitives[i],
                                                 plan->executor);
    return total;
}

size_t frcnn_plan_get_weights_bytes(const frcnn_plan *plan)
{
    size_t total = 0;
    for (int i = 0; i < plan->graph.n_nodes; i++)
        if (plan->primitives[i] != NULL && is_first_use(plan, i))
            total += plan->executor->backend->network->get_packed_bytes(plan->primitives[i]);
    return total;
}

size_t frcnn_plan_get_anchors_bytes(const frcnn_plan *plan)
{
    return (size_t)plan->sizes.n_anchors * BOX * sizeof(float);
}

frcnn_status frcnn_plan_prepare(frcnn_plan *plan)
{
    FRCNN_TRY(create_anchors(plan));
    for (int i = 0; i < plan->graph.n_nodes; i++)
        if (plan->primitives[i] != NULL && plan->packed[i] == NULL)
            FRCNN_TRY(frcnn_weight_cache_acquire(plan->model->weights, &plan->packed[i], plan->graph.nodes[i].layer,
                                                 plan->primitives[i], plan->executor));
    return FRCNN_OK;
}
