/* The graph of a plan: what is computed of what, and how large each value is. */
#include <inttypes.h>
#include <string.h>

#include "detector/plan.h"
#include "detector/plan_stages.h"
#include "tensor/error.h"

enum { BOX = 4, PART = 256 };

static frcnn_status add_workspace(frcnn_graph *graph, frcnn_node *node, size_t bytes)
{
    if (bytes == 0) return FRCNN_OK;
    return frcnn_graph_add_bytes(graph, &node->workspace, bytes);
}

static frcnn_status build_transform(frcnn_plan *plan, int *out)
{
    frcnn_graph *graph = &plan->graph;
    const frcnn_transform transform = frcnn_plan_get_transform(plan);
    frcnn_node *node = NULL;
    graph->stage = FRCNN_STAGE_RESIZE;
    FRCNN_TRY(frcnn_graph_add_map(graph, out, plan->n, transform.padded_height, transform.padded_width,
                                  plan->model->settings.n_channels));
    FRCNN_TRY(frcnn_graph_add_bytes(graph, &plan->frames, (size_t)plan->n * sizeof(frcnn_frame)));
    frcnn_graph_name(graph, *out, "transform");
    FRCNN_TRY(frcnn_graph_add_node(graph, &node, FRCNN_NODE_TRANSFORM));
    node->inputs[node->n_inputs++] = plan->frames;
    node->outputs[node->n_outputs++] = *out;
    return add_workspace(graph, node, plan->executor->backend->image->get_transform_workspace(&transform));
}

static frcnn_status build_heads(frcnn_plan *plan, const int *maps, int *heads)
{
    const frcnn_model_sizes *sizes = &plan->sizes;
    for (int k = 0; k < plan->model->settings.n_levels; k++) {
        FRCNN_TRY(frcnn_rpn_head_build(&plan->model->rpn_head, &plan->graph, maps[k], &heads[k]));
        frcnn_graph_name(&plan->graph, heads[k], "rpn.%d", k);
        /* They are put in order by keys that hold an index of 32 bits. */
        const int64_t n = (int64_t)sizes->grid_height[k] * sizes->grid_width[k] * plan->model->rpn_head.n_anchors;
        FRCNN_FAIL_IF(n > UINT32_MAX, FRCNN_ERROR_INVALID,
                      "level %d: expected at most %" PRIu32 " anchors, found %" PRId64, k, UINT32_MAX, n);
    }
    return FRCNN_OK;
}

static frcnn_status build_proposals(frcnn_plan *plan, const int *maps, int *boxes)
{
    frcnn_graph *graph = &plan->graph;
    const frcnn_proposals_run run = frcnn_plan_get_proposals(plan);
    const int64_t rows = (int64_t)plan->n * run.params.post_nms_top_n;
    int heads[FRCNN_MAX_LEVELS], scores = 0, sources = 0;
    frcnn_node *node = NULL;
    graph->stage = FRCNN_STAGE_RPN;
    FRCNN_TRY(build_heads(plan, maps, heads));
    FRCNN_TRY(frcnn_graph_add_rows(graph, boxes, FRCNN_F32, rows, BOX));
    FRCNN_TRY(frcnn_graph_add_rows(graph, &scores, FRCNN_F32, rows, 1));
    FRCNN_TRY(frcnn_graph_add_rows(graph, &sources, FRCNN_I64, rows, 1));
    FRCNN_TRY(frcnn_graph_add_rows(graph, &plan->counts, FRCNN_I64, plan->n, 1));
    frcnn_graph_name(graph, *boxes, "proposals.boxes");
    frcnn_graph_name(graph, scores, "proposals.scores");
    frcnn_graph_name(graph, sources, "proposals.anchors");
    FRCNN_TRY(frcnn_graph_add_node(graph, &node, FRCNN_NODE_PROPOSALS));
    for (int k = 0; k < run.n_levels; k++) node->inputs[node->n_inputs++] = heads[k];
    node->inputs[node->n_inputs++] = plan->frames;
    node->outputs[node->n_outputs++] = *boxes;
    node->outputs[node->n_outputs++] = scores;
    node->outputs[node->n_outputs++] = sources;
    node->outputs[node->n_outputs++] = plan->counts;
    return add_workspace(graph, node, plan->executor->backend->rpn->get_proposals_workspace(&run));
}

static frcnn_status build_align(frcnn_plan *plan, const int *maps, int boxes, int *pooled)
{
    frcnn_graph *graph = &plan->graph;
    const int size = plan->model->settings.roi_output_size;
    frcnn_node *node = NULL;
    FRCNN_TRY(frcnn_graph_add_map(graph, pooled, graph->values[boxes].n, size, size, plan->model->backbone.channels));
    frcnn_graph_name(graph, *pooled, "roi.pooled");
    FRCNN_TRY(frcnn_graph_add_node(graph, &node,
                                   plan->model->family->is_max_pooled ? FRCNN_NODE_ROI_POOL : FRCNN_NODE_ROI_ALIGN));
    node->inputs[node->n_inputs++] = boxes;
    node->inputs[node->n_inputs++] = plan->counts;
    for (int k = 0; k < plan->model->backbone.n_pooled; k++) node->inputs[node->n_inputs++] = maps[k];
    node->outputs[node->n_outputs++] = *pooled;
    return FRCNN_OK;
}

size_t frcnn_plan_get_detections_offset(const frcnn_plan *plan, int image)
{
    const size_t found = ((size_t)plan->n * sizeof(frcnn_found) + PART - 1) / PART * PART;
    const size_t each = (size_t)plan->model->settings.box_detections_per_img * sizeof(frcnn_detection);
    return found + (size_t)image * each;
}

static frcnn_status build_roi(frcnn_plan *plan, const int *maps, int boxes)
{
    frcnn_graph *graph = &plan->graph;
    const frcnn_postprocess_run run = frcnn_plan_get_postprocess(plan);
    int pooled = 0, predictions = 0;
    frcnn_node *node = NULL;
    FRCNN_FAIL_IF(run.n_rows > INT32_MAX / run.n_classes, FRCNN_ERROR_INVALID,
                  "expected at most %d proposals for %d classes, found %" PRId64 ": rpn_post_nms_top_n",
                  INT32_MAX / run.n_classes, run.n_classes, run.n_rows);
    graph->stage = FRCNN_STAGE_ROI;
    FRCNN_TRY(build_align(plan, maps, boxes, &pooled));
    FRCNN_TRY(frcnn_box_head_build(&plan->model->box_head, graph, pooled, &predictions));
    graph->stage = FRCNN_STAGE_POST;
    FRCNN_TRY(frcnn_graph_add_bytes(graph, &plan->results, frcnn_plan_get_detections_offset(plan, plan->n)));
    FRCNN_TRY(frcnn_graph_add_node(graph, &node, FRCNN_NODE_POSTPROCESS));
    node->inputs[node->n_inputs++] = predictions;
    node->inputs[node->n_inputs++] = boxes;
    node->inputs[node->n_inputs++] = plan->counts;
    node->inputs[node->n_inputs++] = plan->frames;
    node->outputs[node->n_outputs++] = plan->results;
    return add_workspace(graph, node, plan->executor->backend->roi->get_postprocess_workspace(&run));
}

frcnn_status frcnn_plan_build(frcnn_plan *plan)
{
    int in = 0, boxes = 0, maps[FRCNN_MAX_LEVELS];
    plan->graph.precision = plan->executor->precision;
    plan->graph.adds_upsampled = plan->executor->backend->network->adds_upsampled;
    FRCNN_TRY(build_transform(plan, &in));
    FRCNN_TRY(frcnn_backbone_build(&plan->model->backbone, &plan->graph, in, maps));
    FRCNN_TRY(build_proposals(plan, maps, &boxes));
    return build_roi(plan, maps, boxes);
}
