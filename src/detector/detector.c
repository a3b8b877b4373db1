#include "detector/detector_type.h"

#include <stdint.h>
#include <string.h>

#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/parallel.h"

enum { MAX_THREADS = 1024, MAX_BATCH = 256 };

static const size_t default_max_memory = (size_t)2 << 30; /* of the CPU; a GPU may be filled */

void frcnn_detector_options_default(frcnn_detector_options *options)
{
    const frcnn_detector_options defaults = {.struct_size = sizeof defaults, .device = "auto", .batch = 1};
    *options = defaults;
}

static frcnn_status check_options(const frcnn_detector_options *options)
{
    FRCNN_CHECK_OPTIONS("detector", options);
    FRCNN_FAIL_IF(options->n_threads < 0 || options->n_threads > MAX_THREADS, FRCNN_ERROR_INVALID,
                  "threads: expected 0 (one per core) to %d, found %d", MAX_THREADS, options->n_threads);
    FRCNN_FAIL_IF(options->batch < 1 || options->batch > MAX_BATCH, FRCNN_ERROR_INVALID,
                  "batch: expected 1 to %d, found %d", MAX_BATCH, options->batch);
    return FRCNN_OK;
}

/* Which backend, and what it computes in; its stream. */
static frcnn_status open_executor(frcnn_executor *executor, const frcnn_detector_options *options)
{
    FRCNN_TRY(frcnn_device_choose(&executor->device, NULL, options->device != NULL ? options->device : "auto"));
    FRCNN_TRY(frcnn_precision_parse(&executor->precision, options->precision, executor->device.kind));
    executor->backend = frcnn_backend_find(executor->device.kind);
    return executor->backend->stream->create(&executor->stream, executor->device.index);
}

static frcnn_status init_detector(frcnn_detector *detector, const frcnn_detector_options *options)
{
    FRCNN_TRY(open_executor(&detector->executor, options));
    const int is_cpu = detector->executor.device.kind == FRCNN_CPU;
    detector->max_memory = options->max_memory != 0 ? options->max_memory : is_cpu ? default_max_memory : SIZE_MAX;
    detector->info = (frcnn_detector_info){
        .device = frcnn_device_format(detector->device_name, detector->executor.device),
        .isa = detector->executor.backend->stream->get_name(detector->executor.stream),
        .precision = frcnn_precision_get_name(detector->executor.precision),
        .n_threads = options->n_threads != 0 ? options->n_threads : frcnn_parallel_count_cores(),
    };
    detector->batch = options->batch;
    detector->max_batch_pixels = INT64_MAX;
    return FRCNN_OK;
}

frcnn_status frcnn_detector_create(frcnn_detector **out, const frcnn_model *model,
                                   const frcnn_detector_options *options)
{
    frcnn_detector_options defaults;
    frcnn_detector_options_default(&defaults);
    if (options == NULL) options = &defaults;
    FRCNN_TRY(check_options(options));
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, 1, sizeof(frcnn_detector), "detector"));
    frcnn_detector *detector = block;
    detector->model = model;
    const frcnn_status status = init_detector(detector, options);
    if (status != FRCNN_OK)
        frcnn_detector_destroy(&detector);
    else
        *out = detector;
    return status;
}

/* Everything that can be made again. */
static void drop_caches(frcnn_detector *detector)
{
    while (detector->n_plans > 0) frcnn_plan_destroy(&detector->plans[--detector->n_plans]);
    frcnn_weight_cache_trim(detector->model->weights);
    frcnn_plan_memory_free(&detector->memory, &detector->executor);
    detector->executor.backend->stream->trim(detector->executor.stream);
}

void frcnn_detector_destroy(frcnn_detector **handle)
{
    frcnn_detector *detector = *handle;
    if (detector == NULL) return;
    if (detector->executor.stream != NULL) {
        drop_caches(detector);
        detector->executor.backend->stream->destroy(&detector->executor.stream);
    }
    frcnn_free(detector);
    *handle = NULL;
}

const frcnn_detector_info *frcnn_detector_get_info(const frcnn_detector *detector)
{
    return &detector->info;
}

frcnn_status frcnn_detector_enter(const frcnn_detector *detector)
{
    frcnn_parallel_set_threads(detector->info.n_threads);
    return detector->executor.backend->stream->bind(detector->executor.stream);
}

static frcnn_plan *find_plan(const frcnn_detector *detector, int n, int height, int width)
{
    for (int i = 0; i < detector->n_plans; i++) {
        frcnn_plan *plan = detector->plans[i];
        if (plan->n == n && plan->sizes.padded_height == height && plan->sizes.padded_width == width) return plan;
    }
    return NULL;
}

static void drop_oldest_plan(frcnn_detector *detector)
{
    int oldest = 0;
    for (int i = 1; i < detector->n_plans; i++)
        if (detector->plans[i]->last_used < detector->plans[oldest]->last_used) oldest = i;
    frcnn_plan_destroy(&detector->plans[oldest]);
    detector->plans[oldest] = detector->plans[--detector->n_plans];
}

/* What max_memory bounds, once plan is ready beside the detector's other plans. */
typedef struct footprint {
    size_t arena; /* the largest of any plan */
    size_t anchors, weights;
} footprint;

static footprint get_footprint(const frcnn_detector *detector, const frcnn_plan *plan)
{
    footprint f = {
        .arena = plan->arena_bytes,
        .anchors = frcnn_plan_get_anchors_bytes(plan),
        .weights = frcnn_weight_cache_get_bytes(detector->model->weights, detector->executor.device) +
                   frcnn_plan_get_pack_cost(plan),
    };
    for (int i = 0; i < detector->n_plans; i++) {
        const frcnn_plan *other = detector->plans[i];
        f.anchors += frcnn_plan_get_anchors_bytes(other);
        if (other->arena_bytes > f.arena) f.arena = other->arena_bytes;
    }
    return f;
}

/* Room under max_memory for a plan: the oldest others go, and the weights that only they used. The arena is no larger
   than the plans that stay need, so that each of them can run without asking again. */
static frcnn_status make_room(frcnn_detector *detector, const frcnn_plan *plan)
{
    footprint f = get_footprint(detector, plan);
    while (f.arena + f.anchors + f.weights > detector->max_memory && detector->n_plans > 0) {
        drop_oldest_plan(detector);
        frcnn_weight_cache_trim(detector->model->weights);
        f = get_footprint(detector, plan);
    }
    if (detector->memory.arena_bytes > f.arena) frcnn_plan_memory_free(&detector->memory, &detector->executor);
    FRCNN_FAIL_IF(f.arena + f.anchors + f.weights > detector->max_memory, FRCNN_ERROR_NO_MEMORY,
                  "%d x %dx%d pixels: %.0f MiB are needed (%.0f buffers, %.0f weights), %.0f MiB are allowed", plan->n,
                  plan->sizes.padded_height, plan->sizes.padded_width,
                  (double)(f.arena + f.anchors + f.weights) / 1048576.0, (double)(f.arena + f.anchors) / 1048576.0,
                  (double)f.weights / 1048576.0, (double)detector->max_memory / 1048576.0);
    return FRCNN_OK;
}

/* The plan of a padded shape, made where it is not there yet. */
static frcnn_status get_plan(frcnn_detector *detector, frcnn_plan **out, int n, int height, int width)
{
    frcnn_plan *plan = find_plan(detector, n, height, width);
    if (plan == NULL) {
        frcnn_plan *made = NULL;
        if (detector->n_plans == FRCNN_MAX_PLANS) drop_oldest_plan(detector);
        FRCNN_TRY(frcnn_plan_create(&made, detector->model, &detector->executor, n, height, width, 0));
        frcnn_status status = make_room(detector, made);
        if (status == FRCNN_OK) status = frcnn_plan_prepare(made);
        if (status != FRCNN_OK) {
            frcnn_plan_destroy(&made);
            return status;
        }
        plan = detector->plans[detector->n_plans++] = made;
    }
    plan->last_used = ++detector->clock;
    *out = plan;
    return FRCNN_OK;
}

static frcnn_status reserve_result(const frcnn_detector *detector, frcnn_result *result)
{
    const size_t wanted = (size_t)detector->model->settings.box_detections_per_img;
    result->count = 0;
    if (result->capacity >= wanted) return FRCNN_OK;
    void *detections = result->detections;
    FRCNN_TRY(frcnn_realloc(&detections, 0, wanted, sizeof *result->detections, "detections"));
    result->detections = detections;
    result->capacity = wanted;
    return FRCNN_OK;
}

/* Neighbours of one padded size. */
typedef struct group {
    frcnn_plan_input inputs[MAX_BATCH];
    int n, padded_height, padded_width;
} group;

static frcnn_status run_plan(frcnn_detector *detector, const group *g, frcnn_result *results)
{
    frcnn_plan *plan = NULL;
    FRCNN_TRY(get_plan(detector, &plan, g->n, g->padded_height, g->padded_width));
    FRCNN_TRY(frcnn_plan_reserve(plan, &detector->memory, g->inputs));
    return frcnn_plan_run(plan, &detector->memory, g->inputs, NULL, results);
}

/* Where memory is short, what is kept for later goes first. */
static frcnn_status run_group(frcnn_detector *detector, const group *g, frcnn_result *results)
{
    const frcnn_status status = run_plan(detector, g, results);
    const int holds_more = detector->n_plans > 0 || detector->memory.arena != NULL;
    if (status != FRCNN_ERROR_NO_MEMORY || !holds_more) return status;
    drop_caches(detector);
    return run_plan(detector, g, results);
}

static frcnn_status take_group(const frcnn_detector *detector, const frcnn_image *const *images, size_t n_images,
                               group *out)
{
    out->n = 0;
    while (out->n < detector->batch && (size_t)out->n < n_images) {
        const frcnn_image *image = images[out->n];
        frcnn_model_sizes sizes;
        FRCNN_TRY(frcnn_model_get_sizes(detector->model, frcnn_image_get_height(image), frcnn_image_get_width(image),
                                        &sizes));
        const int64_t pixels = (int64_t)sizes.padded_height * sizes.padded_width;
        const int is_other = sizes.padded_height != out->padded_height || sizes.padded_width != out->padded_width;
        if (out->n > 0 && (is_other || (out->n + 1) * pixels > detector->max_batch_pixels)) break;
        out->padded_height = sizes.padded_height;
        out->padded_width = sizes.padded_width;
        out->inputs[out->n++] =
            (frcnn_plan_input){.image = image, .height = sizes.resized_height, .width = sizes.resized_width};
    }
    return FRCNN_OK;
}

static frcnn_status run_images(frcnn_detector *detector, const frcnn_image *const *images, size_t n_images,
                               frcnn_result *results)
{
    for (size_t i = 0; i < n_images; i++) FRCNN_TRY(reserve_result(detector, &results[i]));
    size_t start = 0;
    while (start < n_images) {
        group g;
        FRCNN_TRY(take_group(detector, images + start, n_images - start, &g));
        const frcnn_status status = run_group(detector, &g, &results[start]);
        if (status == FRCNN_ERROR_NO_MEMORY && g.n > 1) {
            detector->info.halved_batch = g.n / 2;
            detector->max_batch_pixels = (int64_t)(g.n / 2) * g.padded_height * g.padded_width;
            continue;
        }
        FRCNN_TRY(status);
        start += (size_t)g.n;
    }
    return FRCNN_OK;
}

frcnn_status frcnn_detector_run(frcnn_detector *detector, const frcnn_image *const *images, size_t n_images,
                                frcnn_result *results)
{
    frcnn_status status = frcnn_detector_enter(detector);
    if (status == FRCNN_OK) status = run_images(detector, images, n_images, results);
    for (size_t i = 0; status != FRCNN_OK && i < n_images; i++) results[i].count = 0;
    return status;
}

void frcnn_result_deinit(frcnn_result *result)
{
    frcnn_free(result->detections);
    memset(result, 0, sizeof *result);
}

frcnn_status frcnn_detector_get_plan_info(const frcnn_detector *detector, int image_height, int image_width,
                                          frcnn_plan_info *out)
{
    frcnn_model_sizes sizes;
    frcnn_plan *plan = NULL;
    FRCNN_TRY(frcnn_detector_enter(detector));
    FRCNN_TRY(frcnn_model_get_sizes(detector->model, image_height, image_width, &sizes));
    FRCNN_TRY(
        frcnn_plan_create(&plan, detector->model, &detector->executor, 1, sizes.padded_height, sizes.padded_width, 0));
    out->macs_backbone = frcnn_graph_get_macs(&plan->graph, FRCNN_STAGE_BACKBONE);
    out->macs_fpn = frcnn_graph_get_macs(&plan->graph, FRCNN_STAGE_FPN);
    out->macs_rpn = frcnn_graph_get_macs(&plan->graph, FRCNN_STAGE_RPN);
    out->macs_roi = frcnn_graph_get_macs(&plan->graph, FRCNN_STAGE_ROI);
    out->arena_bytes = plan->arena_bytes;
    out->anchors_bytes = frcnn_plan_get_anchors_bytes(plan);
    out->weights_bytes = frcnn_plan_get_weights_bytes(plan);
    frcnn_plan_destroy(&plan);
    return FRCNN_OK;
}
