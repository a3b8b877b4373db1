#include "support.h"

#include <math.h>

#include "anchors/base_anchors.h"

static const float ratios[] = {0.5f, 1, 2};
static const float sizes[] = {32, 64, 128, 256, 512};

/* torchvision 0.29.1, ratios 0.5, 1, 2 of each size. */
static const float golden[5][3][4] = {
    {{-23, -11, 23, 11}, {-16, -16, 16, 16}, {-11, -23, 11, 23}},
    {{-45, -23, 45, 23}, {-32, -32, 32, 32}, {-23, -45, 23, 45}},
    {{-91, -45, 91, 45}, {-64, -64, 64, 64}, {-45, -91, 45, 91}},
    {{-181, -91, 181, 91}, {-128, -128, 128, 128}, {-91, -181, 91, 181}},
    {{-362, -181, 362, 181}, {-256, -256, 256, 256}, {-181, -362, 181, 362}},
};

static void one_size_gives_the_golden_rows(void **state)
{
    (void)state;
    for (int s = 0; s < 5; s++) {
        float anchors[3][4];
        assert_ok(frcnn_base_anchors_torchvision(&sizes[s], 1, ratios, 3, anchors[0]));
        assert_memory_equal(anchors, golden[s], sizeof anchors);
    }
}

static void several_sizes_are_ordered_by_ratio_then_size(void **state)
{
    (void)state;
    float anchors[15][4];
    assert_ok(frcnn_base_anchors_torchvision(sizes, 5, ratios, 3, anchors[0]));
    for (int r = 0; r < 3; r++)
        for (int s = 0; s < 5; s++) assert_memory_equal(anchors[5 * r + s], golden[s][r], sizeof anchors[0]);
}

/* Three sizes and three ratios are nine anchors, not three pairs; corners between two pixels go to the even one:
   torchvision 0.29.1's AnchorGenerator(((3, 5, 7),), ((0.25, 1, 4),)). */
static void every_ratio_meets_every_size_and_halves_round_to_even(void **state)
{
    (void)state;
    const float few[] = {3, 5, 7};
    const float wide[] = {0.25f, 1, 4};
    static const float expected[9][4] = {
        {-3, -1, 3, 1}, {-5, -1, 5, 1}, {-7, -2, 7, 2}, {-2, -2, 2, 2}, {-2, -2, 2, 2},
        {-4, -4, 4, 4}, {-1, -3, 1, 3}, {-1, -5, 1, 5}, {-2, -7, 2, 7},
    };
    float anchors[9][4];
    assert_ok(frcnn_base_anchors_torchvision(few, 3, wide, 3, anchors[0]));
    for (int i = 0; i < 9; i++)
        for (int k = 0; k < 4; k++) assert_true(anchors[i][k] == expected[i][k]);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    float out[4] = {7, 7, 7, 7};
    const float bad[] = {0, -1, INFINITY, NAN};
    assert_fails(frcnn_base_anchors_torchvision(sizes, 0, ratios, 3, out), FRCNN_ERROR_INVALID, "one size, found 0");
    assert_fails(frcnn_base_anchors_torchvision(sizes, 1, ratios, 0, out), FRCNN_ERROR_INVALID, "one ratio, found 0");
    for (int i = 0; i < 4; i++) {
        assert_fails(frcnn_base_anchors_torchvision(&bad[i], 1, ratios, 1, out), FRCNN_ERROR_INVALID, "a finite size");
        assert_fails(frcnn_base_anchors_torchvision(sizes, 1, &bad[i], 1, out), FRCNN_ERROR_INVALID, "a finite ratio");
    }
    assert_true(out[0] == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_size_gives_the_golden_rows),
        cmocka_unit_test(several_sizes_are_ordered_by_ratio_then_size),
        cmocka_unit_test(every_ratio_meets_every_size_and_halves_round_to_even),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
