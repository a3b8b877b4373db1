#include "device_arrays.h"

#include <math.h>

#include "cuda_postprocess.h"
#include "golden/seeded.h"

enum { MAX_IMAGES = 3 };

/** Predictions for RoIs of several images. */
typedef struct problem {
    const char *what;
    int n_images, n_rows, n_classes;
    int64_t counts[MAX_IMAGES];
    int max_detections;
    float score_thresh;
    double nms_thresh;
    float side; /* of RoIs, at most */
    float (*get_logit)(uint32_t *seed);
    float (*get_delta)(uint32_t *seed);
} problem;

typedef struct outputs {
    frcnn_detection *detections;
    frcnn_found *found;
} outputs;

/* Few enough values that rows repeat, and with them scores. */
static float coarse_logit(uint32_t *seed)
{
    return (float)(seeded_next(seed) % 4) * 1.5f;
}

static float any_logit(uint32_t *seed)
{
    return seeded_float(seed, -2.0f, 4.0f);
}

static float equal_logit(uint32_t *seed)
{
    (void)seed;
    return 3.0f;
}

static float special(uint32_t *seed)
{
    static const float specials[] = {NAN, INFINITY, -INFINITY, 3e38f, -3e38f, 1e-40f, -0.0f, 0.0f, 1e30f};
    return specials[seeded_next(seed) % (sizeof specials / sizeof *specials)];
}

static float special_logit(uint32_t *seed)
{
    return seeded_next(seed) % 20 == 0 ? special(seed) : coarse_logit(seed);
}

static float any_delta(uint32_t *seed)
{
    return seeded_float(seed, -2.0f, 2.0f);
}

static float no_delta(uint32_t *seed)
{
    (void)seed;
    return 0.0f;
}

static float special_delta(uint32_t *seed)
{
    return seeded_next(seed) % 16 == 0 ? special(seed) : any_delta(seed);
}

static const frcnn_frame frames[MAX_IMAGES] = {
    {NULL, 480, 640, 800, 1066, 1.6}, {NULL, 900, 500, 450, 250, 0.5}, {NULL, 77, 1, 300, 3, 3.9}};

/* By the number of images, and with it the other rules of a family. */
static const frcnn_box_coder coders[MAX_IMAGES] = {FRCNN_CODER_TORCHVISION, FRCNN_CODER_MMDETECTION,
                                                   FRCNN_CODER_PY_FASTER_RCNN};

static frcnn_postprocess_run make_run(const problem *p)
{
    const frcnn_postprocess_run run = {.n = p->n_images,
                                       .n_rows = p->n_rows,
                                       .n_classes = p->n_classes,
                                       .score_thresh = p->score_thresh,
                                       .nms_thresh = p->nms_thresh,
                                       .max_detections = p->max_detections,
                                       .min_size = 1e-2f,
                                       .coder = coders[p->n_images - 1],
                                       .clips_to_image = p->n_images == 2,
                                       .decodes_in_image = p->n_images == 3};
    return run;
}

static size_t get_n_detections(const problem *p)
{
    return (size_t)p->n_images * (size_t)p->max_detections;
}

/* NaN behind an image's count: nobody reads there. The caller frees it. */
static float *make_predictions(const problem *p)
{
    const size_t stride = 5 * (size_t)p->n_classes, n = (size_t)p->n_images * (size_t)p->n_rows;
    float *predictions = malloc((n * stride + 1) * sizeof *predictions);
    uint32_t seed = 41;
    assert_non_null(predictions);
    for (size_t row = 0; row < n; row++) {
        const int is_used = (int64_t)(row % (size_t)p->n_rows) < p->counts[row / (size_t)p->n_rows];
        for (size_t i = 0; i < stride; i++) {
            const float value = i < (size_t)p->n_classes ? p->get_logit(&seed) : p->get_delta(&seed);
            predictions[row * stride + i] = is_used ? value : NAN;
        }
    }
    return predictions;
}

static outputs run_on_cpu(const problem *p, const float *predictions, const float *boxes)
{
    frcnn_postprocess_run run = make_run(p);
    outputs out = {malloc((get_n_detections(p) + 1) * sizeof *out.detections),
                   malloc((size_t)p->n_images * sizeof *out.found)};
    run.workspace = aligned_alloc(64, (frcnn_roi_ops_cpu.get_postprocess_workspace(&run) + 127) / 64 * 64);
    assert_true(out.detections && out.found && run.workspace);
    run.frames = frames;
    run.predictions = predictions;
    run.boxes = boxes;
    run.counts = p->counts;
    run.detections = out.detections;
    run.found = out.found;
    assert_ok(frcnn_roi_ops_cpu.postprocess(&run, NULL));
    free(run.workspace);
    return out;
}

static outputs run_on_device(const problem *p, const float *predictions, const float *boxes, frcnn_stream *stream)
{
    frcnn_postprocess_run run = make_run(p);
    const size_t n = (size_t)p->n_images * (size_t)p->n_rows, found_bytes = (size_t)p->n_images * sizeof *run.found;
    const size_t workspace_bytes = frcnn_postprocess_cuda_get_workspace(&run);
    float *const device_predictions =
        device_copy(stream, predictions, (n * 5 * (size_t)p->n_classes + 1) * sizeof *predictions);
    float *const device_boxes = device_copy(stream, boxes, (n * 4 + 1) * sizeof *boxes);
    frcnn_frame *const device_frames = device_copy(stream, frames, sizeof frames);
    int64_t *const device_counts = device_copy(stream, p->counts, sizeof p->counts);
    run.workspace = device_output(stream, workspace_bytes);
    run.frames = device_frames;
    run.predictions = device_predictions;
    run.boxes = device_boxes;
    run.counts = device_counts;
    run.detections = device_output(stream, get_n_detections(p) * sizeof *run.detections);
    run.found = device_output(stream, found_bytes);
    assert_ok(frcnn_postprocess_cuda(&run, stream));
    const outputs out = {take_output(stream, run.detections, get_n_detections(p) * sizeof *run.detections),
                         take_output(stream, run.found, found_bytes)};
    free(take_output(stream, run.workspace, workspace_bytes));
    device_free(stream, device_predictions);
    device_free(stream, device_boxes);
    device_free(stream, device_frames);
    device_free(stream, device_counts);
    return out;
}

/* A GPU's expf differs from the CPU's in the last bits: by as much of a score, and of a box's size, which its corners lie half
   of from its centre. */
static int is_close(float actual, float expected, float size)
{
    return fabsf(actual - expected) <= 4e-6f * (fabsf(expected) + size) + 1e-30f;
}

static int is_same(const frcnn_detection *actual, const frcnn_detection *expected)
{
    const float size = fabsf(expected->x2 - expected->x1) + fabsf(expected->y2 - expected->y1);
    return actual->class_index == expected->class_index && is_close(actual->score, expected->score, 0.0f) &&
           is_close(actual->x1, expected->x1, size) && is_close(actual->y1, expected->y1, size) &&
           is_close(actual->x2, expected->x2, size) && is_close(actual->y2, expected->y2, size);
}

static void assert_same(const problem *p, const outputs *actual, const outputs *expected)
{
    for (int image = 0; image < p->n_images; image++) {
        const frcnn_found a = actual->found[image], e = expected->found[image];
        if (a.count != e.count || a.is_capped != e.is_capped)
            fail_msg("%s: image %d: expected %d detections, capped %d, found %d, capped %d", p->what, image, e.count,
                     e.is_capped, a.count, a.is_capped);
        for (int i = 0; i < e.count; i++) {
            const frcnn_detection *b = &actual->detections[image * p->max_detections + i];
            const frcnn_detection *d = &expected->detections[image * p->max_detections + i];
            if (!is_same(b, d))
                fail_msg("%s: image %d, detection %d: expected class %d, %.9g, at %.9g %.9g %.9g %.9g, found class %d, "
                         "%.9g, at %.9g %.9g %.9g %.9g",
                         p->what, image, i, d->class_index, (double)d->score, (double)d->x1, (double)d->y1,
                         (double)d->x2, (double)d->y2, b->class_index, (double)b->score, (double)b->x1, (double)b->y1,
                         (double)b->x2, (double)b->y2);
        }
    }
}

/** Returns the number of detections of all images, below 0 where one is capped. */
static int check_runs(problem p, int n_runs)
{
    frcnn_stream *stream = open_stream();
    const size_t n = (size_t)p.n_images * (size_t)p.n_rows;
    float *predictions = make_predictions(&p);
    float *boxes = malloc((n * 4 + 1) * sizeof *boxes);
    int n_detections = 0, is_capped = 0;
    assert_non_null(boxes);
    seeded_boxes(43, 300.0f, p.side, boxes, n);
    outputs expected = run_on_cpu(&p, predictions, boxes);
    for (int i = 0; i < n_runs; i++) {
        begin_run(i);
        outputs actual = run_on_device(&p, predictions, boxes, stream);
        assert_same(&p, &actual, &expected);
        free(actual.detections);
        free(actual.found);
    }
    for (int image = 0; image < p.n_images; image++) {
        n_detections += expected.found[image].count;
        is_capped |= expected.found[image].is_capped;
    }
    free(expected.detections);
    free(expected.found);
    free(predictions);
    free(boxes);
    close_stream(stream);
    return is_capped ? -n_detections : n_detections;
}

static int check(problem p)
{
    return check_runs(p, N_RUNS);
}

static void any_numbers(void **state)
{
    (void)state;
    static const int n_rows[] = {1, 2, 63, 64, 65, 130};
    static const int n_classes[] = {2, 3, 32, 33, 34, 91};
    for (size_t i = 0; i < sizeof n_rows / sizeof *n_rows; i++)
        for (size_t j = 0; j < sizeof n_classes / sizeof *n_classes; j++)
            assert_true(check((problem){"numbers",
                                        1,
                                        n_rows[i],
                                        n_classes[j],
                                        {n_rows[i]},
                                        100,
                                        0.01f,
                                        0.5,
                                        90.0f,
                                        coarse_logit,
                                        any_delta}) != 0);
    assert_int_equal(check((problem){"background alone", 1, 9, 1, {9}, 100, 0.0f, 0.5, 90.0f, any_logit, any_delta}),
                     0);
    assert_int_equal(check((problem){"no RoI", 2, 9, 5, {0, 0}, 100, 0.0f, 0.5, 90.0f, any_logit, any_delta}), 0);
    assert_int_equal(check((problem){"no room", 2, 0, 5, {0, 0}, 100, 0.0f, 0.5, 90.0f, any_logit, any_delta}), 0);
}

static void images(void **state)
{
    (void)state;
    assert_true(check((problem){"images", 3, 100, 6, {100, 0, 37}, 50, 0.05f, 0.5, 90.0f, any_logit, any_delta}) != 0);
    assert_true(
        check((problem){"of one frame", 3, 64, 4, {1, 64, 63}, 50, 0.05f, 0.3, 60.0f, coarse_logit, no_delta}) != 0);
}

/* All classes and RoIs alike: by RoI and then by class. Boxes of different classes don't suppress each other. */
static void ties(void **state)
{
    (void)state;
    assert_true(check((problem){"ties", 2, 130, 5, {130, 64}, 600, 0.05f, 0.5, 40.0f, equal_logit, no_delta}) > 0);
    assert_true(check((problem){"ties, capped", 1, 130, 5, {130}, 61, 0.05f, 0.5, 40.0f, equal_logit, no_delta}) < 0);
    assert_true(
        check((problem){"one on the other", 1, 200, 4, {200}, 9, 0.05f, 0.5, 3000.0f, equal_logit, any_delta}) != 0);
}

/* The last cap that is not reached, and those below; none. */
static void caps(void **state)
{
    (void)state;
    problem p = {"caps", 1, 100, 4, {100}, 1000, 0.3f, 0.5, 90.0f, any_logit, any_delta};
    const int n = check(p);
    assert_true(n > 2);
    p.max_detections = n;
    assert_int_equal(check(p), n);
    p.max_detections = n - 1;
    assert_int_equal(check(p), -(n - 1));
    p.max_detections = 1;
    assert_int_equal(check(p), -1);
    p.max_detections = 0;
    assert_int_equal(check(p), 0);
}

static void thresholds(void **state)
{
    (void)state;
    problem p = {"thresholds", 2, 70, 9, {70, 33}, 100, 0.05f, 0.0, 90.0f, any_logit, any_delta};
    assert_true(check(p) != 0);
    p.nms_thresh = 1.0;
    assert_true(check(p) != 0);
    p.score_thresh = -1.0f;
    assert_true(check(p) < 0);
    p.score_thresh = 1.0f;
    assert_int_equal(check(p), 0);
}

static void special_values(void **state)
{
    (void)state;
    problem p = {"specials", 2, 150, 7, {150, 90}, 200, 0.01f, 0.5, 90.0f, special_logit, special_delta};
    assert_true(check(p) != 0);
    p.get_logit = coarse_logit;
    assert_true(check(p) != 0);
    p.get_logit = special;
    (void)check(p);
}

/* Numbers as detectors have them; then every class of every RoI; then lists longer than what a block sorts within itself. */
static void many(void **state)
{
    (void)state;
    assert_true(check_runs((problem){"usual", 1, 300, 91, {300}, 100, 0.05f, 0.5, 150.0f, any_logit, any_delta}, 1) !=
                0);
    assert_true(check_runs((problem){"all", 1, 300, 21, {300}, 100, 0.0f, 0.5, 150.0f, any_logit, any_delta}, 1) < 0);
    assert_true(check_runs((problem){"long", 1, 2500, 3, {2500}, 300, 0.0f, 0.5, 9.0f, any_logit, any_delta}, 1) < 0);
    assert_true(
        check_runs((problem){"long ties", 1, 2049, 2, {2049}, 5000, 0.0f, 0.5, 9.0f, equal_logit, no_delta}, 1) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_numbers), cmocka_unit_test(images),         cmocka_unit_test(ties), cmocka_unit_test(caps),
        cmocka_unit_test(thresholds),  cmocka_unit_test(special_values), cmocka_unit_test(many),
    };
    return RUN_CUDA_TESTS(tests);
}
