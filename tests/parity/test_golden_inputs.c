/* Stages fed with the golden's own input, so that a difference is the stage's and not the chain's: proposals from the
   RPN head's output, RoIAlign from the feature maps, detections from the box head's output. dog.safetensors holds these
   tensors whole. No photo is needed. */
#include "support.h"

#include <stdlib.h>

#include "detector/taps.h"
#include "frcnn/frcnn.h"
#include "parity/compare.h"
#include "roi/postprocess.h"
#include "roi/roi_align.h"
#include "rpn/proposals.h"
#include "tensor/memory.h"

enum { N_LEVELS = 4, N_MAPS = 3, HEIGHT = 576, WIDTH = 768, RESIZED_HEIGHT = 288, RESIZED_WIDTH = 384 };

static const char *const LEVEL_NAMES[N_LEVELS] = {"0", "1", "2", "pool"};

static frcnn_checkpoint *golden;
static frcnn_model *model;

static int open_golden(void **state)
{
    (void)state;
    if (frcnn_checkpoint_open(&golden, FRCNN_SOURCE_DIR "/tests/golden/default/dog.safetensors") != FRCNN_OK ||
        frcnn_model_open(&model, FRCNN_SOURCE_DIR "/data/everyday10.safetensors", NULL) != FRCNN_OK) {
        fprintf(stderr, "%s\n", frcnn_error_message());
        return -1;
    }
    return 0;
}

static int close_golden(void **state)
{
    (void)state;
    frcnn_model_destroy(&model);
    frcnn_checkpoint_close(&golden);
    return 0;
}

static const frcnn_tensor *find(const char *name)
{
    const frcnn_tensor *tensor = frcnn_checkpoint_find(golden, name);
    if (tensor == NULL) fail_msg("the golden has no %s", name);
    return tensor;
}

static const void *find_data(const char *name)
{
    return frcnn_tensor_get_const_data(find(name));
}

/* A level's tensor, copied to NHWC. */
static frcnn_tensor *find_nhwc(const char *stage, const char *level)
{
    char name[64];
    snprintf(name, sizeof name, "%s.%s", stage, level);
    const int to_nhwc[] = {0, 2, 3, 1};
    frcnn_tensor *view = NULL, *copy = NULL;
    assert_ok(frcnn_tensor_permute(&view, find(name), to_nhwc));
    assert_ok(frcnn_tensor_cast(&copy, view, FRCNN_F32));
    frcnn_tensor_destroy(&view);
    return copy;
}

static void *allocate(size_t count, size_t size)
{
    void *block = NULL;
    assert_ok(frcnn_alloc(&block, count, size, "test"));
    return block;
}

static parity_boxes get_golden_proposals(void)
{
    return (parity_boxes){frcnn_tensor_get_n_elements(find("proposals.scores")), find_data("proposals.boxes"),
                          find_data("proposals.scores"), NULL};
}

/* The anchors follow from the image's size; test_default_model compares them with the golden's digest. */
static frcnn_tensor *make_anchors(void)
{
    frcnn_detector *detector = NULL;
    frcnn_image *black = NULL;
    frcnn_tensor *anchors = NULL;
    frcnn_taps *taps = NULL;
    assert_ok(frcnn_detector_create(&detector, model, NULL));
    assert_ok(frcnn_image_create(&black, HEIGHT, WIDTH, NULL));
    assert_ok(frcnn_taps_create(&taps, detector, black, NULL, 0));
    assert_ok(frcnn_taps_read(taps, "anchors", &anchors));
    frcnn_taps_destroy(&taps);
    frcnn_image_destroy(&black);
    frcnn_detector_destroy(&detector);
    return anchors;
}

static void test_proposals(void **state)
{
    (void)state;
    const frcnn_settings *settings = frcnn_model_get_info(model)->settings;
    frcnn_tensor *anchors = make_anchors(), *logits[N_LEVELS], *deltas[N_LEVELS];
    frcnn_proposal_level levels[N_LEVELS];
    int64_t n_anchors[N_LEVELS], n_before = 0;
    for (int i = 0; i < N_LEVELS; i++) {
        logits[i] = find_nhwc("rpn.logits", LEVEL_NAMES[i]);
        deltas[i] = find_nhwc("rpn.deltas", LEVEL_NAMES[i]);
        const int64_t *shape = frcnn_tensor_get_shape(logits[i]);
        /* The stage reads both from one row of a cell. */
        const int64_t n_cells = shape[1] * shape[2], n_per_cell = shape[3], stride = 5 * n_per_cell;
        float *rows = allocate((size_t)(n_cells * stride), sizeof *rows);
        const float *logit = frcnn_tensor_get_const_data(logits[i]), *delta = frcnn_tensor_get_const_data(deltas[i]);
        for (int64_t cell = 0; cell < n_cells; cell++) {
            memcpy(rows + cell * stride, logit + cell * n_per_cell, (size_t)n_per_cell * sizeof *rows);
            memcpy(rows + cell * stride + n_per_cell, delta + cell * 4 * n_per_cell,
                   (size_t)(4 * n_per_cell) * sizeof *rows);
        }
        levels[i] =
            (frcnn_proposal_level){.logits = rows,
                                   .deltas = rows + n_per_cell,
                                   .cell_stride = stride,
                                   .anchors = (const float *)frcnn_tensor_get_const_data(anchors) + 4 * n_before,
                                   .n_cells = n_cells,
                                   .n_per_cell = (int)n_per_cell};
        n_anchors[i] = n_cells * n_per_cell;
        n_before += n_anchors[i];
    }
    assert_int_equal(n_before, frcnn_tensor_get_shape(anchors)[0]);

    const frcnn_proposal_params params = {.pre_nms_top_n = settings->rpn_pre_nms_top_n,
                                          .post_nms_top_n = settings->rpn_post_nms_top_n,
                                          .nms_thresh = (double)settings->rpn_nms_thresh,
                                          .score_thresh = settings->rpn_score_thresh,
                                          .min_size = 1e-3f};
    const size_t n_bytes = frcnn_proposals_get_workspace(&params, n_anchors, N_LEVELS);
    void *workspace = allocate(n_bytes, 1);
    const size_t n_max = (size_t)params.post_nms_top_n;
    float *boxes = allocate(n_max, 4 * sizeof *boxes), *scores = allocate(n_max, sizeof *scores);
    const parity_boxes actual = {
        frcnn_proposals_cpu(&params, levels, N_LEVELS, RESIZED_HEIGHT, RESIZED_WIDTH, workspace, boxes, scores, NULL),
        boxes, scores, NULL};
    const parity_boxes expected = get_golden_proposals();
    parity_report report = {.stream = stderr};
    assert_ok(parity_compare_proposals(&report, "proposals", &expected, &actual, PARITY_SCORE));

    frcnn_free(scores);
    frcnn_free(boxes);
    frcnn_free(workspace);
    for (int i = 0; i < N_LEVELS; i++) {
        frcnn_free((float *)levels[i].logits);
        frcnn_tensor_destroy(&logits[i]);
        frcnn_tensor_destroy(&deltas[i]);
    }
    frcnn_tensor_destroy(&anchors);
    assert_int_equal(report.n_failures, 0);
}

static void test_roi_align(void **state)
{
    (void)state;
    const frcnn_settings *settings = frcnn_model_get_info(model)->settings;
    const frcnn_tensor *pooled = find("roi.pooled");
    const int64_t n_rois = frcnn_tensor_get_shape(pooled)[0], channels = frcnn_tensor_get_shape(pooled)[1];
    const int size = settings->roi_output_size;
    frcnn_roi_align align = {.n_levels = N_MAPS,
                             .k_min = 3,
                             .channels = channels,
                             .output_size = size,
                             .sampling_ratio = settings->roi_sampling_ratio};
    frcnn_tensor *maps[N_MAPS];
    for (int i = 0; i < N_MAPS; i++) {
        maps[i] = find_nhwc("fpn", LEVEL_NAMES[i]);
        const int64_t *shape = frcnn_tensor_get_shape(maps[i]);
        align.levels[i] = (frcnn_roi_level){frcnn_tensor_get_const_data(maps[i]), (int)shape[1], (int)shape[2],
                                            1.0f / (float)(8 << i)};
    }
    const int64_t shape[] = {n_rois, size, size, channels};
    const int to_nchw[] = {0, 3, 1, 2};
    frcnn_tensor *out = NULL, *view = NULL, *actual = NULL;
    assert_ok(frcnn_tensor_create(&out, FRCNN_F32, 4, shape));
    frcnn_roi_align_cpu(&align, find_data("proposals.boxes"), n_rois, frcnn_tensor_get_data(out));
    assert_ok(frcnn_tensor_permute(&view, out, to_nchw));
    assert_ok(frcnn_tensor_cast(&actual, view, FRCNN_F32));

    parity_expected expected = {
        .n_dims = 4, .n_values = frcnn_tensor_get_n_elements(pooled), .values = frcnn_tensor_get_const_data(pooled)};
    memcpy(expected.shape, frcnn_tensor_get_shape(pooled), 4 * sizeof *expected.shape);
    const parity_bound same_bits = {PARITY_BITS, 0.0};
    parity_report report = {.stream = stderr};
    parity_compare_values(&report, "roi.pooled", &expected, 4, frcnn_tensor_get_shape(actual),
                          frcnn_tensor_get_const_data(actual), same_bits);
    frcnn_tensor_destroy(&actual);
    frcnn_tensor_destroy(&view);
    frcnn_tensor_destroy(&out);
    for (int i = 0; i < N_MAPS; i++) frcnn_tensor_destroy(&maps[i]);
    assert_int_equal(report.n_failures, 0);
}

static void test_detections(void **state)
{
    (void)state;
    const frcnn_settings *settings = frcnn_model_get_info(model)->settings;
    const int64_t n_rois = frcnn_tensor_get_shape(find("roi.class_logits"))[0];
    const int64_t n_classes = frcnn_tensor_get_shape(find("roi.class_logits"))[1];
    const float *logits = find_data("roi.class_logits"), *deltas = find_data("roi.box_deltas");
    const int64_t stride = 5 * n_classes;
    float *rows = allocate((size_t)(n_rois * stride), sizeof *rows);
    for (int64_t r = 0; r < n_rois; r++) {
        memcpy(rows + r * stride, logits + r * n_classes, (size_t)n_classes * sizeof *rows);
        memcpy(rows + r * stride + n_classes, deltas + r * 4 * n_classes, (size_t)(4 * n_classes) * sizeof *rows);
    }
    const frcnn_postprocess params = {.n_classes = (int)n_classes,
                                      .score_thresh = settings->box_score_thresh,
                                      .nms_thresh = (double)settings->box_nms_thresh,
                                      .max_detections = settings->box_detections_per_img,
                                      .min_size = 1e-2f,
                                      .resized_height = RESIZED_HEIGHT,
                                      .resized_width = RESIZED_WIDTH,
                                      .image_height = HEIGHT,
                                      .image_width = WIDTH};
    void *workspace = allocate(frcnn_postprocess_get_workspace(&params, n_rois), 1);
    frcnn_detection *detections = allocate((size_t)params.max_detections, sizeof *detections);
    int is_capped = -1;
    const int64_t n = frcnn_postprocess_cpu(&params, rows, rows + n_classes, stride, find_data("proposals.boxes"),
                                            n_rois, workspace, detections, &is_capped);
    assert_in_range(n, 1, params.max_detections);
    assert_int_equal(is_capped, 0);

    float *boxes = allocate((size_t)n, 4 * sizeof *boxes), *scores = allocate((size_t)n, sizeof *scores);
    int64_t *labels = allocate((size_t)n, sizeof *labels);
    for (int64_t i = 0; i < n; i++) {
        boxes[4 * i] = detections[i].x1;
        boxes[4 * i + 1] = detections[i].y1;
        boxes[4 * i + 2] = detections[i].x2;
        boxes[4 * i + 3] = detections[i].y2;
        scores[i] = detections[i].score;
        labels[i] = detections[i].class_index + 1;
    }
    const parity_boxes actual = {n, boxes, scores, labels};
    const parity_boxes expected = {frcnn_tensor_get_n_elements(find("scores")), find_data("boxes"), find_data("scores"),
                                   find_data("labels")};
    parity_report report = {.stream = stderr};
    assert_ok(parity_compare_detections(&report, "detections", &expected, &actual, (double)params.score_thresh,
                                        params.max_detections));
    frcnn_free(labels);
    frcnn_free(scores);
    frcnn_free(boxes);
    frcnn_free(detections);
    frcnn_free(workspace);
    frcnn_free(rows);
    assert_int_equal(report.n_failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proposals),
        cmocka_unit_test(test_roi_align),
        cmocka_unit_test(test_detections),
    };
    return cmocka_run_group_tests(tests, open_golden, close_golden);
}
