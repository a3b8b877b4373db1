#include "detector/taps.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "detector/detector_type.h"
#include "tensor/error.h"
#include "tensor/memory.h"

struct frcnn_taps {
    const frcnn_executor *executor;
    frcnn_plan *plan;
    frcnn_plan_memory memory;
    int64_t count; /* of proposals */
    frcnn_result result;
};

/* Columns [first, first + count) of the last dimension of a value. */
typedef struct tap {
    char value[FRCNN_GRAPH_NAME];
    int64_t first, count;
} tap;

/* Logits and deltas of RPN and box head are computed as one; here they are told apart again. */
static tap find_tap(const frcnn_model *model, const char *name)
{
    const int64_t a = model->rpn_head.n_anchors, k = model->box_head.n_classes;
    tap t = {"", 0, 0};
    int level = 0;
    if (sscanf(name, "rpn.logits.%d", &level) == 1 || sscanf(name, "rpn.deltas.%d", &level) == 1) {
        const int is_delta = strncmp(name, "rpn.deltas", 10) == 0;
        snprintf(t.value, sizeof t.value, "rpn.%d", level);
        t.first = is_delta ? a : 0;
        t.count = is_delta ? 4 * a : a;
    } else if (strcmp(name, "roi.class_logits") == 0 || strcmp(name, "roi.box_deltas") == 0) {
        const int is_delta = strcmp(name, "roi.box_deltas") == 0;
        snprintf(t.value, sizeof t.value, "roi.predictor");
        t.first = is_delta ? k : 0;
        t.count = is_delta ? 4 * k : k;
    } else {
        snprintf(t.value, sizeof t.value, "%s", name);
    }
    return t;
}

/* bytes of the device's memory, when all work on it is done. */
static frcnn_status download(const frcnn_executor *executor, void *dst, const void *src, size_t bytes)
{
    FRCNN_TRY(executor->backend->stream->download(executor->stream, dst, src, bytes));
    return executor->backend->stream->wait(executor->stream);
}

static const char *get_value(const frcnn_taps *taps, int value)
{
    return (const char *)taps->memory.arena + taps->plan->offsets[value];
}

static frcnn_status copy_anchors(const frcnn_taps *taps, frcnn_tensor **out)
{
    const frcnn_plan *plan = taps->plan;
    const int64_t shape[] = {plan->sizes.n_anchors, 4};
    FRCNN_TRY(frcnn_tensor_create(out, FRCNN_F32, 2, shape));
    return download(taps->executor, frcnn_tensor_get_data(*out), plan->anchors, frcnn_plan_get_anchors_bytes(plan));
}

/* The first n of a value's outermost dimension, on the CPU. */
static frcnn_status copy_value(const frcnn_taps *taps, int index, int64_t n, frcnn_tensor **out)
{
    const frcnn_value *value = &taps->plan->graph.values[index];
    const int64_t shape[] = {n, value->h, value->w, value->c};
    frcnn_tensor *copied = NULL;
    FRCNN_TRY(frcnn_tensor_create(&copied, value->dtype, 4, shape));
    const size_t bytes = value->bytes / (size_t)value->n * (size_t)n;
    frcnn_status status = download(taps->executor, frcnn_tensor_get_data(copied), get_value(taps, index), bytes);
    const frcnn_dtype dtype = value->dtype == FRCNN_I64 ? FRCNN_I64 : FRCNN_F32;
    if (status == FRCNN_OK) status = frcnn_tensor_cast(out, copied, dtype);
    frcnn_tensor_destroy(&copied);
    return status;
}

/* Columns of a value as a tensor of n_dims. */
static frcnn_status copy_columns(const frcnn_tensor *whole, const tap *t, int n_dims, frcnn_tensor **out)
{
    int64_t shape[] = {frcnn_tensor_get_shape(whole)[0], t->count, 0, 0};
    frcnn_tensor *columns = NULL, *shaped = NULL;
    if (n_dims == 4) memcpy(shape, frcnn_tensor_get_shape(whole), 3 * sizeof shape[0]);
    shape[n_dims - 1] = n_dims == 1 ? shape[0] : t->count;
    FRCNN_TRY(frcnn_tensor_narrow(&columns, whole, 3, t->first, t->count));
    frcnn_status status = frcnn_tensor_reshape(&shaped, columns, n_dims, shape);
    if (status == FRCNN_OK) status = frcnn_tensor_contiguous(out, shaped);
    frcnn_tensor_destroy(&columns);
    frcnn_tensor_destroy(&shaped);
    return status;
}

frcnn_status frcnn_taps_read(const frcnn_taps *taps, const char *name, frcnn_tensor **out)
{
    const frcnn_plan *plan = taps->plan;
    if (strcmp(name, "anchors") == 0) return copy_anchors(taps, out);
    tap t = find_tap(plan->model, name);
    int index = 0;
    while (index < plan->graph.n_values && strcmp(plan->graph.values[index].name, t.value) != 0) index++;
    FRCNN_FAIL_IF(t.value[0] == '\0' || index == plan->graph.n_values, FRCNN_ERROR_INVALID, "no value is named %s",
                  name);
    const frcnn_value *value = &plan->graph.values[index];
    if (t.count == 0) t.count = value->c;
    /* Values per proposal have room for more rows than there are proposals. */
    const int is_row = value->n != plan->n;
    const int is_map = value->h * value->w > 1 || !is_row;
    const int is_list = strcmp(name, "proposals.scores") == 0 || strcmp(name, "proposals.anchors") == 0;
    frcnn_tensor *whole = NULL;
    FRCNN_TRY(copy_value(taps, index, is_row ? taps->count : value->n, &whole));
    const frcnn_status status = copy_columns(whole, &t, is_map ? 4 : is_list ? 1 : 2, out);
    frcnn_tensor_destroy(&whole);
    return status;
}

static frcnn_status run_taps(frcnn_taps *taps, frcnn_detector *detector, const frcnn_image *image,
                             const frcnn_plan_rois *rois)
{
    const frcnn_model *model = detector->model;
    frcnn_model_sizes sizes;
    void *detections = NULL;
    FRCNN_TRY(frcnn_detector_enter(detector));
    FRCNN_TRY(frcnn_model_get_sizes(model, frcnn_image_get_height(image), frcnn_image_get_width(image), &sizes));
    const frcnn_plan_input input = {image, sizes.resized_height, sizes.resized_width};
    FRCNN_TRY(frcnn_plan_create(&taps->plan, model, taps->executor, 1, sizes.padded_height, sizes.padded_width, 1));
    FRCNN_TRY(frcnn_plan_prepare(taps->plan));
    FRCNN_TRY(frcnn_plan_reserve(taps->plan, &taps->memory, &input));
    FRCNN_TRY(frcnn_alloc(&detections, (size_t)model->settings.box_detections_per_img, sizeof *taps->result.detections,
                          "detections"));
    taps->result.detections = detections;
    FRCNN_TRY(frcnn_plan_run(taps->plan, &taps->memory, &input, rois, &taps->result));
    return download(taps->executor, &taps->count, get_value(taps, taps->plan->counts), sizeof taps->count);
}

frcnn_status frcnn_taps_create(frcnn_taps **out, frcnn_detector *detector, const frcnn_image *image, const float *rois,
                               int64_t n)
{
    const int64_t max_rois = detector->model->settings.rpn_post_nms_top_n;
    const frcnn_plan_rois given = {rois, n};
    void *block = NULL;
    FRCNN_FAIL_IF(rois != NULL && (n < 0 || n > max_rois), FRCNN_ERROR_INVALID,
                  "expected at most %" PRId64 " rois, found %" PRId64, max_rois, n);
    FRCNN_TRY(frcnn_alloc_zeroed(&block, 1, sizeof(frcnn_taps), "taps"));
    frcnn_taps *taps = block;
    taps->executor = &detector->executor;
    const frcnn_status status = run_taps(taps, detector, image, rois != NULL ? &given : NULL);
    if (status != FRCNN_OK)
        frcnn_taps_destroy(&taps);
    else
        *out = taps;
    return status;
}

frcnn_status frcnn_detector_get_proposals(frcnn_detector *detector, const frcnn_image *image, frcnn_proposals *out)
{
    frcnn_taps *taps = NULL;
    frcnn_proposals found = {0};
    frcnn_status status = frcnn_taps_create(&taps, detector, image, NULL, 0);
    if (status == FRCNN_OK) status = frcnn_taps_read(taps, "proposals.boxes", &found.boxes);
    if (status == FRCNN_OK) status = frcnn_taps_read(taps, "proposals.scores", &found.scores);
    if (status == FRCNN_OK) status = frcnn_taps_read(taps, "proposals.anchors", &found.anchors);
    frcnn_taps_destroy(&taps);
    if (status == FRCNN_OK)
        *out = found;
    else
        frcnn_proposals_deinit(&found);
    return status;
}

void frcnn_proposals_deinit(frcnn_proposals *proposals)
{
    frcnn_tensor_destroy(&proposals->boxes);
    frcnn_tensor_destroy(&proposals->scores);
    frcnn_tensor_destroy(&proposals->anchors);
}

void frcnn_taps_destroy(frcnn_taps **handle)
{
    frcnn_taps *taps = *handle;
    if (taps == NULL) return;
    frcnn_result_deinit(&taps->result);
    frcnn_plan_memory_free(&taps->memory, taps->executor);
    frcnn_plan_destroy(&taps->plan);
    frcnn_free(taps);
    *handle = NULL;
}
