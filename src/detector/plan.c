#include "detector/plan.h"

#include <inttypes.h>
#include <string.h>

#include "anchors/anchor_grid.h"
#include "checkpoint/checkpoint_pages.h"
#include "image/resize_normalize.h"
#include "roi/postprocess.h"
#include "roi/roi_align.h"
#include "rpn/proposals.h"
#include "tensor/arena.h"
#include "tensor/clock.h"
#include "tensor/error.h"
#include "tensor/layers/upsample_nearest.h"
#include "tensor/memory.h"

enum { BOX = 4 };

/* torchvision's sizes below which a box is dropped, in pixels of the resized image. */
static const float min_proposal_size = 1e-3f;
static const float min_detection_size = 1e-2f;

/* ---- what each stage needs to know ---- */

static frcnn_proposal_params get_proposal_params(const frcnn_settings *settings)
{
    const frcnn_proposal_params params = {
        .pre_nms_top_n = settings->rpn_pre_nms_top_n,
        .post_nms_top_n = settings->rpn_post_nms_top_n,
        .nms_thresh = (double)settings->rpn_nms_thresh,
        .score_thresh = settings->rpn_score_thresh,
        .min_size = min_proposal_size,
    };
    return params;
}

static frcnn_postprocess get_postprocess(const frcnn_model *model, const frcnn_plan_input *input)
{
    const frcnn_postprocess p = {
        .n_classes = model->box_head.n_classes,
        .score_thresh = model->settings.box_score_thresh,
        .nms_thresh = (double)model->settings.box_nms_thresh,
        .max_detections = model->settings.box_detections_per_img,
        .min_size = min_detection_size,
        .resized_height = (float)input->height,
        .resized_width = (float)input->width,
        .image_height = (float)frcnn_image_get_height(input->image),
        .image_width = (float)frcnn_image_get_width(input->image),
    };
    return p;
}

static int64_t get_level_anchors(const frcnn_plan *plan, int level)
{
    return (int64_t)plan->sizes.grid_height[level] * plan->sizes.grid_width[level] * plan->model->rpn_head.n_anchors;
}

/* ---- the graph ---- */

static frcnn_status add_workspace(frcnn_graph *graph, frcnn_node *node, size_t bytes)
{
    if (bytes == 0) return FRCNN_OK;
    return frcnn_graph_add_bytes(graph, &node->workspace, bytes);
}

static frcnn_status build_transform(frcnn_plan *plan, int *out)
{
    frcnn_graph *graph = &plan->graph;
    const int height = plan->sizes.padded_height, width = plan->sizes.padded_width;
    frcnn_node *node = NULL;
    graph->stage = FRCNN_STAGE_RESIZE;
    FRCNN_TRY(frcnn_graph_add_map(graph, out, plan->n, height, width, plan->model->settings.n_channels));
    frcnn_graph_name(graph, *out, "transform");
    FRCNN_TRY(frcnn_graph_add_node(graph, &node, FRCNN_NODE_TRANSFORM));
    node->output = *out;
    return add_workspace(graph, node, frcnn_resize_normalize_get_workspace(height, width));
}

static frcnn_status build_proposals(frcnn_plan *plan, const int *maps, int *boxes)
{
    frcnn_graph *graph = &plan->graph;
    const frcnn_settings *settings = &plan->model->settings;
    const frcnn_proposal_params params = get_proposal_params(settings);
    const int64_t rows = (int64_t)plan->n * settings->rpn_post_nms_top_n;
    int heads[FRCNN_MAX_LEVELS], scores = 0;
    int64_t n_anchors[FRCNN_MAX_LEVELS];
    frcnn_node *node = NULL;
    graph->stage = FRCNN_STAGE_RPN;
    for (int i = 0; i < settings->n_levels; i++) {
        FRCNN_TRY(frcnn_rpn_head_build(&plan->model->rpn_head, graph, maps[i], &heads[i]));
        frcnn_graph_name(graph, heads[i], "rpn.%d", i);
        n_anchors[i] = get_level_anchors(plan, i);
        /* They are put in order by keys that hold an index of 32 bits. */
        FRCNN_FAIL_IF(n_anchors[i] > UINT32_MAX, FRCNN_ERROR_INVALID,
                      "level %d: expected at most %" PRIu32 " anchors, found %" PRId64, i, UINT32_MAX, n_anchors[i]);
    }
    FRCNN_TRY(frcnn_graph_add_map(graph, boxes, rows, 1, 1, BOX));
    FRCNN_TRY(frcnn_graph_add_map(graph, &scores, rows, 1, 1, 1));
    frcnn_graph_name(graph, *boxes, "proposals.boxes");
    frcnn_graph_name(graph, scores, "proposals.scores");
    FRCNN_TRY(frcnn_graph_add_node(graph, &node, FRCNN_NODE_PROPOSALS));
    memcpy(node->inputs, heads, sizeof heads);
    node->n_inputs = settings->n_levels;
    node->output = *boxes;
    node->second_output = scores;
    return add_workspace(graph, node, frcnn_proposals_get_workspace(&params, n_anchors, settings->n_levels));
}

static frcnn_status build_roi(frcnn_plan *plan, const int *maps, int boxes)
{
    frcnn_graph *graph = &plan->graph;
    const frcnn_model *model = plan->model;
    const frcnn_settings *settings = &model->settings;
    const int size = settings->roi_output_size;
    const int n_maps = model->backbone.fpn.n_maps;
    const frcnn_postprocess post = {.n_classes = model->box_head.n_classes,
                                    .max_detections = settings->box_detections_per_img};
    int pooled = 0, predictions = 0;
    frcnn_node *node = NULL;
    FRCNN_FAIL_IF(settings->rpn_post_nms_top_n > INT32_MAX / post.n_classes, FRCNN_ERROR_INVALID,
                  "expected at most %d proposals for %d classes, found %d: rpn_post_nms_top_n",
                  INT32_MAX / post.n_classes, post.n_classes, settings->rpn_post_nms_top_n);
    graph->stage = FRCNN_STAGE_ROI;
    FRCNN_TRY(frcnn_graph_add_map(graph, &pooled, graph->values[boxes].n, size, size, model->backbone.fpn.channels));
    frcnn_graph_name(graph, pooled, "roi.pooled");
    FRCNN_TRY(frcnn_graph_add_node(graph, &node, FRCNN_NODE_ROI_ALIGN));
    node->inputs[node->n_inputs++] = boxes;
    for (int i = 0; i < n_maps; i++) node->inputs[node->n_inputs++] = maps[i];
    node->output = pooled;
    FRCNN_TRY(frcnn_box_head_build(&model->box_head, graph, pooled, &predictions));
    graph->stage = FRCNN_STAGE_POST;
    FRCNN_TRY(frcnn_graph_add_node(graph, &node, FRCNN_NODE_POSTPROCESS));
    node->inputs[node->n_inputs++] = predictions;
    node->inputs[node->n_inputs++] = boxes;
    return add_workspace(graph, node, frcnn_postprocess_get_workspace(&post, settings->rpn_post_nms_top_n));
}

static frcnn_status build_graph(frcnn_plan *plan)
{
    int in = 0, boxes = 0, maps[FRCNN_MAX_LEVELS];
    FRCNN_TRY(build_transform(plan, &in));
    FRCNN_TRY(frcnn_backbone_build(&plan->model->backbone, &plan->graph, in, maps));
    FRCNN_TRY(build_proposals(plan, maps, &boxes));
    return build_roi(plan, maps, boxes);
}

/* ---- primitives, weights, anchors ---- */

static frcnn_status create_primitives(frcnn_plan *plan)
{
    frcnn_graph *graph = &plan->graph;
    void *primitives = NULL, *packed = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&primitives, (size_t)graph->n_nodes, sizeof *plan->primitives, "plan"));
    plan->primitives = primitives;
    FRCNN_TRY(frcnn_alloc_zeroed(&packed, (size_t)graph->n_nodes, sizeof *plan->packed, "plan"));
    plan->packed = packed;
    for (int i = 0; i < graph->n_nodes; i++) {
        frcnn_node *node = &graph->nodes[i];
        if (node->kind != FRCNN_NODE_CONV2D) continue;
        FRCNN_TRY(frcnn_primitive_create(&plan->primitives[i], &node->conv));
        FRCNN_TRY(add_workspace(graph, node, frcnn_primitive_get_scratchpad(plan->primitives[i])));
    }
    return FRCNN_OK;
}

static frcnn_status create_anchors(frcnn_plan *plan)
{
    const frcnn_model_sizes *sizes = &plan->sizes;
    frcnn_anchor_grids grids;
    void *anchors = NULL;
    FRCNN_TRY(frcnn_anchor_grids_from_maps(&grids, &plan->model->anchors, sizes->padded_height, sizes->padded_width,
                                           sizes->grid_height, sizes->grid_width));
    FRCNN_TRY(frcnn_alloc(&anchors, (size_t)sizes->n_anchors, BOX * sizeof(float), "anchors"));
    plan->anchors = anchors;
    return frcnn_anchors_fill(plan->anchors, &plan->model->anchors, &grids);
}

static frcnn_status init_plan(frcnn_plan *plan, int padded_height, int padded_width, int keep_all)
{
    void *offsets = NULL, *n_proposals = NULL, *proposal_anchors = NULL;
    frcnn_model_get_grids(plan->model, padded_height, padded_width, &plan->sizes);
    FRCNN_TRY(build_graph(plan));
    FRCNN_TRY(create_primitives(plan));
    FRCNN_TRY(frcnn_alloc_zeroed(&n_proposals, (size_t)plan->n, sizeof *plan->n_proposals, "plan"));
    plan->n_proposals = n_proposals;
    FRCNN_TRY(frcnn_alloc_zeroed(&proposal_anchors, (size_t)plan->n,
                                 (size_t)plan->model->settings.rpn_post_nms_top_n * sizeof *plan->proposal_anchors,
                                 "plan"));
    plan->proposal_anchors = proposal_anchors;
    FRCNN_TRY(frcnn_alloc(&offsets, (size_t)plan->graph.n_values, sizeof *plan->offsets, "plan"));
    plan->offsets = offsets;
    return frcnn_arena_place(&plan->graph, keep_all, plan->offsets, &plan->arena_bytes);
}

frcnn_status frcnn_plan_create(frcnn_plan **out, const frcnn_model *model, int n, int padded_height, int padded_width,
                               int keep_all)
{
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, 1, sizeof(frcnn_plan), "plan"));
    frcnn_plan *plan = block;
    plan->model = model;
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
    for (int i = 0; plan->primitives != NULL && i < plan->graph.n_nodes; i++) {
        if (plan->packed != NULL && plan->packed[i] != NULL)
            frcnn_weight_cache_release(plan->model->weights, plan->packed[i]);
        frcnn_primitive_destroy(&plan->primitives[i]);
    }
    frcnn_free(plan->primitives);
    frcnn_free(plan->packed);
    frcnn_free(plan->offsets);
    frcnn_free(plan->anchors);
    frcnn_free(plan->n_proposals);
    frcnn_free(plan->proposal_anchors);
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
            frcnn_primitive_packs_alike(plan->primitives[i], plan->primitives[node]))
            return 0;
    return 1;
}

size_t frcnn_plan_get_pack_cost(const frcnn_plan *plan)
{
    size_t total = 0;
    for (int i = 0; i < plan->graph.n_nodes; i++)
        if (plan->primitives[i] != NULL && is_first_use(plan, i))
            total += frcnn_weight_cache_get_cost(plan->model->weights, plan->graph.nodes[i].layer, plan->primitives[i]);
    return total;
}

size_t frcnn_plan_get_weights_bytes(const frcnn_plan *plan)
{
    size_t total = 0;
    for (int i = 0; i < plan->graph.n_nodes; i++)
        if (plan->primitives[i] != NULL && is_first_use(plan, i))
            total += frcnn_primitive_get_packed_bytes(plan->primitives[i]);
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
                                                 plan->primitives[i]));
    frcnn_checkpoint_drop_pages(plan->model->checkpoint);
    return FRCNN_OK;
}

/* ---- a run ---- */

typedef struct run {
    frcnn_plan *plan;
    char *arena;
    const frcnn_plan_input *inputs;
    const frcnn_plan_rois *rois;
    frcnn_result *results;
} run;

static float *get_value(const run *r, int value)
{
    return (float *)(void *)(r->arena + r->plan->offsets[value]);
}

static void *get_workspace(const run *r, const frcnn_node *node)
{
    return node->workspace == FRCNN_NO_VALUE ? NULL : r->arena + r->plan->offsets[node->workspace];
}

/* Image i's part of a map. */
static float *get_map(const run *r, int value, int image)
{
    const frcnn_value *map = &r->plan->graph.values[value];
    return get_value(r, value) + image * map->h * map->w * map->c;
}

static void run_transform(const run *r, const frcnn_node *node)
{
    const frcnn_settings *settings = &r->plan->model->settings;
    for (int i = 0; i < r->plan->n; i++) {
        const frcnn_plan_input *input = &r->inputs[i];
        frcnn_resize_normalize p = {
            .src_height = frcnn_image_get_height(input->image),
            .src_width = frcnn_image_get_width(input->image),
            .height = input->height,
            .width = input->width,
            .padded_height = r->plan->sizes.padded_height,
            .padded_width = r->plan->sizes.padded_width,
            .is_bgr = strcmp(settings->order, "bgr") == 0,
        };
        memcpy(p.mean, settings->mean, sizeof p.mean);
        memcpy(p.std, settings->std, sizeof p.std);
        frcnn_resize_normalize_cpu(&p, frcnn_image_get_const_pixels(input->image), get_workspace(r, node),
                                   get_map(r, node->output, i));
    }
}

static void run_proposals(const run *r, const frcnn_node *node)
{
    const frcnn_plan *plan = r->plan;
    const frcnn_settings *settings = &plan->model->settings;
    const frcnn_proposal_params params = get_proposal_params(settings);
    const int n_anchors = plan->model->rpn_head.n_anchors;
    for (int i = 0; i < plan->n; i++) {
        frcnn_proposal_level levels[FRCNN_MAX_LEVELS];
        float *boxes = get_value(r, node->output) + (int64_t)i * settings->rpn_post_nms_top_n * BOX;
        float *scores = get_value(r, node->second_output) + (int64_t)i * settings->rpn_post_nms_top_n;
        const float *anchors = plan->anchors;
        for (int k = 0; k < settings->n_levels; k++) {
            const float *head = get_map(r, node->inputs[k], i);
            levels[k] = (frcnn_proposal_level){
                .logits = head,
                .deltas = head + n_anchors,
                .cell_stride = 5 * (int64_t)n_anchors,
                .anchors = anchors,
                .n_cells = (int64_t)plan->sizes.grid_height[k] * plan->sizes.grid_width[k],
                .n_per_cell = n_anchors,
            };
            anchors += get_level_anchors(plan, k) * BOX;
        }
        plan->n_proposals[i] = frcnn_proposals_cpu(&params, levels, settings->n_levels, (float)r->inputs[i].height,
                                                   (float)r->inputs[i].width, get_workspace(r, node), boxes, scores,
                                                   plan->proposal_anchors + (int64_t)i * settings->rpn_post_nms_top_n);
        if (r->rois != NULL) {
            memcpy(boxes, r->rois->boxes, (size_t)r->rois->count * BOX * sizeof(float));
            plan->n_proposals[i] = r->rois->count;
        }
    }
}

/* Rows without a proposal are zeros: the box head computes them with the rest. */
static void run_roi_align(const run *r, const frcnn_node *node)
{
    const frcnn_plan *plan = r->plan;
    const frcnn_backbone *backbone = &plan->model->backbone;
    const frcnn_settings *settings = &plan->model->settings;
    const int64_t n_rows = settings->rpn_post_nms_top_n;
    frcnn_roi_align p = {
        .n_levels = backbone->fpn.n_maps,
        .channels = backbone->fpn.channels,
        .output_size = settings->roi_output_size,
        .sampling_ratio = settings->roi_sampling_ratio,
    };
    const int64_t row_size = (int64_t)p.output_size * p.output_size * p.channels;
    while (1 << p.k_min < backbone->strides[0]) p.k_min++;
    for (int i = 0; i < plan->n; i++) {
        for (int k = 0; k < p.n_levels; k++) {
            const frcnn_value *map = &plan->graph.values[node->inputs[1 + k]];
            p.levels[k] = (frcnn_roi_level){.map = get_map(r, node->inputs[1 + k], i),
                                            .height = (int)map->h,
                                            .width = (int)map->w,
                                            .scale = 1.0f / (float)backbone->strides[k]};
        }
        const float *boxes = get_value(r, node->inputs[0]) + i * n_rows * BOX;
        float *pooled = get_value(r, node->output) + i * n_rows * row_size;
        const int64_t n = plan->n_proposals[i];
        frcnn_roi_align_cpu(&p, boxes, n, pooled);
        memset(pooled + n * row_size, 0, (size_t)((n_rows - n) * row_size) * sizeof(float));
    }
}

static void run_postprocess(const run *r, const frcnn_node *node)
{
    const frcnn_plan *plan = r->plan;
    const int64_t n_rows = plan->model->settings.rpn_post_nms_top_n;
    const int64_t row_stride = 5 * (int64_t)plan->model->box_head.n_classes;
    for (int i = 0; i < plan->n; i++) {
        const frcnn_postprocess p = get_postprocess(plan->model, &r->inputs[i]);
        const float *rows = get_value(r, node->inputs[0]) + i * n_rows * row_stride;
        const float *boxes = get_value(r, node->inputs[1]) + i * n_rows * BOX;
        frcnn_result *result = &r->results[i];
        result->count =
            (size_t)frcnn_postprocess_cpu(&p, rows, rows + p.n_classes, row_stride, boxes, plan->n_proposals[i],
                                          get_workspace(r, node), result->detections, &result->is_capped);
    }
}

static frcnn_status run_node(const run *r, int index)
{
    frcnn_plan *plan = r->plan;
    const frcnn_node *node = &plan->graph.nodes[index];
    switch (node->kind) {
    case FRCNN_NODE_TRANSFORM:
        run_transform(r, node);
        break;
    case FRCNN_NODE_CONV2D:
        return frcnn_primitive_run(plan->primitives[index], get_value(r, node->inputs[0]), plan->packed[index],
                                   get_value(r, node->output), get_workspace(r, node));
    case FRCNN_NODE_MAX_POOL2D:
        frcnn_max_pool2d_cpu(&node->pool, get_value(r, node->inputs[0]), get_value(r, node->output));
        break;
    case FRCNN_NODE_UPSAMPLE: {
        const frcnn_value *src = &plan->graph.values[node->inputs[0]], *dst = &plan->graph.values[node->output];
        frcnn_upsample_nearest_cpu(src->n, src->h, src->w, dst->h, dst->w, src->c, get_value(r, node->inputs[0]),
                                   get_value(r, node->output));
        break;
    }
    case FRCNN_NODE_PROPOSALS:
        run_proposals(r, node);
        break;
    case FRCNN_NODE_ROI_ALIGN:
        run_roi_align(r, node);
        break;
    case FRCNN_NODE_POSTPROCESS:
        run_postprocess(r, node);
        break;
    }
    return FRCNN_OK;
}

frcnn_status frcnn_plan_run(frcnn_plan *plan, void *arena, const frcnn_plan_input *inputs, const frcnn_plan_rois *rois,
                            frcnn_result *results)
{
    const run r = {plan, arena, inputs, rois, results};
    double times[FRCNN_N_STAGES] = {0.0};
    double before = frcnn_clock_get_milliseconds();
    for (int i = 0; i < plan->graph.n_nodes; i++) {
        FRCNN_TRY(run_node(&r, i));
        const double after = frcnn_clock_get_milliseconds();
        times[plan->graph.nodes[i].stage] += (after - before) / plan->n;
        before = after;
    }
    for (int i = 0; i < plan->n; i++) {
        results[i].resized_height = inputs[i].height;
        results[i].resized_width = inputs[i].width;
        results[i].times = (frcnn_stage_times){
            .resize = times[FRCNN_STAGE_RESIZE],
            .backbone = times[FRCNN_STAGE_BACKBONE] + times[FRCNN_STAGE_FPN],
            .rpn = times[FRCNN_STAGE_RPN],
            .roi = times[FRCNN_STAGE_ROI],
            .post = times[FRCNN_STAGE_POST],
        };
    }
    return FRCNN_OK;
}
