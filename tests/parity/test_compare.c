/* The comparison itself: it must find a difference that is there, and only that. */
#include "support.h"

#include <math.h>

#include "parity/compare.h"

static parity_report quiet_report(void)
{
    FILE *stream = fopen("/dev/null", "w");
    assert_non_null(stream);
    return (parity_report){.stream = stream};
}

/* 1 where comparing found no difference. */
static int passes(const parity_expected *expected, int n_dims, const int64_t *shape, const float *actual,
                  parity_bound bound)
{
    parity_report report = quiet_report();
    parity_compare_values(&report, "x", expected, n_dims, shape, actual, bound);
    assert_int_equal(report.n_checks, 1);
    fclose(report.stream);
    return report.n_failures == 0;
}

static void test_values_within_bound(void **state)
{
    (void)state;
    const float values[] = {0.0f, 10.0f, -2.0f};
    const int64_t shape[] = {3}, other[] = {1, 3};
    const parity_expected expected = {1, {3}, 3, values, NULL};
    const parity_bound relative = {PARITY_RELATIVE, 1e-3}, absolute = {PARITY_ABSOLUTE, 1e-3};
    const float close[] = {0.009f, 10.0f, -2.0f};
    assert_true(passes(&expected, 1, shape, values, PARITY_ANCHOR));
    assert_true(passes(&expected, 1, shape, close, relative));
    assert_false(passes(&expected, 1, shape, close, absolute));
    assert_false(passes(&expected, 1, shape, close, PARITY_ANCHOR));
    assert_false(passes(&expected, 2, other, values, absolute));
}

static void test_bits_tell_zeros_apart(void **state)
{
    (void)state;
    const float values[] = {0.0f}, negative[] = {-0.0f};
    const int64_t shape[] = {1};
    const parity_expected expected = {1, {1}, 1, values, NULL};
    assert_false(passes(&expected, 1, shape, negative, PARITY_ANCHOR));
    assert_true(passes(&expected, 1, shape, negative, PARITY_TRANSFORM));
}

static void test_nan_and_infinity_never_pass(void **state)
{
    (void)state;
    const float values[] = {1.0f, 2.0f}, with_nan[] = {1.0f, NAN}, with_infinity[] = {INFINITY, 2.0f};
    const int64_t shape[] = {2};
    const parity_expected expected = {1, {2}, 2, values, NULL};
    const parity_bound loose = {PARITY_ABSOLUTE, 1e30};
    assert_false(passes(&expected, 1, shape, with_nan, loose));
    assert_false(passes(&expected, 1, shape, with_infinity, loose));
    const parity_expected expected_nan = {1, {2}, 2, with_nan, NULL};
    assert_true(passes(&expected_nan, 1, shape, with_nan, loose));
    assert_false(passes(&expected_nan, 1, shape, values, loose));
}

static void test_samples_are_read_at_their_index(void **state)
{
    (void)state;
    const float values[] = {1.0f, 3.0f}, actual[] = {9.0f, 1.0f, 9.0f, 3.0f};
    const int64_t index[] = {1, 3}, wrong_index[] = {1, 2}, shape[] = {2, 2};
    const parity_expected expected = {2, {2, 2}, 2, values, index};
    const parity_expected wrong = {2, {2, 2}, 2, values, wrong_index};
    assert_true(passes(&expected, 2, shape, actual, PARITY_TRANSFORM));
    assert_false(passes(&wrong, 2, shape, actual, PARITY_TRANSFORM));
}

enum { N = 200 };

/* Boxes far apart, scores falling. */
static void make_boxes(float boxes[4 * N], float scores[N], int64_t labels[N])
{
    for (int i = 0; i < N; i++) {
        const float x = 10.0f * (float)i;
        boxes[4 * i] = x;
        boxes[4 * i + 1] = 1.0f;
        boxes[4 * i + 2] = x + 5.0f;
        boxes[4 * i + 3] = 6.0f;
        scores[i] = 0.9f - 0.004f * (float)i;
        labels[i] = 1 + i % 3;
    }
}

static void swap_boxes(float *boxes, float *scores, int i, int j)
{
    for (int k = 0; k < 4; k++) {
        const float kept = boxes[4 * i + k];
        boxes[4 * i + k] = boxes[4 * j + k];
        boxes[4 * j + k] = kept;
    }
    const float kept = scores[i];
    scores[i] = scores[j];
    scores[j] = kept;
}

static int proposals_pass(const parity_boxes *expected, const parity_boxes *actual)
{
    parity_report report = quiet_report();
    assert_ok(parity_compare_proposals(&report, "p", expected, actual, PARITY_SCORE));
    fclose(report.stream);
    return report.n_failures == 0;
}

static void test_proposals_may_differ_in_one_of_a_hundred(void **state)
{
    (void)state;
    float boxes[4 * N], scores[N], other_boxes[4 * N], other_scores[N];
    int64_t labels[N];
    make_boxes(boxes, scores, labels);
    make_boxes(other_boxes, other_scores, labels);
    const parity_boxes expected = {N, boxes, scores, NULL}, actual = {N, other_boxes, other_scores, NULL};
    assert_true(proposals_pass(&expected, &actual));
    other_boxes[4 * 7 + 2] += 0.019f;
    assert_true(proposals_pass(&expected, &actual));
    swap_boxes(other_boxes, other_scores, 20, 21);
    other_boxes[4 * 8] += 1.0f;
    assert_true(proposals_pass(&expected, &actual));
    other_scores[100] += 2e-4f;
    assert_false(proposals_pass(&expected, &actual));
}

static void test_proposals_in_reverse_fail(void **state)
{
    (void)state;
    float boxes[4 * N], scores[N], other_boxes[4 * N], other_scores[N];
    int64_t labels[N];
    make_boxes(boxes, scores, labels);
    make_boxes(other_boxes, other_scores, labels);
    for (int i = 0; i < N / 2; i++) swap_boxes(other_boxes, other_scores, i, N - 1 - i);
    const parity_boxes expected = {N, boxes, scores, NULL}, actual = {N, other_boxes, other_scores, NULL};
    assert_false(proposals_pass(&expected, &actual));
}

static int detections_pass(const parity_boxes *expected, const parity_boxes *actual, double threshold, int64_t cap)
{
    parity_report report = quiet_report();
    assert_ok(parity_compare_detections(&report, "d", expected, actual, threshold, cap));
    fclose(report.stream);
    return report.n_failures == 0;
}

static void test_detections_match_by_label_place_and_score(void **state)
{
    (void)state;
    float boxes[4 * N], scores[N], other_boxes[4 * N], other_scores[N];
    int64_t labels[N], other_labels[N];
    make_boxes(boxes, scores, labels);
    make_boxes(other_boxes, other_scores, other_labels);
    const parity_boxes expected = {N, boxes, scores, labels}, actual = {N, other_boxes, other_scores, other_labels};
    assert_true(detections_pass(&expected, &actual, 0.05, N + 1));
    other_boxes[0] += 0.049f;
    other_scores[1] += 9e-5f;
    assert_true(detections_pass(&expected, &actual, 0.05, N + 1));
    other_boxes[0] += 0.01f;
    assert_false(detections_pass(&expected, &actual, 0.05, N + 1));
    other_boxes[0] = boxes[0];
    other_labels[5]++;
    assert_false(detections_pass(&expected, &actual, 0.05, N + 1));
}

static void test_detections_at_a_bound_may_lack_a_partner(void **state)
{
    (void)state;
    float boxes[4 * N], scores[N];
    int64_t labels[N];
    make_boxes(boxes, scores, labels);
    const parity_boxes all = {N, boxes, scores, labels}, but_last = {N - 1, boxes, scores, labels};
    const double last = (double)scores[N - 1];
    assert_true(detections_pass(&all, &but_last, last - 5e-5, N + 1));
    assert_true(detections_pass(&but_last, &all, last - 5e-5, N + 1));
    assert_false(detections_pass(&all, &but_last, last - 5e-4, N + 1));
    assert_false(detections_pass(&but_last, &all, last - 5e-4, N + 1));
    assert_true(detections_pass(&all, &but_last, 0.0, N));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_within_bound),
        cmocka_unit_test(test_bits_tell_zeros_apart),
        cmocka_unit_test(test_nan_and_infinity_never_pass),
        cmocka_unit_test(test_samples_are_read_at_their_index),
        cmocka_unit_test(test_proposals_may_differ_in_one_of_a_hundred),
        cmocka_unit_test(test_proposals_in_reverse_fail),
        cmocka_unit_test(test_detections_match_by_label_place_and_score),
        cmocka_unit_test(test_detections_at_a_bound_may_lack_a_partner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
