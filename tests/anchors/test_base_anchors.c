#include "anchors/anchor_support.h"

#include <math.h>

/* torchvision 0.29.1, ratios 0.5, 1, 2 of each size. */
static const float torchvision[SIZE_COUNT][RATIO_COUNT][4] = {
    {{-23, -11, 23, 11}, {-16, -16, 16, 16}, {-11, -23, 11, 23}},
    {{-45, -23, 45, 23}, {-32, -32, 32, 32}, {-23, -45, 23, 45}},
    {{-91, -45, 91, 45}, {-64, -64, 64, 64}, {-45, -91, 45, 91}},
    {{-181, -91, 181, 91}, {-128, -128, 128, 128}, {-91, -181, 91, 181}},
    {{-362, -181, 362, 181}, {-256, -256, 256, 256}, {-181, -362, 181, 362}},
};

static void torchvision_one_size_gives_the_golden_rows(void **state)
{
    (void)state;
    for (int s = 0; s < SIZE_COUNT; s++) {
        const frcnn_anchor_config config = one_level(FRCNN_ANCHORS_TORCHVISION, &every_size[s], 1, 16);
        assert_base(&config, 0, torchvision[s][0], RATIO_COUNT);
    }
}

static void torchvision_several_sizes_are_ordered_by_ratio_then_size(void **state)
{
    (void)state;
    float expected[SIZE_COUNT * RATIO_COUNT][4];
    for (int r = 0; r < RATIO_COUNT; r++)
        for (int s = 0; s < SIZE_COUNT; s++)
            memcpy(expected[SIZE_COUNT * r + s], torchvision[s][r], sizeof expected[0]);
    const frcnn_anchor_config config = one_level(FRCNN_ANCHORS_TORCHVISION, every_size, SIZE_COUNT, 16);
    assert_base(&config, 0, expected[0], SIZE_COUNT * RATIO_COUNT);
}

/* Three sizes and three ratios are nine anchors, not three pairs; corners between two pixels go to the even one:
   torchvision 0.29.1's AnchorGenerator(((3, 5, 7),), ((0.25, 1, 4),)). Zeros have no part in it. */
static void every_ratio_meets_every_size_and_halves_round_to_even(void **state)
{
    (void)state;
    const double few[] = {3, 5, 7};
    const double wide[] = {0.25, 1, 4};
    static const float expected[9][4] = {
        {-3, -1, 3, 1}, {-5, -1, 5, 1}, {-7, -2, 7, 2}, {-2, -2, 2, 2}, {-2, -2, 2, 2},
        {-4, -4, 4, 4}, {-1, -3, 1, 3}, {-1, -5, 1, 5}, {-2, -7, 2, 7},
    };
    frcnn_anchor_config config = one_level(FRCNN_ANCHORS_TORCHVISION, few, 3, 16);
    set_level(&config.levels[0], few, 3, wide, 3, 16);
    assert_base(&config, 0, expected[0], 9);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    const double bad[] = {0, -1, INFINITY, NAN, 1e7};
    frcnn_tensor *out = NULL;
    const frcnn_anchor_config good = one_level(FRCNN_ANCHORS_TORCHVISION, every_size, 1, 16);
    frcnn_anchor_config config = good;
    config.levels[0].n_sizes = 0;
    assert_fails(frcnn_anchors_create_base(&out, &config, 0), FRCNN_ERROR_INVALID, "1 to 16 sizes, found 0");
    config = good;
    config.levels[0].n_ratios = 0;
    assert_fails(frcnn_anchors_create_base(&out, &config, 0), FRCNN_ERROR_INVALID, "1 to 16 ratios, found 0");
    config.levels[0].n_ratios = FRCNN_MAX_SIZES + 1;
    assert_fails(frcnn_anchors_create_base(&out, &config, 0), FRCNN_ERROR_INVALID, "1 to 16 ratios, found 17");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        config = good;
        config.levels[0].sizes[0] = bad[i];
        assert_fails(frcnn_anchors_create_base(&out, &config, 0), FRCNN_ERROR_INVALID, "a size above 0, at most 1e+06");
        config = good;
        config.levels[0].ratios[2] = bad[i];
        assert_fails(frcnn_anchors_create_base(&out, &config, 0), FRCNN_ERROR_INVALID,
                     "a ratio above 1e-06, at most 1e+06");
    }
    assert_fails(frcnn_anchors_create_base(&out, &good, 1), FRCNN_ERROR_INVALID, "a level of 0 to 0, found 1");
    assert_fails(frcnn_anchors_create_base(&out, &good, -1), FRCNN_ERROR_INVALID, "a level of 0 to 0, found -1");
    assert_null(out);
}

/* What is no finite number could not be written as JSON. */
static void coordinates_are_finite_at_the_bounds(void **state)
{
    (void)state;
    const double sizes[] = {1e-300, 1e6};
    const double ratios[] = {1.000001e-6, 1e6};
    for (int i = 0; i < FRCNN_N_ANCHOR_CONVENTIONS; i++) {
        frcnn_tensor *out = NULL;
        frcnn_anchor_config config = one_level((frcnn_anchor_convention)i, sizes, 2, 65535);
        set_level(&config.levels[0], sizes, 2, ratios, 2, 65535);
        config.base_size = 65535;
        assert_ok(frcnn_anchors_create_base(&out, &config, 0));
        const float *values = frcnn_tensor_get_const_data(out);
        for (int64_t k = 0; k < frcnn_tensor_get_n_elements(out); k++) assert_true(isfinite(values[k]));
        frcnn_tensor_destroy(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(torchvision_one_size_gives_the_golden_rows),
        cmocka_unit_test(torchvision_several_sizes_are_ordered_by_ratio_then_size),
        cmocka_unit_test(every_ratio_meets_every_size_and_halves_round_to_even),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(coordinates_are_finite_at_the_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
