/* Models of Detectron2 and mmdetection on the pictures of tests/golden/pictures, stage by stage, against what these programs
   computed with the same files (tests/golden/detectron2, mmdetection). The bounds are those of their READMEs. */
#include "support.h"

#include <math.h>
#include <stdlib.h>

#include "detector/taps.h"
#include "frcnn/frcnn.h"
#include "parity/compare.h"
#include "roi/level_mapper_body.h"

#define GOLDEN_DIR FRCNN_SOURCE_DIR "/tests/golden/"

enum { PATH_SIZE = 4096, NAME_SIZE = 64, MAX_LEVELS = 5, N_STAGES = 4 };

/* What a golden calls things. */
typedef struct golden_model {
    const char *family, *file, *golden;
    const char *stages[N_STAGES]; /* outputs of the body, one for each map */
    const char *levels[MAX_LEVELS];
    int n_levels, n_maps; /* of them, maps that RoIs are pooled from */
    const char *proposal_scores;
    frcnn_level_rule level_rule;
    double proposal_score_bound;
} golden_model;

#define DETECTRON2_FPN(name, suffix)                                                                                   \
    {                                                                                                                  \
        "detectron2", name suffix, name, {"res2", "res3", "res4", "res5"}, {"p2", "p3", "p4", "p5", "p6"}, 5, 4,       \
            "proposals.logits", FRCNN_LEVELS_DETECTRON2, 1e-3                                                          \
    }
#define MMDETECTION_FPN(name)                                                                                          \
    {                                                                                                                  \
        "mmdetection", name ".pth", name, {"c2", "c3", "c4", "c5"}, {"p2", "p3", "p4", "p5", "p6"}, 5, 4,              \
            "proposals.scores", FRCNN_LEVELS_MMDETECTION, 1e-4                                                         \
    }

static const golden_model fpn = DETECTRON2_FPN("fpn", ".pkl");
static const golden_model fpn_pth = DETECTRON2_FPN("fpn", ".pth");
static const golden_model fpn_x = DETECTRON2_FPN("fpn_x", ".pkl");
static const golden_model r50_fpn = MMDETECTION_FPN("r50_fpn");
static const golden_model r50_caffe_fpn = MMDETECTION_FPN("r50_caffe_fpn");

static const golden_model c4 = {
    "detectron2", "c4.pkl", "c4", {"res4"}, {"res4"}, 1, 1, "proposals.logits", FRCNN_LEVELS_DETECTRON2, 1e-3};
static const golden_model dc5 = {
    "detectron2", "dc5.pkl", "dc5", {"res5"}, {"res5"}, 1, 1, "proposals.logits", FRCNN_LEVELS_DETECTRON2, 1e-3};

/* One picture through one model. */
typedef struct run {
    const golden_model *from;
    frcnn_model *model;
    frcnn_detector *detector;
    frcnn_image *image;
    frcnn_checkpoint *golden;
    frcnn_taps *own, *fed; /* the whole chain, and with the golden's proposals */
} run;

static const frcnn_tensor *find(const run *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static const frcnn_tensor *find(const run *r, const char *format, ...)
{
    char name[NAME_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(name, sizeof name, format, arguments);
    va_end(arguments);
    return frcnn_checkpoint_find(r->golden, name);
}

static const frcnn_tensor *get(const run *r, const char *name)
{
    const frcnn_tensor *tensor = find(r, "%s", name);
    if (tensor == NULL) fail_msg("the golden has no %s", name);
    return tensor;
}

static const float *get_floats(const run *r, const char *name)
{
    const frcnn_tensor *tensor = get(r, name);
    assert_int_equal(frcnn_tensor_get_dtype(tensor), FRCNN_F32);
    return frcnn_tensor_get_const_data(tensor);
}

static int64_t get_count(const run *r, const char *name)
{
    return frcnn_tensor_get_shape(get(r, name))[0];
}

static frcnn_tensor *read_tap(const frcnn_taps *taps, const char *name)
{
    frcnn_tensor *tap = NULL;
    assert_ok(frcnn_taps_read(taps, name, &tap));
    return tap;
}

/* The same of a map, NCHW. */
static frcnn_tensor *read_nchw(const frcnn_taps *taps, const char *name)
{
    static const int order[] = {0, 3, 1, 2};
    frcnn_tensor *tap = read_tap(taps, name), *view = NULL, *copy = NULL;
    assert_ok(frcnn_tensor_permute(&view, tap, order));
    assert_ok(frcnn_tensor_contiguous(&copy, view));
    frcnn_tensor_destroy(&view);
    frcnn_tensor_destroy(&tap);
    return copy;
}

static void check_values(const char *what, const float *expected, const float *found, int64_t n, double bound)
{
    for (int64_t i = 0; i < n; i++)
        if (!(fabs((double)expected[i] - (double)found[i]) <= bound))
            fail_msg("%s at %lld: expected %.9g, found %.9g", what, (long long)i, (double)expected[i],
                     (double)found[i]);
}

/* The golden's map, where it has it, against the tap of another name. */
static void check_map(const run *r, const char *name, const char *tap_name, double bound)
{
    const frcnn_tensor *expected = find(r, "%s", name);
    if (expected == NULL) return;
    frcnn_tensor *found = read_nchw(r->own, tap_name);
    for (int d = 0; d < 4; d++) assert_int_equal(frcnn_tensor_get_shape(found)[d], frcnn_tensor_get_shape(expected)[d]);
    check_values(name, frcnn_tensor_get_const_data(expected), frcnn_tensor_get_const_data(found),
                 frcnn_tensor_get_n_elements(expected), bound);
    frcnn_tensor_destroy(&found);
}

/* ---- stages ---- */

/* The resized bytes, which are blue, green and red, are what the transform has normalised. */
static void check_bytes(const run *r)
{
    const frcnn_tensor *bytes = find(r, "image.u8");
    if (bytes == NULL) return;
    const frcnn_settings *settings = frcnn_model_get_info(r->model)->settings;
    const int64_t height = frcnn_tensor_get_shape(bytes)[0], width = frcnn_tensor_get_shape(bytes)[1];
    const int is_bgr = strcmp(settings->order, "bgr") == 0;
    const uint8_t *expected = frcnn_tensor_get_const_data(bytes);
    frcnn_tensor *found = read_tap(r->own, "transform");
    const float *values = frcnn_tensor_get_const_data(found);
    const int64_t padded_width = frcnn_tensor_get_shape(found)[2];
    for (int64_t y = 0; y < height; y++)
        for (int64_t x = 0; x < width; x++)
            for (int c = 0; c < 3; c++) {
                const uint8_t byte = expected[(y * width + x) * 3 + (is_bgr ? c : 2 - c)];
                const float value = ((float)byte - settings->mean[c]) / settings->std[c];
                if (values[(y * padded_width + x) * 3 + c] != value)
                    fail_msg("pixel (%d, %d), channel %d: expected %d", (int)y, (int)x, c, byte);
            }
    frcnn_tensor_destroy(&found);
}

static void check_maps(const run *r)
{
    char name[NAME_SIZE], tap[NAME_SIZE];
    check_map(r, "input", "transform", 0.0);
    check_map(r, "stem", "body.stem", 1e-4);
    for (int i = 0; i < r->from->n_maps; i++) {
        snprintf(tap, sizeof tap, "body.%d", i);
        check_map(r, r->from->stages[i], tap, 1e-4);
    }
    for (int i = 0; i < r->from->n_levels; i++) {
        const int is_pool = i == r->from->n_maps;
        snprintf(tap, sizeof tap, is_pool ? "fpn.pool" : "fpn.%d", i);
        if (r->from->n_levels > 1) check_map(r, r->from->levels[i], tap, 1e-4);
        snprintf(name, sizeof name, "rpn.logits.%s", r->from->levels[i]);
        snprintf(tap, sizeof tap, "rpn.logits.%d", i);
        check_map(r, name, tap, 1e-4);
        snprintf(name, sizeof name, "rpn.deltas.%s", r->from->levels[i]);
        snprintf(tap, sizeof tap, "rpn.deltas.%d", i);
        check_map(r, name, tap, 1e-4);
    }
}

/* The first of each level, and the last, to the bit. */
static void check_anchors(const run *r)
{
    enum { N_ENDS = 8 };
    frcnn_model_sizes sizes;
    assert_ok(
        frcnn_model_get_sizes(r->model, frcnn_image_get_height(r->image), frcnn_image_get_width(r->image), &sizes));
    frcnn_tensor *tap = read_tap(r->own, "anchors");
    const float *anchors = frcnn_tensor_get_const_data(tap);
    const int n_per_cell = frcnn_model_get_info(r->model)->n_anchors_per_cell;
    for (int i = 0; i < r->from->n_levels && find(r, "anchors.base.%s", r->from->levels[i]) != NULL; i++) {
        const int64_t n = (int64_t)sizes.grid_height[i] * sizes.grid_width[i] * n_per_cell;
        const char *level = r->from->levels[i];
        const size_t ends = N_ENDS * 4 * sizeof *anchors;
        assert_memory_equal(frcnn_tensor_get_const_data(find(r, "anchors.base.%s", level)), anchors,
                            (size_t)n_per_cell * 4 * sizeof *anchors);
        assert_memory_equal(frcnn_tensor_get_const_data(find(r, "anchors.first.%s", level)), anchors, ends);
        anchors += 4 * n;
        assert_memory_equal(frcnn_tensor_get_const_data(find(r, "anchors.last.%s", level)), anchors - 4 * N_ENDS, ends);
    }
    frcnn_tensor_destroy(&tap);
}

static void check_proposals(const run *r)
{
    const char *scores_name = r->from->proposal_scores;
    const parity_boxes expected = {get_count(r, scores_name), get_floats(r, "proposals.boxes"),
                                   get_floats(r, scores_name), NULL};
    frcnn_tensor *boxes = read_tap(r->own, "proposals.boxes"), *scores = read_tap(r->own, "proposals.scores");
    const parity_boxes found = {frcnn_tensor_get_n_elements(scores), frcnn_tensor_get_const_data(boxes),
                                frcnn_tensor_get_const_data(scores), NULL};
    parity_report report = {.stream = stderr};
    assert_ok(parity_compare_proposals(&report, "proposals", &expected, &found, r->from->proposal_score_bound));
    assert_int_equal(report.n_failures, 0);
    frcnn_tensor_destroy(&boxes);
    frcnn_tensor_destroy(&scores);
}

static void check_levels(const run *r)
{
    const frcnn_tensor *levels = find(r, "roi.level");
    if (levels == NULL) return;
    const int64_t *expected = frcnn_tensor_get_const_data(levels);
    const float *boxes = get_floats(r, "proposals.boxes");
    for (int64_t i = 0; i < frcnn_tensor_get_n_elements(levels); i++)
        assert_int_equal(frcnn_roi_get_level(boxes + 4 * i, r->from->level_rule, 2, 5) - 2, expected[i]);
}

/* The first rows, or those that the golden names. */
static void check_pooled(const run *r, const char *name, const char *tap_name)
{
    const frcnn_tensor *expected = find(r, "%s", name), *sample = find(r, "roi.sample");
    if (expected == NULL) return;
    const int64_t n = frcnn_tensor_get_shape(expected)[0], size = frcnn_tensor_get_n_elements(expected) / n;
    const int64_t *rows = sample != NULL ? frcnn_tensor_get_const_data(sample) : NULL;
    const float *values = frcnn_tensor_get_const_data(expected);
    frcnn_tensor *found = read_nchw(r->fed, tap_name);
    const float *all = frcnn_tensor_get_const_data(found);
    for (int64_t i = 0; i < n; i++)
        check_values(name, values + i * size, all + (rows != NULL ? rows[i] : i) * size, size, 1e-4);
    frcnn_tensor_destroy(&found);
}

/* Here the background comes first, there last; here it has deltas too, of 0. */
static void check_predictions(const run *r)
{
    if (find(r, "roi.scores") == NULL) return;
    const int64_t n = get_count(r, "roi.scores"), k = frcnn_tensor_get_shape(get(r, "roi.scores"))[1];
    const float *scores = get_floats(r, "roi.scores"), *deltas = get_floats(r, "roi.deltas");
    frcnn_tensor *head = read_tap(r->fed, "roi.head");
    frcnn_tensor *logits = read_tap(r->fed, "roi.class_logits"), *own = read_tap(r->fed, "roi.box_deltas");
    check_values("roi.head", get_floats(r, "roi.head"), frcnn_tensor_get_const_data(head),
                 frcnn_tensor_get_n_elements(get(r, "roi.head")), 1e-3);
    for (int64_t i = 0; i < n; i++) {
        const float *row = (const float *)frcnn_tensor_get_const_data(logits) + i * k;
        const float *own_deltas = (const float *)frcnn_tensor_get_const_data(own) + 4 * i * k;
        check_values("roi.scores", scores + i * k, row + 1, k - 1, 1e-3);
        check_values("roi.scores of the background", scores + i * k + k - 1, row, 1, 1e-3);
        check_values("roi.deltas", deltas + 4 * i * (k - 1), own_deltas + 4, 4 * (k - 1), 1e-3);
        for (int c = 0; c < 4; c++) assert_true(own_deltas[c] == 0.0f);
    }
    frcnn_tensor_destroy(&head);
    frcnn_tensor_destroy(&logits);
    frcnn_tensor_destroy(&own);
}

static void check_detections(const run *r)
{
    const int64_t n = get_count(r, "detections.scores");
    const int64_t *classes = frcnn_tensor_get_const_data(get(r, "detections.classes"));
    const float *boxes = get_floats(r, "detections.boxes"), *scores = get_floats(r, "detections.scores");
    const frcnn_image *image = r->image;
    frcnn_result result = {0};
    assert_ok(frcnn_detector_run(r->detector, &image, 1, &result));
    assert_int_equal(result.count, n);
    for (int64_t i = 0; i < n; i++) {
        const frcnn_detection *d = &result.detections[i];
        const float box[4] = {d->x1, d->y1, d->x2, d->y2};
        assert_int_equal(d->class_index, classes[i]);
        check_values("detections.boxes", boxes + 4 * i, box, 4, 0.02);
        check_values("detections.scores", scores + i, &d->score, 1, 5e-4);
    }
    frcnn_result_deinit(&result);
}

/* ---- pictures ---- */

/* The pictures are small: the models run at 120/200, "large" as it is. */
static void open_run(run *r, const golden_model *from, const char *picture)
{
    char path[PATH_SIZE], stem[NAME_SIZE];
    const int is_large = strncmp(picture, "large", 5) == 0;
    frcnn_model_options options;
    frcnn_model_options_default(&options);
    options.min_size = is_large ? 480 : 120;
    options.max_size = is_large ? 640 : 200;
    *r = (run){.from = from};
    snprintf(path, sizeof path, GOLDEN_DIR "%s/%s", from->family, from->file);
    assert_ok(frcnn_model_open(&r->model, path, &options));
    assert_ok(frcnn_detector_create(&r->detector, r->model, NULL));
    snprintf(path, sizeof path, GOLDEN_DIR "pictures/%s", picture);
    assert_ok(frcnn_image_open(&r->image, path, NULL));
    snprintf(stem, sizeof stem, "%.*s", (int)strcspn(picture, "."), picture);
    snprintf(path, sizeof path, GOLDEN_DIR "%s/%s_%s.safetensors", from->family, from->golden, stem);
    assert_ok(frcnn_checkpoint_open(&r->golden, path));
    assert_ok(frcnn_taps_create(&r->own, r->detector, r->image, NULL, 0));
    assert_ok(frcnn_taps_create(&r->fed, r->detector, r->image, get_floats(r, "proposals.boxes"),
                                get_count(r, "proposals.boxes")));
}

static void close_run(run *r)
{
    frcnn_taps_destroy(&r->own);
    frcnn_taps_destroy(&r->fed);
    frcnn_checkpoint_close(&r->golden);
    frcnn_image_destroy(&r->image);
    frcnn_detector_destroy(&r->detector);
    frcnn_model_destroy(&r->model);
}

static void check(const golden_model *from, const char *picture)
{
    run r;
    open_run(&r, from, picture);
    check_bytes(&r);
    check_maps(&r);
    check_anchors(&r);
    check_proposals(&r);
    check_levels(&r);
    check_pooled(&r, "roi.pooled", "roi.pooled");
    check_pooled(&r, "roi.res5", "roi.res5");
    check_predictions(&r);
    check_detections(&r);
    close_run(&r);
}

/* The JPEG's pixels are libjpeg's. */
static int reads_jpeg_alike(void)
{
    return strstr(frcnn_image_get_decoders(), "libjpeg") != NULL;
}

static void detectron2_fpn(void **state)
{
    (void)state;
    check(&fpn, "landscape.png");
    check(&fpn, "portrait.png");
    check(&fpn, "large.png");
    if (reads_jpeg_alike()) check(&fpn, "portrait_exif6.jpg");
}

/* What the trainer saves, with its optimizer's state. */
static void detectron2_trainer_file(void **state)
{
    (void)state;
    check(&fpn_pth, "landscape.png");
}

/* Groups, strides in the 3x3 convolutions, 80 classes, 300 proposals (fpn_x.pkl.json). */
static void detectron2_resnext_fpn(void **state)
{
    (void)state;
    check(&fpn_x, "landscape.png");
    check(&fpn_x, "portrait.png");
}

/* The fifth stage is in the box head; images are not padded. */
static void detectron2_c4(void **state)
{
    (void)state;
    check(&c4, "landscape.png");
    check(&c4, "portrait.png");
}

/* The fifth stage is dilated. */
static void detectron2_dc5(void **state)
{
    (void)state;
    check(&dc5, "landscape.png");
    check(&dc5, "portrait.png");
}

static void mmdetection_pytorch_style(void **state)
{
    (void)state;
    check(&r50_fpn, "landscape.png");
    check(&r50_fpn, "portrait.png");
    check(&r50_fpn, "large.png");
    if (reads_jpeg_alike()) check(&r50_fpn, "portrait_exif6.jpg");
}

static void mmdetection_caffe_style(void **state)
{
    (void)state;
    check(&r50_caffe_fpn, "landscape.png");
    check(&r50_caffe_fpn, "portrait.png");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(detectron2_fpn),          cmocka_unit_test(detectron2_trainer_file),
        cmocka_unit_test(detectron2_resnext_fpn),  cmocka_unit_test(detectron2_c4),
        cmocka_unit_test(detectron2_dc5),          cmocka_unit_test(mmdetection_pytorch_style),
        cmocka_unit_test(mmdetection_caffe_style),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
