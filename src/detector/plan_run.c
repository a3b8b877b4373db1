/* A run of a plan: images to the device, the nodes one after another, results back. */
#include <string.h>

#include "detector/plan.h"
#include "detector/plan_stages.h"
#include "image/resize_normalize.h"
#include "tensor/error.h"

typedef struct run {
    frcnn_plan *plan;
    const frcnn_backend *backend;
    frcnn_stream *stream;
    const frcnn_plan_memory *memory;
} run;

static void *get_value(const run *r, int value)
{
    return value == FRCNN_NO_VALUE ? NULL : (char *)r->memory->arena + r->plan->offsets[value];
}

/* ---- the nodes ---- */

static frcnn_status run_transform(const run *r, const frcnn_node *node)
{
    frcnn_transform transform = frcnn_plan_get_transform(r->plan);
    transform.frames = get_value(r, r->plan->frames);
    transform.workspace = get_value(r, node->workspace);
    transform.dst = get_value(r, node->outputs[0]);
    return r->backend->image->transform(&transform, r->stream);
}

static frcnn_status run_conv2d(const run *r, const frcnn_node *node, int index)
{
    return r->backend->network->run(r->plan->primitives[index], get_value(r, node->inputs[0]), r->plan->packed[index],
                                    node->n_inputs > 1 ? get_value(r, node->inputs[1]) : NULL,
                                    get_value(r, node->outputs[0]), get_value(r, node->workspace), r->stream);
}

static frcnn_status run_max_pool2d(const run *r, const frcnn_node *node)
{
    return r->backend->network->max_pool2d(&node->pool, r->plan->graph.values[node->inputs[0]].dtype,
                                           get_value(r, node->inputs[0]), get_value(r, node->outputs[0]), r->stream);
}

static frcnn_status run_upsample(const run *r, const frcnn_node *node)
{
    const frcnn_value *src = &r->plan->graph.values[node->inputs[0]], *dst = &r->plan->graph.values[node->outputs[0]];
    const frcnn_upsample upsample = {
        .n = src->n, .in_h = src->h, .in_w = src->w, .out_h = dst->h, .out_w = dst->w, .c = src->c};
    return r->backend->network->upsample(&upsample, src->dtype, get_value(r, node->inputs[0]),
                                         get_value(r, node->outputs[0]), r->stream);
}

static frcnn_channels get_channels(const run *r, const frcnn_node *node)
{
    const frcnn_value *src = &r->plan->graph.values[node->inputs[0]];
    const frcnn_channels channels = {.n = src->n, .n_pixels = src->h * src->w, .c = src->c};
    return channels;
}

static frcnn_status run_channel_mean(const run *r, const frcnn_node *node)
{
    const frcnn_channels channels = get_channels(r, node);
    return r->backend->network->channel_mean(&channels, r->plan->graph.values[node->inputs[0]].dtype,
                                             get_value(r, node->inputs[0]), get_value(r, node->outputs[0]), r->stream);
}

static frcnn_status run_channel_gate(const run *r, const frcnn_node *node)
{
    const frcnn_channels channels = get_channels(r, node);
    return r->backend->network->channel_gate(&channels, r->plan->graph.values[node->inputs[0]].dtype,
                                             get_value(r, node->inputs[0]), get_value(r, node->inputs[1]),
                                             get_value(r, node->outputs[0]), r->stream);
}

static frcnn_status run_proposals(const run *r, const frcnn_node *node)
{
    frcnn_proposals_run proposals = frcnn_plan_get_proposals(r->plan);
    for (int k = 0; k < proposals.n_levels; k++) proposals.heads[k] = get_value(r, node->inputs[k]);
    proposals.frames = get_value(r, r->plan->frames);
    proposals.workspace = get_value(r, node->workspace);
    proposals.boxes = get_value(r, node->outputs[0]);
    proposals.scores = get_value(r, node->outputs[1]);
    proposals.sources = get_value(r, node->outputs[2]);
    proposals.counts = get_value(r, node->outputs[3]);
    return r->backend->rpn->make_proposals(&proposals, r->stream);
}

/* The maps of a node that pools RoIs; they follow boxes and counts. */
static void get_levels(const run *r, const frcnn_node *node, int n_levels, frcnn_roi_level *levels)
{
    const frcnn_plan *plan = r->plan;
    for (int k = 0; k < n_levels; k++) {
        const frcnn_value *map = &plan->graph.values[node->inputs[2 + k]];
        levels[k] = (frcnn_roi_level){.map = get_value(r, node->inputs[2 + k]),
                                      .height = (int)map->h,
                                      .width = (int)map->w,
                                      .scale = 1.0f / (float)plan->model->backbone.strides[k]};
    }
}

static frcnn_status run_roi_align(const run *r, const frcnn_node *node)
{
    frcnn_roi_align_run align = frcnn_plan_get_align(r->plan);
    get_levels(r, node, align.align.n_levels, align.align.levels);
    align.boxes = get_value(r, node->inputs[0]);
    align.counts = get_value(r, node->inputs[1]);
    align.dst = get_value(r, node->outputs[0]);
    return r->backend->roi->align(&align, r->stream);
}

static frcnn_status run_roi_pool(const run *r, const frcnn_node *node)
{
    frcnn_roi_pool_run pool = frcnn_plan_get_pool(r->plan);
    get_levels(r, node, pool.pool.n_levels, pool.pool.levels);
    pool.boxes = get_value(r, node->inputs[0]);
    pool.counts = get_value(r, node->inputs[1]);
    pool.dst = get_value(r, node->outputs[0]);
    return r->backend->roi->pool(&pool, r->stream);
}

static frcnn_status run_postprocess(const run *r, const frcnn_node *node)
{
    frcnn_postprocess_run post = frcnn_plan_get_postprocess(r->plan);
    char *results = get_value(r, node->outputs[0]);
    post.predictions = get_value(r, node->inputs[0]);
    post.boxes = get_value(r, node->inputs[1]);
    post.counts = get_value(r, node->inputs[2]);
    post.frames = get_value(r, node->inputs[3]);
    post.workspace = get_value(r, node->workspace);
    post.found = (frcnn_found *)(void *)results;
    post.detections = (frcnn_detection *)(void *)(results + frcnn_plan_get_detections_offset(r->plan, 0));
    return r->backend->roi->postprocess(&post, r->stream);
}

static frcnn_status run_node(const run *r, int index)
{
    const frcnn_node *node = &r->plan->graph.nodes[index];
    switch (node->kind) {
    case FRCNN_NODE_TRANSFORM:
        return run_transform(r, node);
    case FRCNN_NODE_CONV2D:
        return run_conv2d(r, node, index);
    case FRCNN_NODE_MAX_POOL2D:
        return run_max_pool2d(r, node);
    case FRCNN_NODE_UPSAMPLE:
        return run_upsample(r, node);
    case FRCNN_NODE_CHANNEL_MEAN:
        return run_channel_mean(r, node);
    case FRCNN_NODE_CHANNEL_GATE:
        return run_channel_gate(r, node);
    case FRCNN_NODE_PROPOSALS:
        return run_proposals(r, node);
    case FRCNN_NODE_ROI_ALIGN:
        return run_roi_align(r, node);
    case FRCNN_NODE_ROI_POOL:
        return run_roi_pool(r, node);
    case FRCNN_NODE_POSTPROCESS:
        return run_postprocess(r, node);
    }
    return FRCNN_OK;
}

static frcnn_status put_rois(const run *r, const frcnn_node *node, const frcnn_plan_rois *rois)
{
    const size_t bytes = (size_t)rois->count * 4 * sizeof *rois->boxes;
    FRCNN_TRY(r->backend->stream->upload(r->stream, get_value(r, node->outputs[0]), rois->boxes, bytes));
    return r->backend->stream->upload(r->stream, get_value(r, r->plan->counts), &rois->count, sizeof rois->count);
}

/* Stage s lies between marks s and s + 1. */
static frcnn_status run_nodes(const run *r, const frcnn_plan_rois *rois)
{
    const frcnn_graph *graph = &r->plan->graph;
    int mark = 0;
    for (int i = 0; i < graph->n_nodes; i++) {
        const frcnn_node *node = &graph->nodes[i];
        for (; mark <= (int)node->stage; mark++) FRCNN_TRY(r->backend->stream->mark(r->stream, mark));
        FRCNN_TRY(run_node(r, i));
        if (rois != NULL && node->kind == FRCNN_NODE_PROPOSALS) FRCNN_TRY(put_rois(r, node, rois));
    }
    for (; mark <= FRCNN_N_STAGES; mark++) FRCNN_TRY(r->backend->stream->mark(r->stream, mark));
    return FRCNN_OK;
}

/* ---- around them ---- */

/* Only a backend with several implementations has anything to try. */
static frcnn_status tune(const run *r)
{
    frcnn_plan *plan = r->plan;
    for (int i = 0; r->backend->network->tune != NULL && !plan->is_tuned && i < plan->graph.n_nodes; i++) {
        const frcnn_node *node = &plan->graph.nodes[i];
        if (node->kind == FRCNN_NODE_CONV2D)
            FRCNN_TRY(r->backend->network->tune(plan->primitives[i], get_value(r, node->inputs[0]), plan->packed[i],
                                                node->n_inputs > 1 ? get_value(r, node->inputs[1]) : NULL,
                                                get_value(r, node->outputs[0]), get_value(r, node->workspace),
                                                r->stream));
    }
    plan->is_tuned = 1;
    return FRCNN_OK;
}

static size_t get_pixels_bytes(const frcnn_plan_input *input)
{
    const size_t part = 256;
    const size_t bytes = (size_t)frcnn_image_get_height(input->image) * (size_t)frcnn_image_get_width(input->image) * 3;
    return (bytes + part - 1) / part * part;
}

static size_t get_frames_bytes(const frcnn_plan *plan)
{
    return plan->graph.values[plan->frames].bytes;
}

/* Staging holds the frames, then the results, then the pixels. */
frcnn_status frcnn_plan_reserve(const frcnn_plan *plan, frcnn_plan_memory *memory, const frcnn_plan_input *inputs)
{
    size_t pixels = 0;
    for (int i = 0; i < plan->n && !plan->executor->backend->stream->shares_memory; i++)
        pixels += get_pixels_bytes(&inputs[i]);
    return frcnn_plan_memory_reserve(memory, plan->executor, plan->arena_bytes, pixels,
                                     get_frames_bytes(plan) + plan->graph.values[plan->results].bytes + pixels);
}

/* Where the results come to. */
static char *get_results(const run *r)
{
    return (char *)r->memory->staging + get_frames_bytes(r->plan);
}

/* In pieces, so that the device takes one while the next is brought into the staging memory. */
static frcnn_status upload_pixels(const run *r, const uint8_t *pixels, size_t bytes, char *staged, size_t offset)
{
    const size_t piece = (size_t)1 << 19;
    for (size_t done = 0; done < bytes; done += piece) {
        const size_t n = bytes - done < piece ? bytes - done : piece;
        memcpy(staged + offset + done, pixels + done, n);
        FRCNN_TRY(r->backend->stream->upload(r->stream, (char *)r->memory->pixels + offset + done,
                                             staged + offset + done, n));
    }
    return FRCNN_OK;
}

static frcnn_status upload(const run *r, const frcnn_plan_input *inputs)
{
    const frcnn_plan *plan = r->plan;
    frcnn_frame *frames = r->memory->staging;
    char *staged = get_results(r) + plan->graph.values[plan->results].bytes;
    size_t offset = 0;
    for (int i = 0; i < plan->n; i++) {
        const frcnn_image *image = inputs[i].image;
        const size_t bytes = (size_t)frcnn_image_get_height(image) * (size_t)frcnn_image_get_width(image) * 3;
        frames[i] = (frcnn_frame){
            .pixels = frcnn_image_get_const_pixels(image),
            .src_height = frcnn_image_get_height(image),
            .src_width = frcnn_image_get_width(image),
            .height = inputs[i].height,
            .width = inputs[i].width,
            .scale =
                frcnn_resize_get_scale(plan->model->resize, frcnn_image_get_height(image), frcnn_image_get_width(image),
                                       plan->model->settings.min_size, plan->model->settings.max_size, inputs[i].width),
        };
        if (r->backend->stream->shares_memory) continue;
        FRCNN_TRY(upload_pixels(r, frames[i].pixels, bytes, staged, offset));
        frames[i].pixels = (const uint8_t *)r->memory->pixels + offset;
        offset += get_pixels_bytes(&inputs[i]);
    }
    return r->backend->stream->upload(r->stream, get_value(r, plan->frames), frames, get_frames_bytes(plan));
}

/* Recorded the first time, and again where the arena has moved. */
static frcnn_status run_recorded(const run *r)
{
    frcnn_plan *plan = r->plan;
    const frcnn_stream_ops *ops = r->backend->stream;
    if (plan->recording == NULL || plan->recorded_arena != r->memory->arena) {
        ops->destroy_recording(&plan->recording);
        FRCNN_TRY(ops->begin_recording(r->stream));
        const frcnn_status status = run_nodes(r, NULL);
        const frcnn_status ended = ops->end_recording(r->stream, &plan->recording);
        FRCNN_TRY(status);
        FRCNN_TRY(ended);
        plan->recorded_arena = r->memory->arena;
        if (plan->recording == NULL) return FRCNN_OK;
    }
    return ops->replay(r->stream, plan->recording);
}

/* Clipping to the image may leave a box no area; such are dropped last. Source: Detectron2's detector_postprocess. */
static void drop_empty(frcnn_result *result)
{
    size_t n = 0;
    for (size_t i = 0; i < result->count; i++) {
        const frcnn_detection *d = &result->detections[i];
        if (d->x2 > d->x1 && d->y2 > d->y1) result->detections[n++] = *d;
    }
    result->count = n;
}

static void take_results(const run *r, const frcnn_plan_input *inputs, frcnn_result *results)
{
    const frcnn_plan *plan = r->plan;
    const frcnn_found *found = (const frcnn_found *)(const void *)get_results(r);
    double times[FRCNN_N_STAGES];
    for (int s = 0; s < FRCNN_N_STAGES; s++) times[s] = r->backend->stream->get_elapsed(r->stream, s, s + 1) / plan->n;
    for (int i = 0; i < plan->n; i++) {
        results[i].count = (size_t)found[i].count;
        results[i].is_capped = found[i].is_capped;
        memcpy(results[i].detections, get_results(r) + frcnn_plan_get_detections_offset(plan, i),
               results[i].count * sizeof *results[i].detections);
        if (plan->model->family->clips_to_image) drop_empty(&results[i]);
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
}

frcnn_status frcnn_plan_run(frcnn_plan *plan, const frcnn_plan_memory *memory, const frcnn_plan_input *inputs,
                            const frcnn_plan_rois *rois, frcnn_result *results)
{
    const run r = {plan, plan->executor->backend, plan->executor->stream, memory};
    FRCNN_TRY(tune(&r));
    FRCNN_TRY(upload(&r, inputs));
    FRCNN_TRY(rois != NULL ? run_nodes(&r, rois) : run_recorded(&r));
    FRCNN_TRY(r.backend->stream->download(r.stream, get_results(&r), get_value(&r, plan->results),
                                          plan->graph.values[plan->results].bytes));
    FRCNN_TRY(r.backend->stream->wait(r.stream));
    take_results(&r, inputs, results);
    return FRCNN_OK;
}
