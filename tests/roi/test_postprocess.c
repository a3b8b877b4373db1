#include "support.h"

#include <stdlib.h>

#include "golden/guarded.h"
#include "golden/seeded.h"
#include "golden/stage_goldens.h"
#include "roi/postprocess.h"
#include "roi/postprocess_body.h"
#include "tensor/parallel.h"

enum { MAX_DETECTIONS = 100 };

static frcnn_postprocess make_params(int n_classes)
{
    return (frcnn_postprocess){.n_classes = n_classes,
                               .score_thresh = 0.05f,
                               .nms_thresh = 0.5,
                               .max_detections = MAX_DETECTIONS,
                               .min_size = 1e-2f,
                               .resized_height = 96.0f,
                               .resized_width = 128.0f,
                               .image_height = 96.0f,
                               .image_width = 128.0f};
}

/** logits [n, K], deltas [n, 4 * K], as one matrix with a column to spare. */
static int64_t run(const frcnn_postprocess *p, const float *logits, const float *deltas, const float *proposals,
                   int64_t n, frcnn_detection *out, int *is_capped)
{
    const int64_t row_stride = 5 * (int64_t)p->n_classes + 1;
    float *rows = guarded_create((size_t)(n * row_stride));
    for (int64_t i = 0; i < n; i++) {
        memcpy(rows + i * row_stride, logits + i * p->n_classes, (size_t)p->n_classes * sizeof *rows);
        memcpy(rows + i * row_stride + p->n_classes, deltas + i * 4 * p->n_classes,
               (size_t)p->n_classes * 4 * sizeof *rows);
    }
    void *workspace = workspace_create(frcnn_postprocess_get_workspace(p, n));
    const int64_t n_out =
        frcnn_postprocess_cpu(p, rows, rows + p->n_classes, row_stride, proposals, n, workspace, out, is_capped);
    free(workspace);
    guarded_destroy(rows, (size_t)(n * row_stride));
    return n_out;
}

/* torchvision 0.29.1's postprocess_detections and resize_boxes (make_stage_goldens.py). */
static void test_golden(void **state)
{
    (void)state;
    float logits[30 * 5], deltas[30 * 20], proposals[30 * 4];
    seeded_fill(61, -2.0f, 2.0f, logits, 30 * 5);
    seeded_fill(62, -5.0f, 5.0f, deltas, 30 * 20);
    seeded_boxes(63, 90.0f, 60.0f, proposals, 30);
    frcnn_postprocess p = make_params(5);
    p.max_detections = 25;
    p.image_height = 72.0f;
    p.image_width = 95.0f;
    frcnn_detection out[25];
    int is_capped = -1;
    assert_int_equal(run(&p, logits, deltas, proposals, 30, out, &is_capped), 25);
    assert_int_equal(is_capped, 1);
    for (int i = 0; i < 25; i++) {
        assert_int_equal(out[i].class_index, golden_detection_labels[i] - 1);
        assert_floats_close(&out[i].score, &golden_detection_scores[i], 1, 3e-7);
        assert_floats_close(&out[i].x1, golden_detection_boxes + 4 * i, 4, 1e-6);
    }
}

static void test_class_scores(void **state)
{
    (void)state;
    static const float logits[4] = {1.0f, 2.0f, 3.0f, 90.0f};
    static const float expected[3] = {0.0900305732f, 0.244728471f,
                                      0.665240956f}; /* torch's softmax of the first three */
    float scores[4];
    frcnn_class_scores(logits, 3, scores);
    assert_floats_close(scores, expected, 3, 1e-7);
    frcnn_class_scores(logits, 4, scores);
    assert_true(scores[3] == 1.0f);
    const float infinite[3] = {0.0f, INFINITY, 1.0f};
    frcnn_class_scores(infinite, 3, scores);
    for (int i = 0; i < 3; i++) assert_true(isnan(scores[i]));
}

/** Zero deltas, each proposal a 10 x 10 square in a row of its own. */
static void make_squares(float *proposals, int n)
{
    for (int i = 0; i < n; i++) {
        proposals[4 * i] = (float)(i % 8) * 15.0f;
        proposals[4 * i + 1] = (float)(i / 8 % 6) * 15.0f;
        proposals[4 * i + 2] = proposals[4 * i] + 10.0f;
        proposals[4 * i + 3] = proposals[4 * i + 1] + 10.0f;
    }
}

/* Background is column 0 and no detection; a RoI with two classes over the threshold gives two. */
static void test_classes(void **state)
{
    (void)state;
    static const float logits[3 * 4] = {9.0f, 0.0f, 0.0f, 0.0f, 0.0f, 5.0f, 4.0f, 0.0f, 0.0f, 0.0f, 0.0f, 7.0f};
    const float deltas[3 * 16] = {0.0f};
    float proposals[12];
    make_squares(proposals, 3);
    const frcnn_postprocess p = make_params(4);
    frcnn_detection out[MAX_DETECTIONS];
    int is_capped = -1;
    assert_int_equal(run(&p, logits, deltas, proposals, 3, out, &is_capped), 3);
    assert_int_equal(is_capped, 0);
    assert_int_equal(out[0].class_index, 2);
    assert_true(out[0].x1 == 30.0f && out[0].y2 == 10.0f);
    assert_int_equal(out[1].class_index, 0);
    assert_int_equal(out[2].class_index, 1);
    assert_true(out[1].x1 == 15.0f && out[2].x1 == 15.0f && out[1].score > out[2].score);
}

/* Equal scores: the lower proposal first, then the lower class. Boxes of other classes never suppress each other. */
static void test_ties(void **state)
{
    (void)state;
    const float logits[4 * 3] = {0.0f};
    const float deltas[4 * 12] = {0.0f};
    float proposals[16];
    make_squares(proposals, 4);
    frcnn_postprocess p = make_params(3);
    frcnn_detection out[MAX_DETECTIONS];
    int is_capped = -1;
    assert_int_equal(run(&p, logits, deltas, proposals, 4, out, &is_capped), 8);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(out[i].class_index, i % 2);
        assert_true(out[i].x1 == (float)(i / 2) * 15.0f);
    }
    memcpy(proposals + 4, proposals, 4 * sizeof *proposals); /* the second square lies on the first */
    assert_int_equal(run(&p, logits, deltas, proposals, 4, out, &is_capped), 6);
    p.max_detections = 6;
    assert_int_equal(run(&p, logits, deltas, proposals, 4, out, &is_capped), 6);
    assert_int_equal(is_capped, 0);
    p.max_detections = 5;
    assert_int_equal(run(&p, logits, deltas, proposals, 4, out, &is_capped), 5);
    assert_int_equal(is_capped, 1);
    p.max_detections = 0;
    assert_int_equal(run(&p, logits, deltas, proposals, 4, out, &is_capped), 0);
    assert_int_equal(is_capped, 1);
}

/* The score threshold is strict; boxes below min_size are none. */
static void test_thresholds(void **state)
{
    (void)state;
    const float logits[2 * 2] = {0.0f};
    const float deltas[2 * 8] = {0.0f};
    const float proposals[8] = {5.0f, 5.0f, 5.0f, 30.0f, 40.0f, 40.0f, 50.0f, 50.0f};
    frcnn_postprocess p = make_params(2);
    frcnn_detection out[MAX_DETECTIONS];
    int is_capped = -1;
    assert_int_equal(run(&p, logits, deltas, proposals, 2, out, &is_capped), 1);
    assert_true(out[0].x1 == 40.0f && out[0].score == 0.5f);
    p.score_thresh = 0.5f;
    assert_int_equal(run(&p, logits, deltas, proposals, 2, out, &is_capped), 0);
    p = make_params(1);
    assert_int_equal(run(&p, logits, deltas, proposals, 2, out, &is_capped), 0);
    assert_int_equal(run(&p, logits, deltas, proposals, 0, out, &is_capped), 0);
    assert_int_equal(is_capped, 0);
}

/* Scaled by float(original / resized), with no second clip: the far edge is off by an ulp where that is. */
static void test_scale_back(void **state)
{
    (void)state;
    const float logits[2] = {0.0f, 5.0f};
    const float deltas[8] = {0.0f};
    const float proposal[4] = {100.0f, 50.0f, 2000.0f, 2000.0f};
    frcnn_postprocess p = make_params(2);
    p.resized_height = 800.0f;
    p.resized_width = 1199.0f;
    p.image_height = 427.0f;
    p.image_width = 640.0f;
    frcnn_detection out[MAX_DETECTIONS];
    int is_capped = -1;
    assert_int_equal(run(&p, logits, deltas, proposal, 1, out, &is_capped), 1);
    const float ratio_x = 640.0f / 1199.0f, ratio_y = 427.0f / 800.0f;
    assert_true(out[0].x1 == 100.0f * ratio_x && out[0].y1 == 50.0f * ratio_y);
    assert_true(out[0].x2 == 1199.0f * ratio_x && out[0].y2 == 800.0f * ratio_y);
}

/* Clipped again where that is asked for: an edge that rounding has moved past the image comes back. */
static void test_clipped_to_the_image(void **state)
{
    (void)state;
    const float box[4] = {-0.0f, 1.0f, 1000.0f, 1000.0f};
    float plain[4], clipped[4];
    int n_past = 0;
    for (int side = 100; side < 1000; side++) {
        const float edge[4] = {0.0f, 0.0f, (float)side, (float)side};
        frcnn_detection_rule rule = {
            .height = (float)side, .width = (float)side, .image_height = 427.0f, .image_width = 640.0f};
        frcnn_detection_scale(&rule, edge, plain);
        rule.clips_to_image = 1;
        frcnn_detection_scale(&rule, edge, clipped);
        n_past += plain[2] > 640.0f;
        assert_true(clipped[2] <= 640.0f && clipped[3] <= 427.0f);
        assert_true(clipped[2] == (plain[2] > 640.0f ? 640.0f : plain[2]));
    }
    assert_true(n_past > 0);
    const frcnn_detection_rule rule = {
        .clips_to_image = 1, .height = 800.0f, .width = 800.0f, .image_height = 400.0f, .image_width = 300.0f};
    frcnn_detection_scale(&rule, box, clipped);
    assert_true(clipped[0] == 0.0f && clipped[1] == 0.5f && clipped[2] == 300.0f && clipped[3] == 400.0f);
}

static void test_bad_rows(void **state)
{
    (void)state;
    float logits[3 * 3] = {0.0f}, deltas[3 * 12] = {0.0f}, proposals[12];
    make_squares(proposals, 3);
    logits[1 * 3 + 2] = NAN;
    deltas[2 * 12 + 4 + 1] = INFINITY;
    frcnn_postprocess p = make_params(3);
    p.score_thresh = -1.0f;
    frcnn_detection out[MAX_DETECTIONS];
    int is_capped = -1;
    assert_int_equal(run(&p, logits, deltas, proposals, 3, out, &is_capped), 3);
    assert_true(out[0].x1 == 0.0f && out[1].x1 == 0.0f && out[2].x1 == 30.0f);
    assert_int_equal(out[2].class_index, 1);
}

/* Any bits in the head and in the proposals: finite boxes inside the image, in order of score. */
static void test_any_bits(void **state)
{
    (void)state;
    static const float specials[] = {NAN, INFINITY, -INFINITY, 3e38f, -3e38f, 1e-40f, -0.0f, 1e30f};
    float logits[30 * 5], deltas[30 * 20], proposals[30 * 4];
    uint32_t seed = 2;
    for (int round = 0; round < 200; round++) {
        seeded_fill(seeded_next(&seed), -2.0f, 2.0f, logits, 30 * 5);
        seeded_fill(seeded_next(&seed), -5.0f, 5.0f, deltas, 30 * 20);
        seeded_boxes(seeded_next(&seed), 90.0f, 60.0f, proposals, 30);
        for (int i = 0; i < 60; i++) {
            const uint32_t dice = seeded_next(&seed);
            const float special = specials[dice % 8];
            if (i % 3 == 0) logits[dice / 8 % (30 * 5)] = special;
            if (i % 3 == 1) deltas[dice / 8 % (30 * 20)] = special;
            if (i % 3 == 2) proposals[dice / 8 % (30 * 4)] = special;
        }
        const frcnn_postprocess p = make_params(5);
        frcnn_detection out[MAX_DETECTIONS];
        int is_capped = -1;
        const int64_t n = run(&p, logits, deltas, proposals, 30, out, &is_capped);
        assert_in_range(n, 0, MAX_DETECTIONS);
        for (int64_t i = 0; i < n; i++) {
            assert_true(out[i].x1 >= 0.0f && out[i].y1 >= 0.0f && out[i].x2 <= 128.0f && out[i].y2 <= 96.0f);
            assert_true(out[i].x2 - out[i].x1 >= 1e-2f && out[i].y2 - out[i].y1 >= 1e-2f);
            assert_true(out[i].score > 0.05f && out[i].score <= 1.0f && (i == 0 || out[i].score <= out[i - 1].score));
            assert_in_range(out[i].class_index, 0, 3);
        }
    }
}

static void test_threads(void **state)
{
    (void)state;
    const int n_threads = frcnn_parallel_get_threads();
    float logits[30 * 5], deltas[30 * 20], proposals[30 * 4];
    seeded_fill(71, -2.0f, 2.0f, logits, 30 * 5);
    seeded_fill(72, -5.0f, 5.0f, deltas, 30 * 20);
    seeded_boxes(73, 90.0f, 60.0f, proposals, 30);
    const frcnn_postprocess p = make_params(5);
    frcnn_detection expected[MAX_DETECTIONS], out[MAX_DETECTIONS];
    int is_capped = -1;
    frcnn_parallel_set_threads(1);
    const int64_t n = run(&p, logits, deltas, proposals, 30, expected, &is_capped);
    assert_true(n > 0);
    for (int threads = 2; threads <= 3; threads++) {
        frcnn_parallel_set_threads(threads);
        assert_int_equal(run(&p, logits, deltas, proposals, 30, out, &is_capped), n);
        assert_memory_equal(out, expected, (size_t)n * sizeof *out);
    }
    frcnn_parallel_set_threads(n_threads);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_class_scores),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_thresholds),
        cmocka_unit_test(test_scale_back),
        cmocka_unit_test(test_clipped_to_the_image),
        cmocka_unit_test(test_bad_rows),
        cmocka_unit_test(test_any_bits),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
