#include "parity/golden_stages.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "detector/taps.h"
#include "tensor/error.h"
#include "tensor/memory.h"

enum { NAME_SIZE = 64 };

typedef struct stage_run {
    parity_report *report;
    frcnn_detector *detector;
    const frcnn_model_info *info;
    const frcnn_image *image;
    const frcnn_checkpoint *golden;
    frcnn_taps *own; /* the whole chain */
    frcnn_taps *fed; /* with the golden's proposals */
} stage_run;

/* A tensor of the golden, which must have this dtype and number of dimensions. */
static frcnn_status get_golden(const frcnn_tensor **out, const stage_run *run, const char *name, frcnn_dtype dtype,
                               int n_dims)
{
    const frcnn_tensor *tensor = frcnn_checkpoint_find(run->golden, name);
    const char *path = frcnn_checkpoint_get_path(run->golden);
    FRCNN_FAIL_IF(tensor == NULL, FRCNN_ERROR_FORMAT, "%s: no tensor %s", path, name);
    FRCNN_FAIL_IF(frcnn_tensor_get_dtype(tensor) != dtype || frcnn_tensor_get_n_dims(tensor) != n_dims,
                  FRCNN_ERROR_FORMAT, "%s: %s: expected %d dimensions of %s, found %d of %s", path, name, n_dims,
                  frcnn_dtype_get_name(dtype), frcnn_tensor_get_n_dims(tensor),
                  frcnn_dtype_get_name(frcnn_tensor_get_dtype(tensor)));
    *out = tensor;
    return FRCNN_OK;
}

static frcnn_status check_index(const stage_run *run, const char *name, const parity_expected *expected)
{
    int64_t n_elements = 1;
    for (int i = 0; i < expected->n_dims; i++)
        FRCNN_FAIL_IF(!frcnn_mul_int64(n_elements, expected->shape[i], &n_elements), FRCNN_ERROR_FORMAT,
                      "%s: %s: the shape overflows", frcnn_checkpoint_get_path(run->golden), name);
    for (int64_t i = 0; i < expected->n_values; i++)
        FRCNN_FAIL_IF(expected->index[i] < 0 || expected->index[i] >= n_elements, FRCNN_ERROR_FORMAT,
                      "%s: %s: index %" PRId64 " is outside the shape", frcnn_checkpoint_get_path(run->golden), name,
                      expected->index[i]);
    return FRCNN_OK;
}

/* What the golden holds of a stage: a whole tensor, or samples. */
static frcnn_status get_expected(parity_expected *out, const stage_run *run, const char *name)
{
    parity_expected expected = {0};
    const frcnn_tensor *whole = frcnn_checkpoint_find(run->golden, name);
    if (whole != NULL) {
        FRCNN_TRY(get_golden(&whole, run, name, FRCNN_F32, frcnn_tensor_get_n_dims(whole)));
        expected.n_dims = frcnn_tensor_get_n_dims(whole);
        memcpy(expected.shape, frcnn_tensor_get_shape(whole), (size_t)expected.n_dims * sizeof *expected.shape);
        expected.n_values = frcnn_tensor_get_n_elements(whole);
        expected.values = frcnn_tensor_get_const_data(whole);
        *out = expected;
        return FRCNN_OK;
    }

    char part[NAME_SIZE + 8];
    const frcnn_tensor *index, *value, *shape;
    snprintf(part, sizeof part, "%s.index", name);
    FRCNN_TRY(get_golden(&index, run, part, FRCNN_I64, 1));
    snprintf(part, sizeof part, "%s.shape", name);
    FRCNN_TRY(get_golden(&shape, run, part, FRCNN_I64, 1));
    snprintf(part, sizeof part, "%s.value", name);
    FRCNN_TRY(get_golden(&value, run, part, FRCNN_F32, 1));
    const int64_t n_dims = frcnn_tensor_get_n_elements(shape);
    FRCNN_FAIL_IF(n_dims > FRCNN_MAX_DIMS || frcnn_tensor_get_n_elements(index) != frcnn_tensor_get_n_elements(value),
                  FRCNN_ERROR_FORMAT, "%s: %s: index, value and shape do not belong together",
                  frcnn_checkpoint_get_path(run->golden), name);
    expected.n_dims = (int)n_dims;
    memcpy(expected.shape, frcnn_tensor_get_const_data(shape), (size_t)n_dims * sizeof *expected.shape);
    expected.n_values = frcnn_tensor_get_n_elements(value);
    expected.values = frcnn_tensor_get_const_data(value);
    expected.index = frcnn_tensor_get_const_data(index);
    FRCNN_TRY(check_index(run, name, &expected));
    *out = expected;
    return FRCNN_OK;
}

/* A row-major copy in the golden's order: NCHW where the tap is NHWC, and no more rows than the golden has. */
static frcnn_status arrange(frcnn_tensor **out, const frcnn_tensor *tap, const parity_expected *expected)
{
    frcnn_tensor *ordered = NULL, *rows = NULL;
    frcnn_status status = FRCNN_OK;
    const int to_nchw[] = {0, 3, 1, 2};
    if (frcnn_tensor_get_n_dims(tap) == 4) {
        FRCNN_TRY_CLEANUP(frcnn_tensor_permute(&ordered, tap, to_nchw));
    } else {
        FRCNN_TRY_CLEANUP(frcnn_tensor_share(&ordered, tap));
    }
    const int64_t n_rows = frcnn_tensor_get_n_dims(ordered) > 0 ? frcnn_tensor_get_shape(ordered)[0] : 0;
    if (expected->n_dims > 0 && expected->shape[0] < n_rows) {
        FRCNN_TRY_CLEANUP(frcnn_tensor_narrow(&rows, ordered, 0, 0, expected->shape[0]));
    } else {
        FRCNN_TRY_CLEANUP(frcnn_tensor_share(&rows, ordered));
    }
    status = frcnn_tensor_cast(out, rows, FRCNN_F32);

cleanup:
    frcnn_tensor_destroy(&rows);
    frcnn_tensor_destroy(&ordered);
    return status;
}

static void compare_tensor(const stage_run *run, const char *name, const parity_expected *expected,
                           const frcnn_tensor *actual, parity_bound bound)
{
    parity_compare_values(run->report, name, expected, frcnn_tensor_get_n_dims(actual), frcnn_tensor_get_shape(actual),
                          frcnn_tensor_get_const_data(actual), bound);
}

/* The tap of a golden's name: the golden calls the last RPN level "pool", the taps of the RPN number it. */
static void get_tap_name(char tap[NAME_SIZE], const stage_run *run, const char *name)
{
    const char *pool = strstr(name, ".pool");
    if (strncmp(name, "rpn.", 4) == 0 && pool != NULL) {
        snprintf(tap, NAME_SIZE, "%.*s.%d", (int)(pool - name), name, run->info->settings->n_levels - 1);
    } else {
        snprintf(tap, NAME_SIZE, "%s", name);
    }
}

static frcnn_status compare_activation(const stage_run *run, const frcnn_taps *taps, const char *name,
                                       parity_bound bound)
{
    char tap_name[NAME_SIZE];
    get_tap_name(tap_name, run, name);
    parity_expected expected;
    FRCNN_TRY(get_expected(&expected, run, name));
    frcnn_tensor *tap = NULL, *actual = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_taps_read(taps, tap_name, &tap));
    FRCNN_TRY_CLEANUP(arrange(&actual, tap, &expected));
    compare_tensor(run, name, &expected, actual, bound);

cleanup:
    frcnn_tensor_destroy(&actual);
    frcnn_tensor_destroy(&tap);
    return status;
}

/* All anchors, or the first or last of them. */
static frcnn_status compare_anchors(const stage_run *run, const char *name)
{
    parity_expected expected;
    FRCNN_TRY(get_expected(&expected, run, name));
    frcnn_tensor *tap = NULL, *actual = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_taps_read(run->own, "anchors", &tap));
    const int64_t n_anchors = frcnn_tensor_get_shape(tap)[0];
    const int64_t n_wanted =
        strcmp(name, "anchors") == 0 || expected.shape[0] > n_anchors ? n_anchors : expected.shape[0];
    const int64_t start = strcmp(name, "anchors.last") == 0 ? n_anchors - n_wanted : 0;
    FRCNN_TRY_CLEANUP(frcnn_tensor_narrow(&actual, tap, 0, start, n_wanted));
    compare_tensor(run, name, &expected, actual, PARITY_ANCHOR);

cleanup:
    frcnn_tensor_destroy(&actual);
    frcnn_tensor_destroy(&tap);
    return status;
}

static frcnn_status get_golden_proposals(parity_boxes *out, const stage_run *run)
{
    const frcnn_tensor *boxes, *scores;
    FRCNN_TRY(get_golden(&boxes, run, "proposals.boxes", FRCNN_F32, 2));
    FRCNN_TRY(get_golden(&scores, run, "proposals.scores", FRCNN_F32, 1));
    const int64_t n = frcnn_tensor_get_n_elements(scores);
    FRCNN_FAIL_IF(frcnn_tensor_get_n_elements(boxes) != 4 * n, FRCNN_ERROR_FORMAT,
                  "%s: proposals: %lld scores, not as many boxes", frcnn_checkpoint_get_path(run->golden),
                  (long long)n);
    *out = (parity_boxes){n, frcnn_tensor_get_const_data(boxes), frcnn_tensor_get_const_data(scores), NULL};
    return FRCNN_OK;
}

static frcnn_status compare_proposals(const stage_run *run)
{
    parity_boxes expected;
    FRCNN_TRY(get_golden_proposals(&expected, run));
    frcnn_tensor *boxes = NULL, *scores = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_taps_read(run->own, "proposals.boxes", &boxes));
    FRCNN_TRY_CLEANUP(frcnn_taps_read(run->own, "proposals.scores", &scores));
    const parity_boxes actual = {frcnn_tensor_get_n_elements(scores), frcnn_tensor_get_const_data(boxes),
                                 frcnn_tensor_get_const_data(scores), NULL};
    status = parity_compare_proposals(run->report, "proposals", &expected, &actual, PARITY_SCORE);

cleanup:
    frcnn_tensor_destroy(&scores);
    frcnn_tensor_destroy(&boxes);
    return status;
}

/* The detections as arrays; the golden's label 1 is the first class. */
typedef struct found {
    float *boxes;
    float *scores;
    int64_t *labels;
} found;

static void found_deinit(found *f)
{
    frcnn_free(f->boxes);
    frcnn_free(f->scores);
    frcnn_free(f->labels);
}

static frcnn_status found_init(found *out, const frcnn_result *result)
{
    found f = {0};
    frcnn_status status = FRCNN_OK;
    void *block = NULL;
    FRCNN_TRY_CLEANUP(frcnn_alloc(&block, result->count, 4 * sizeof *f.boxes, "boxes"));
    f.boxes = block;
    FRCNN_TRY_CLEANUP(frcnn_alloc(&block, result->count, sizeof *f.scores, "scores"));
    f.scores = block;
    FRCNN_TRY_CLEANUP(frcnn_alloc(&block, result->count, sizeof *f.labels, "labels"));
    f.labels = block;
    for (size_t i = 0; i < result->count; i++) {
        const frcnn_detection *detection = &result->detections[i];
        f.boxes[4 * i] = detection->x1;
        f.boxes[4 * i + 1] = detection->y1;
        f.boxes[4 * i + 2] = detection->x2;
        f.boxes[4 * i + 3] = detection->y2;
        f.scores[i] = detection->score;
        f.labels[i] = detection->class_index + 1;
    }
    *out = f;
    return FRCNN_OK;

cleanup:
    found_deinit(&f);
    return status;
}

static frcnn_status compare_detections(const stage_run *run)
{
    const frcnn_tensor *boxes, *scores, *labels;
    FRCNN_TRY(get_golden(&boxes, run, "boxes", FRCNN_F32, 2));
    FRCNN_TRY(get_golden(&scores, run, "scores", FRCNN_F32, 1));
    FRCNN_TRY(get_golden(&labels, run, "labels", FRCNN_I64, 1));
    const parity_boxes expected = {frcnn_tensor_get_n_elements(scores), frcnn_tensor_get_const_data(boxes),
                                   frcnn_tensor_get_const_data(scores), frcnn_tensor_get_const_data(labels)};
    frcnn_result result = {0};
    found f = {0};
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_detector_run(run->detector, &run->image, 1, &result));
    FRCNN_TRY_CLEANUP(found_init(&f, &result));
    int is_ordered = 1;
    for (size_t i = 1; i < result.count; i++) is_ordered &= f.scores[i] <= f.scores[i - 1];
    parity_record(run->report, "order", is_ordered, "highest score first");
    const parity_boxes actual = {(int64_t)result.count, f.boxes, f.scores, f.labels};
    const frcnn_settings *settings = run->info->settings;
    status = parity_compare_detections(run->report, "detections", &expected, &actual,
                                       (double)settings->box_score_thresh, settings->box_detections_per_img);

cleanup:
    found_deinit(&f);
    frcnn_result_deinit(&result);
    return status;
}

static int starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static frcnn_status compare_stage(const stage_run *run, const char *name)
{
    if (strcmp(name, "transform") == 0) {
        /* Bytes that are not divided by 255 are so much larger, and with them their last bits. */
        const parity_bound of_bytes = {PARITY_ABSOLUTE, 255.0 * PARITY_TRANSFORM.limit};
        return compare_activation(run, run->own, name, run->info->is_unit_range ? PARITY_TRANSFORM : of_bytes);
    }
    if (starts_with(name, "body.") || starts_with(name, "fpn.") || starts_with(name, "rpn."))
        return compare_activation(run, run->own, name, PARITY_ACTIVATION);
    if (starts_with(name, "anchors")) return compare_anchors(run, name);
    if (starts_with(name, "roi.")) return compare_activation(run, run->fed, name, PARITY_ACTIVATION);
    if (strcmp(name, "proposals.boxes") == 0) return compare_proposals(run);
    if (strcmp(name, "boxes") == 0) return compare_detections(run);
    return frcnn_fail(FRCNN_ERROR_FORMAT, "%s: %s is no stage", frcnn_checkpoint_get_path(run->golden), name);
}

/* 1 for a tensor that is read together with another one. */
static int is_companion(const char *name)
{
    const char *dot = strrchr(name, '.');
    return strcmp(name, "proposals.scores") == 0 || strcmp(name, "scores") == 0 || strcmp(name, "labels") == 0 ||
           (dot != NULL && (strcmp(dot, ".value") == 0 || strcmp(dot, ".shape") == 0));
}

static frcnn_status compare_stages(const stage_run *run)
{
    /* In the order of the stages, so that the first line that fails is where they part. */
    static const char *const groups[] = {"transform", "body.", "fpn.", "rpn.", "anchors", "proposals.", "roi.", ""};
    const size_t n_groups = sizeof groups / sizeof *groups;
    for (size_t g = 0; g < n_groups; g++) {
        for (size_t i = 0; i < frcnn_checkpoint_get_count(run->golden); i++) {
            const char *full_name = frcnn_checkpoint_get_name(run->golden, i);
            size_t group = 0;
            while (!starts_with(full_name, groups[group])) group++;
            if (group != g || is_companion(full_name)) continue;
            char name[NAME_SIZE];
            snprintf(name, sizeof name, "%s", full_name);
            char *dot = strrchr(name, '.');
            if (dot != NULL && strcmp(dot, ".index") == 0) *dot = '\0';
            FRCNN_TRY(compare_stage(run, name));
        }
    }
    return FRCNN_OK;
}

frcnn_status parity_compare_stages(parity_report *report, frcnn_detector *detector, const frcnn_model_info *info,
                                   const frcnn_image *image, const frcnn_checkpoint *golden)
{
    stage_run run = {report, detector, info, image, golden, NULL, NULL};
    parity_boxes proposals = {0};
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY(get_golden_proposals(&proposals, &run));
    FRCNN_TRY_CLEANUP(frcnn_taps_create(&run.own, detector, image, NULL, 0));
    FRCNN_TRY_CLEANUP(frcnn_taps_create(&run.fed, detector, image, proposals.boxes, proposals.n));
    status = compare_stages(&run);

cleanup:
    frcnn_taps_destroy(&run.own);
    frcnn_taps_destroy(&run.fed);
    return status;
}
