#include "detector/detector_type.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/parallel.h"

enum { MAX_THREADS = 1024, MAX_BATCH = 256 };

static const size_t default_max_memory = (size_t)2 << 30;

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
    frcnn_device device;
    return frcnn_device_choose(&device, NULL, options->device != NULL ? options->device : "auto");
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
    detector->batch = options->batch;
    detector->max_memory = options->max_memory != 0 ? options->max_memory : default_max_memory;
    detector->info.device = "cpu";
    detector->info.isa = frcnn_onednn_get_isa();
    detector->info.n_threads = options->n_threads != 0 ? options->n_threads : frcnn_parallel_count_cores();
    *out = detector;
    return FRCNN_OK;
}

static void free_arena(frcnn_detector *detector)
{
    frcnn_free(detector->arena);
    detector->arena = NULL;
    detector->arena_bytes = 0;
}

void frcnn_detector_destroy(frcnn_detector **handle)
{
    frcnn_detector *detector = *handle;
    if (detector == NULL) return;
    for (int i = 0; i < detector->n_plans; i++) frcnn_plan_destroy(&detector->plans[i]);
    frcnn_weight_cache_trim(detector->model->weights);
    free_arena(detector);
    frcnn_free(detector);
    *handle = NULL;
}

const frcnn_detector_info *frcnn_detector_get_info(const frcnn_detector *detector)
{
    return &detector->info;
}

void frcnn_detector_use_threads(const frcnn_detector *detector)
{
    frcnn_parallel_set_threads(detector->info.n_threads);
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
        .weights = frcnn_weight_cache_get_bytes(detector->model->weights) + frcnn_plan_get_pack_cost(plan),
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
    if (detector->arena_bytes > f.arena) free_arena(detector);
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
        FRCNN_TRY(frcnn_plan_create(&made, detector->model, n, height, width, 0));
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

static frcnn_status reserve_arena(frcnn_detector *detector, size_t bytes)
{
    if (bytes <= detector->arena_bytes) return FRCNN_OK;
    free_arena(detector);
    FRCNN_TRY(frcnn_alloc(&detector->arena, bytes, 1, "buffers"));
    detector->arena_bytes = bytes;
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

static frcnn_status run_group(frcnn_detector *detector, const frcnn_plan_input *inputs, int n, int height, int width,
                              frcnn_result *results)
{
    frcnn_plan *plan = NULL;
    FRCNN_TRY(get_plan(detector, &plan, n, height, width));
    FRCNN_TRY(reserve_arena(detector, plan->arena_bytes));
    return frcnn_plan_run(plan, detector->arena, inputs, NULL, results);
}

static frcnn_status run_images(frcnn_detector *detector, const frcnn_image *const *images, size_t n_images,
                               frcnn_result *results)
{
    for (size_t i = 0; i < n_images; i++) FRCNN_TRY(reserve_result(detector, &results[i]));
    size_t start = 0;
    while (start < n_images) {
        frcnn_plan_input inputs[MAX_BATCH];
        frcnn_model_sizes group = {0};
        int n = 0;
        while (start + (size_t)n < n_images && n < detector->batch) {
            const frcnn_image *image = images[start + (size_t)n];
            frcnn_model_sizes sizes;
            FRCNN_TRY(frcnn_model_get_sizes(detector->model, frcnn_image_get_height(image),
                                            frcnn_image_get_width(image), &sizes));
            if (n > 0 && (sizes.padded_height != group.padded_height || sizes.padded_width != group.padded_width))
                break;
            group = sizes;
            inputs[n++] =
                (frcnn_plan_input){.image = image, .height = sizes.resized_height, .width = sizes.resized_width};
        }
        FRCNN_TRY(run_group(detector, inputs, n, group.padded_height, group.padded_width, &results[start]));
        start += (size_t)n;
    }
    return FRCNN_OK;
}

frcnn_status frcnn_detector_run(frcnn_detector *detector, const frcnn_image *const *images, size_t n_images,
                                frcnn_result *results)
{
    frcnn_detector_use_threads(detector);
    const frcnn_status status = run_images(detector, images, n_images, results);
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
    frcnn_detector_use_threads(detector);
    FRCNN_TRY(frcnn_model_get_sizes(detector->model, image_height, image_width, &sizes));
    FRCNN_TRY(frcnn_plan_create(&plan, detector->model, 1, sizes.padded_height, sizes.padded_width, 0));
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
