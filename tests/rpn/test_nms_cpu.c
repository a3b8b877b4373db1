#include "support.h"

#include <stdlib.h>

#include "golden/guarded.h"
#include "golden/seeded.h"
#include "golden/stage_goldens.h"
#include "rpn/iou_body.h"
#include "rpn/nms.h"

enum { MANY = 500 };

static int64_t run(const float *boxes, const int32_t *groups, int64_t n, double threshold, int64_t max_keep,
                   int64_t *keep)
{
    void *workspace = workspace_create(frcnn_nms_get_workspace(n, max_keep));
    const int64_t n_kept = frcnn_nms_cpu(boxes, groups, n, threshold, max_keep, workspace, keep);
    free(workspace);
    return n_kept;
}

static void check(const float *boxes, const int32_t *groups, int64_t n, double threshold, const int64_t *expected,
                  size_t n_expected)
{
    int64_t keep[MANY];
    assert_int_equal(run(boxes, groups, n, threshold, n, keep), n_expected);
    for (size_t i = 0; i < n_expected; i++) assert_int_equal(keep[i], expected[i]);
}

/* torchvision's nms. */
static void test_threshold_is_strict(void **state)
{
    (void)state;
    static const float boxes[16] = {0.0f, 0.0f, 10.0f, 10.0f, 1.0f,  1.0f,  11.0f, 11.0f,
                                    0.0f, 0.0f, 10.0f, 5.0f,  20.0f, 20.0f, 30.0f, 30.0f};
    static const int64_t at_half[] = {0, 2, 3};
    static const int64_t all[] = {0, 1, 2, 3};
    check(boxes, NULL, 4, 0.5, at_half, 3);
    check(boxes, NULL, 4, 0.7, all, 4);
}

/* The IoU is the float next to 0.3, 0.30000001192, which exceeds the double 0.3 but not that float. */
static void test_threshold_is_double(void **state)
{
    (void)state;
    static const float boxes[8] = {0.0f, 0.0f, 10.0f, 1.0f, 0.0f, 0.0f, 3.0f, 1.0f};
    int64_t keep[2];
    assert_int_equal(run(boxes, NULL, 2, 0.3, 2, keep), 1);
    assert_int_equal(run(boxes, NULL, 2, (double)0.3f, 2, keep), 2);
}

/* torchvision 0.29.1, each group by itself (make_stage_goldens.py). */
static void test_goldens(void **state)
{
    (void)state;
    float boxes[120 * 4];
    int32_t groups[120];
    seeded_boxes(21, 60.0f, 40.0f, boxes, 120);
    for (uint32_t i = 0; i < 120; i++) {
        uint32_t seed = 1000 + i;
        groups[i] = (int32_t)(seeded_next(&seed) % 3);
    }
#define COUNT(array) (sizeof(array) / sizeof(array)[0])
    check(boxes, NULL, 120, 0.1, golden_nms_1, COUNT(golden_nms_1));
    check(boxes, NULL, 120, 0.3, golden_nms_3, COUNT(golden_nms_3));
    check(boxes, NULL, 120, 0.5, golden_nms_5, COUNT(golden_nms_5));
    check(boxes, groups, 120, 0.1, golden_nms_groups_1, COUNT(golden_nms_groups_1));
    check(boxes, groups, 120, 0.3, golden_nms_groups_3, COUNT(golden_nms_groups_3));
    check(boxes, groups, 120, 0.5, golden_nms_groups_5, COUNT(golden_nms_groups_5));
}

/* A box of no area has an IoU of 0/0 with itself, and suppresses nothing. */
static void test_empty_boxes(void **state)
{
    (void)state;
    const float boxes[12] = {5.0f, 5.0f, 5.0f, 5.0f, 5.0f, 5.0f, 5.0f, 5.0f, 0.0f, 0.0f, 9.0f, 9.0f};
    int64_t keep[3];
    assert_int_equal(run(boxes, NULL, 3, 0.0, 3, keep), 3);
    assert_int_equal(run(boxes, NULL, 0, 0.5, 3, keep), 0);
    assert_int_equal(run(boxes, NULL, 3, 0.5, 0, keep), 0);
}

static float get_iou(const float *a, const float *b)
{
    return frcnn_box_get_iou(a[0], a[1], a[2], a[3], frcnn_box_get_area(a[0], a[1], a[2], a[3]), b[0], b[1], b[2], b[3],
                             frcnn_box_get_area(b[0], b[1], b[2], b[3]));
}

/** Suppresses forward from each kept box, as the algorithm is usually written. */
static int64_t nms_plain(const float *boxes, const int32_t *groups, int64_t n, double threshold, int64_t *keep)
{
    uint8_t is_suppressed[MANY] = {0};
    int64_t n_kept = 0;
    for (int64_t i = 0; i < n; i++) {
        if (is_suppressed[i]) continue;
        keep[n_kept++] = i;
        for (int64_t j = i + 1; j < n; j++)
            if (groups[i] == groups[j] && (double)get_iou(boxes + 4 * i, boxes + 4 * j) > threshold)
                is_suppressed[j] = 1;
    }
    return n_kept;
}

/* Boxes far from the origin, classes up to 18: no offset by class eats the coordinates' precision. */
static void test_against_plain(void **state)
{
    (void)state;
    static const double thresholds[] = {0.0, 0.1, 0.3, 0.5, 0.7, 1.0};
    float boxes[MANY * 4];
    int32_t groups[MANY];
    int64_t expected[MANY], actual[MANY];
    for (uint32_t seed = 1; seed <= 12; seed++) {
        seeded_boxes(seed, 40.0f, 30.0f, boxes, MANY);
        for (int i = 0; i < MANY * 4; i++) boxes[i] += seed % 2 ? 3500.0f : 0.0f;
        uint32_t group_state = seed;
        for (int i = 0; i < MANY; i++) groups[i] = (int32_t)(seeded_next(&group_state) % (seed < 6 ? 1 : 19));
        for (int t = 0; t < 6; t++) {
            const int64_t n_expected = nms_plain(boxes, groups, MANY, thresholds[t], expected);
            assert_int_equal(run(boxes, groups, MANY, thresholds[t], MANY, actual), n_expected);
            assert_memory_equal(actual, expected, (size_t)n_expected * sizeof *actual);
            const int64_t half = n_expected / 2;
            assert_int_equal(run(boxes, groups, MANY, thresholds[t], half, actual), half);
            assert_memory_equal(actual, expected, (size_t)half * sizeof *actual);
        }
    }
}

static void test_idempotent(void **state)
{
    (void)state;
    float boxes[MANY * 4], kept[MANY * 4];
    int64_t keep[MANY];
    for (uint32_t seed = 1; seed <= 5; seed++) {
        seeded_boxes(seed, 200.0f, 60.0f, boxes, MANY);
        const int64_t n_kept = run(boxes, NULL, MANY, 0.4, MANY, keep);
        assert_in_range(n_kept, 2, MANY - 1);
        for (int64_t i = 0; i < n_kept; i++) memcpy(kept + 4 * i, boxes + 4 * keep[i], 4 * sizeof *kept);
        for (int64_t i = 0; i < n_kept; i++)
            for (int64_t j = 0; j < i; j++) {
                const int is_apart = (double)get_iou(kept + 4 * i, kept + 4 * j) <= 0.4;
                assert_true(is_apart);
            }
        assert_int_equal(run(kept, NULL, n_kept, 0.4, MANY, keep), n_kept);
    }
}

static void test_workspace_overflow(void **state)
{
    (void)state;
    assert_true(frcnn_nms_get_workspace(INT64_MAX, INT64_MAX) == SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threshold_is_strict),
        cmocka_unit_test(test_threshold_is_double),
        cmocka_unit_test(test_goldens),
        cmocka_unit_test(test_empty_boxes),
        cmocka_unit_test(test_against_plain),
        cmocka_unit_test(test_idempotent),
        cmocka_unit_test(test_workspace_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
