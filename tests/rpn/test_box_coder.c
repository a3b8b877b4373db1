#include "support.h"

#include "golden/guarded.h"
#include "golden/seeded.h"
#include "golden/stage_goldens.h"
#include "rpn/box_coder_body.h"
#include "rpn/iou_body.h"

static const float rpn_weights[4] = {1.0f, 1.0f, 1.0f, 1.0f};
static const float roi_weights[4] = {10.0f, 10.0f, 5.0f, 5.0f};

/* exp differs between libraries by an ulp, which the width of a box multiplies. */
static const double exp_tolerance = 3e-7;

/* torchvision 0.29.1's BoxCoder; the first two are its values for one box. */
static void test_decode(void **state)
{
    (void)state;
    static const float anchor[4] = {10.0f, 20.0f, 50.0f, 100.0f};
    static const float deltas[2][4] = {{1.0f, -2.0f, 0.5f, 25.0f}, {0.1f, -0.2f, 0.3f, 5.0f}};
    static const float expected[2][4] = {{11.8965797f, -2456.00024f, 56.1034203f, 2544.00024f},
                                         {7.00282288f, -2456.00024f, 60.9971771f, 2544.00024f}};
    float box[4];
    frcnn_box_decode(FRCNN_CODER_TORCHVISION, anchor, deltas[0], roi_weights, box);
    assert_floats_close(box, expected[0], 4, exp_tolerance);
    frcnn_box_decode(FRCNN_CODER_TORCHVISION, anchor, deltas[1], rpn_weights, box);
    assert_floats_close(box, expected[1], 4, exp_tolerance);

    float anchors[24 * 4], many_deltas[24 * 4], boxes[24 * 4];
    seeded_boxes(11, 100.0f, 60.0f, anchors, 24);
    seeded_fill(12, -3.0f, 6.0f, many_deltas, 24 * 4);
    for (int i = 0; i < 24; i++)
        frcnn_box_decode(FRCNN_CODER_TORCHVISION, anchors + 4 * i, many_deltas + 4 * i, rpn_weights, boxes + 4 * i);
    for (int i = 0; i < 24; i++) /* a corner is a difference of terms up to the box's size */
        assert_floats_close(boxes + 4 * i, golden_decode_rpn + 4 * i, 4, 3e-5);
    for (int i = 0; i < 24; i++)
        frcnn_box_decode(FRCNN_CODER_TORCHVISION, anchors + 4 * i, many_deltas + 4 * i, roi_weights, boxes + 4 * i);
    assert_floats_close(boxes, golden_decode_roi, 24 * 4, 1e-6);
}

static void test_decode_extremes(void **state)
{
    (void)state;
    static const float anchor[4] = {10.0f, 20.0f, 50.0f, 100.0f};
    const float shrink[4] = {0.0f, 0.0f, -200.0f, -200.0f};
    float box[4];
    frcnn_box_decode(FRCNN_CODER_TORCHVISION, anchor, shrink, rpn_weights, box);
    assert_true(box[0] == 30.0f && box[2] == 30.0f && box[1] == 60.0f && box[3] == 60.0f);
    assert_false(frcnn_box_has_size(box, 1e-3f));

    for (int k = 0; k < 4; k++) {
        float deltas[4] = {0.0f, 0.0f, 0.0f, 0.0f};
        const float bad[3] = {NAN, INFINITY, -INFINITY};
        for (int i = 0; i < 3; i++) {
            deltas[k] = bad[i];
            assert_false(frcnn_box_decode_clipped(FRCNN_CODER_TORCHVISION, anchor, deltas, rpn_weights, 200.0f, 200.0f,
                                                  1e-3f, box));
        }
    }
    const float far_away[4] = {3e38f, 0.0f, 0.0f, 0.0f};
    assert_false(
        frcnn_box_decode_clipped(FRCNN_CODER_TORCHVISION, anchor, far_away, rpn_weights, 200.0f, 200.0f, 1e-3f, box));
    const float endless[4] = {0.0f, 0.0f, INFINITY, 100.0f};
    assert_false(
        frcnn_box_decode_clipped(FRCNN_CODER_TORCHVISION, endless, shrink, rpn_weights, 200.0f, 200.0f, 1e-3f, box));
}

static void test_clip(void **state)
{
    (void)state;
    float box[4] = {-3.0f, 5.0f, 300.0f, 101.0f};
    frcnn_box_clip(box, 100.0f, 200.0f);
    const float expected[4] = {0.0f, 5.0f, 200.0f, 100.0f};
    assert_floats_equal(box, expected, 4);
    assert_true(isnan(frcnn_box_clip_coordinate(NAN, 10.0f)));
}

/* The thresholds are floats: 1e-3 is 0.0010000000475. */
static void test_size(void **state)
{
    (void)state;
    const float exact[4] = {0.0f, 0.0f, 1e-3f, 1.0f};
    const float below[4] = {0.0f, 0.0f, nextafterf(1e-3f, 0.0f), 1.0f};
    const float nan_box[4] = {0.0f, 0.0f, NAN, 1.0f};
    assert_true(frcnn_box_has_size(exact, 1e-3f));
    assert_false(frcnn_box_has_size(below, 1e-3f));
    assert_false(frcnn_box_has_size(nan_box, 1e-3f));
}

static float get_iou(const float *a, const float *b)
{
    return frcnn_box_get_iou(a[0], a[1], a[2], a[3], frcnn_box_get_area(a[0], a[1], a[2], a[3]), b[0], b[1], b[2], b[3],
                             frcnn_box_get_area(b[0], b[1], b[2], b[3]));
}

/* torchvision's box_iou, and a nested pair. */
static void test_iou(void **state)
{
    (void)state;
    static const float boxes[4][4] = {{0.0f, 0.0f, 10.0f, 10.0f},
                                      {1.0f, 1.0f, 11.0f, 11.0f},
                                      {0.0f, 0.0f, 10.0f, 5.0f},
                                      {20.0f, 20.0f, 30.0f, 30.0f}};
    static const float expected[4] = {1.0f, 0.680672288f, 0.5f, 0.0f};
    for (int i = 0; i < 4; i++) {
        assert_true(get_iou(boxes[0], boxes[i]) == expected[i]);
        assert_true(get_iou(boxes[i], boxes[0]) == expected[i]);
    }
    const float outer[4] = {100.0f, 100.0f, 120.0f, 110.0f};
    const float inner[4] = {105.0f, 102.0f, 110.0f, 107.0f};
    assert_true(get_iou(outer, inner) == 0.125f);
    const float point[4] = {3.0f, 3.0f, 3.0f, 3.0f};
    assert_true(isnan(get_iou(point, point)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode), cmocka_unit_test(test_decode_extremes),
        cmocka_unit_test(test_clip),   cmocka_unit_test(test_size),
        cmocka_unit_test(test_iou),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
