/* Boxes that each convention's published code makes, in float32: nine digits tell one float32 from its neighbours. */
#include "anchors/anchor_support.h"

static void py_faster_rcnn_boxes_are_those_of_its_python_code(void **state)
{
    (void)state;
    static const float expected[9][4] = {
        {-84, -40, 99, 55}, {-176, -88, 191, 103},  {-360, -184, 375, 199},
        {-56, -56, 71, 71}, {-120, -120, 135, 135}, {-248, -248, 263, 263},
        {-36, -80, 51, 95}, {-80, -168, 95, 183},   {-168, -344, 183, 359},
    };
    frcnn_anchor_config config;
    frcnn_anchor_config_default(&config, FRCNN_ANCHORS_PY_FASTER_RCNN);
    assert_base(&config, 0, expected[0], 9);
}

/* As the comment beside that code prints them, from the MATLAB version. */
static void matlab_boxes_are_counted_from_one(void **state)
{
    (void)state;
    static const float expected[9][4] = {
        {-83, -39, 100, 56}, {-175, -87, 192, 104},  {-359, -183, 376, 200},
        {-55, -55, 72, 72},  {-119, -119, 136, 136}, {-247, -247, 264, 264},
        {-35, -79, 52, 96},  {-79, -167, 96, 184},   {-167, -343, 184, 360},
    };
    frcnn_anchor_config config;
    frcnn_anchor_config_default(&config, FRCNN_ANCHORS_MATLAB);
    assert_base(&config, 0, expected[0], 9);
}

static void py_faster_rcnn_with_four_scales_is_the_coco_model(void **state)
{
    (void)state;
    static const double scales[] = {4, 8, 16, 32};
    static const float expected[3][4] = {{-38, -16, 53, 31}, {-24, -24, 39, 39}, {-14, -36, 29, 51}};
    const frcnn_anchor_config config = one_level(FRCNN_ANCHORS_PY_FASTER_RCNN, scales, 4, 16);
    frcnn_tensor *base = NULL;
    assert_ok(frcnn_anchors_create_base(&base, &config, 0));
    assert_int_equal(frcnn_tensor_get_n_elements(base), 12 * 4);
    for (int r = 0; r < 3; r++) assert_rows_equal(base, 4 * (int64_t)r, expected[r], 1);
    frcnn_tensor_destroy(&base);
}

static void simple_faster_rcnn_boxes_are_y_before_x(void **state)
{
    (void)state;
    static const float expected[9][4] = {
        {-37.2548332f, -82.5096664f, 53.2548332f, 98.5096664f},
        {-82.5096664f, -173.019333f, 98.5096664f, 189.019333f},
        {-173.019333f, -354.038666f, 189.019333f, 370.038666f},
        {-56, -56, 72, 72},
        {-120, -120, 136, 136},
        {-248, -248, 264, 264},
        {-82.5096664f, -37.2548332f, 98.5096664f, 53.2548332f},
        {-173.019333f, -82.5096664f, 189.019333f, 98.5096664f},
        {-354.038666f, -173.019333f, 370.038666f, 189.019333f},
    };
    frcnn_anchor_config config;
    frcnn_anchor_config_default(&config, FRCNN_ANCHORS_SIMPLE_FASTER_RCNN);
    assert_base(&config, 0, expected[0], 9);
}

/* Detectron2's pyramid: size, and half of the longer and the shorter side at ratios 0.5 and 2. */
static const struct {
    float half, longer, shorter;
} unrounded[SIZE_COUNT] = {
    {16, 22.6274166f, 11.3137083f},  {32, 45.2548332f, 22.6274166f},  {64, 90.5096664f, 45.2548332f},
    {128, 181.019333f, 90.5096664f}, {256, 362.038666f, 181.019333f},
};

static void get_unrounded(int size, float rows[RATIO_COUNT][4])
{
    const float a = unrounded[size].half;
    const float b = unrounded[size].longer;
    const float c = unrounded[size].shorter;
    const float expected[RATIO_COUNT][4] = {{-b, -c, b, c}, {-a, -a, a, a}, {-c, -b, c, b}};
    memcpy(rows, expected, sizeof expected);
}

static void detectron2_boxes_are_not_rounded(void **state)
{
    (void)state;
    frcnn_anchor_config config;
    frcnn_anchor_config_default(&config, FRCNN_ANCHORS_DETECTRON2);
    for (int i = 0; i < SIZE_COUNT; i++) {
        float expected[RATIO_COUNT][4];
        get_unrounded(i, expected);
        assert_base(&config, i, expected[0], RATIO_COUNT);
    }
}

static void detectron2_boxes_are_ordered_by_size_then_ratio(void **state)
{
    (void)state;
    float expected[SIZE_COUNT][RATIO_COUNT][4];
    for (int i = 0; i < SIZE_COUNT; i++) get_unrounded(i, expected[i]);
    const frcnn_anchor_config config = one_level(FRCNN_ANCHORS_DETECTRON2, every_size, SIZE_COUNT, 16);
    assert_base(&config, 0, expected[0][0], SIZE_COUNT * RATIO_COUNT);
}

/* mmdetection's default pyramid is Detectron2's; on one level its fifteen boxes come in another order. */
static void mmdet_boxes_are_detectron2s_ordered_by_ratio_then_size(void **state)
{
    (void)state;
    static const double scales[] = {2, 4, 8, 16, 32};
    float expected[RATIO_COUNT][SIZE_COUNT][4];
    frcnn_anchor_config config;
    frcnn_anchor_config_default(&config, FRCNN_ANCHORS_MMDET);
    for (int i = 0; i < SIZE_COUNT; i++) {
        float rows[RATIO_COUNT][4];
        get_unrounded(i, rows);
        assert_base(&config, i, rows[0], RATIO_COUNT);
        for (int r = 0; r < RATIO_COUNT; r++) memcpy(expected[r][i], rows[r], sizeof rows[r]);
    }
    config = one_level(FRCNN_ANCHORS_MMDET, scales, SIZE_COUNT, 16);
    assert_base(&config, 0, expected[0][0], SIZE_COUNT * RATIO_COUNT);
}

static void mmdet_legacy_boxes_are_rounded_about_the_middle_of_a_cell(void **state)
{
    (void)state;
    static const float expected[SIZE_COUNT][RATIO_COUNT][4] = {
        {{-21, -9, 24, 12}, {-14, -14, 17, 17}, {-9, -21, 12, 24}},
        {{-41, -19, 48, 26}, {-28, -28, 35, 35}, {-19, -41, 26, 48}},
        {{-83, -37, 98, 52}, {-56, -56, 71, 71}, {-37, -83, 52, 98}},
        {{-165, -75, 196, 106}, {-112, -112, 143, 143}, {-75, -165, 106, 196}},
        {{-330, -149, 393, 212}, {-224, -224, 287, 287}, {-149, -330, 212, 393}},
    };
    frcnn_anchor_config config;
    frcnn_anchor_config_default(&config, FRCNN_ANCHORS_MMDET_LEGACY);
    for (int i = 0; i < SIZE_COUNT; i++) assert_base(&config, i, expected[i][0], RATIO_COUNT);
}

static void octaves_double_over_their_scales(void **state)
{
    (void)state;
    double sizes[FRCNN_MAX_SIZES];
    assert_ok(frcnn_anchor_octave_sizes(sizes, 4, 3));
    const double expected[] = {4, 5.0396841995794928, 6.3496042078727974};
    for (int i = 0; i < 3; i++) assert_true(sizes[i] == expected[i]);
    assert_fails(frcnn_anchor_octave_sizes(sizes, 4, 0), FRCNN_ERROR_INVALID, "1 to 16 scales, found 0");
    assert_fails(frcnn_anchor_octave_sizes(sizes, 4, 17), FRCNN_ERROR_INVALID, "1 to 16 scales, found 17");
    assert_fails(frcnn_anchor_octave_sizes(sizes, 0, 3), FRCNN_ERROR_INVALID, "base scale above 0, found 0");
}

/* Odd sizes, where the order of products, the width of a number, or one rounding more is a last bit: from NumPy's arithmetic
   as live_anchors.py writes the rules down. */
static void roundings_are_those_of_each_program(void **state)
{
    (void)state;
    static const struct {
        frcnn_anchor_convention convention;
        frcnn_anchor_order order;
        double size, ratio;
        int stride;
        float box[4];
    } expected[] = {
        {FRCNN_ANCHORS_MMDET,
         FRCNN_ANCHOR_ORDER_RATIO_MAJOR,
         7,
         3,
         10,
         {-20.2072582f, -60.6217728f, 20.2072582f, 60.6217728f}},
        {FRCNN_ANCHORS_MMDET,
         FRCNN_ANCHOR_ORDER_SIZE_MAJOR,
         7,
         3,
         10,
         {-20.2072582f, -60.6217766f, 20.2072582f, 60.6217766f}},
        {FRCNN_ANCHORS_DETECTRON2,
         FRCNN_ANCHOR_ORDER_DEFAULT,
         33,
         0.6,
         4,
         {-21.3014088f, -12.7808447f, 21.3014088f, 12.7808447f}},
        {FRCNN_ANCHORS_SIMPLE_FASTER_RCNN,
         FRCNN_ANCHOR_ORDER_DEFAULT,
         3,
         0.3,
         16,
         {-5.1453414f, -35.8178062f, 21.1453419f, 51.8178062f}},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        frcnn_anchor_config config = one_level(expected[i].convention, &expected[i].size, 1, 16);
        set_level(&config.levels[0], &expected[i].size, 1, &expected[i].ratio, 1, expected[i].stride);
        config.order = expected[i].order;
        assert_base(&config, 0, expected[i].box, 1);
    }
}

/* The second cell's box; a sum of float32 would be -2.39999962. */
static void py_faster_rcnn_adds_shifts_in_float64(void **state)
{
    (void)state;
    static const double scale = 3.3;
    static const double one = 1;
    static const float second[] = {-2.4000001f, -18.3999996f, 49.4000015f, 33.4000015f};
    frcnn_anchor_config config = one_level(FRCNN_ANCHORS_PY_FASTER_RCNN, &scale, 1, 16);
    set_level(&config.levels[0], &scale, 1, &one, 1, 16);
    frcnn_tensor *anchors = on_small_map(&config);
    assert_rows_equal(anchors, 1, second, 1);
    frcnn_tensor_destroy(&anchors);
}

/* ---- a map of 2 x 3 cells of stride 16 under an image of 32 x 48 ---- */

static void py_faster_rcnn_on_a_small_map(void **state)
{
    (void)state;
    static const float fourth[6][4] = {{-56, -56, 71, 71}, {-40, -56, 87, 71}, {-24, -56, 103, 71},
                                       {-56, -40, 71, 87}, {-40, -40, 87, 87}, {-24, -40, 103, 87}};
    static const float last[] = {-136, -328, 215, 375};
    frcnn_anchor_config config;
    frcnn_anchor_config_default(&config, FRCNN_ANCHORS_PY_FASTER_RCNN);
    frcnn_tensor *anchors = on_small_map(&config);
    assert_int_equal(frcnn_tensor_get_n_elements(anchors), 54 * 4);
    for (int i = 0; i < 6; i++) assert_rows_equal(anchors, 9 * (int64_t)i + 3, fourth[i], 1);
    assert_rows_equal(anchors, 53, last, 1);
    frcnn_tensor_destroy(&anchors);
}

static void simple_faster_rcnn_on_a_small_map(void **state)
{
    (void)state;
    static const float first[4][4] = {
        {-37.2548332f, -82.5096664f, 53.2548332f, 98.5096664f},
        {-37.2548332f, -66.5096664f, 53.2548332f, 114.509666f},
        {-37.2548332f, -50.5096664f, 53.2548332f, 130.509674f},
        {-21.2548332f, -82.5096664f, 69.2548370f, 98.5096664f},
    };
    static const float last[] = {-338.038666f, -141.019333f, 386.038666f, 221.019333f};
    frcnn_anchor_config config;
    frcnn_anchor_config_default(&config, FRCNN_ANCHORS_SIMPLE_FASTER_RCNN);
    frcnn_tensor *anchors = on_small_map(&config);
    assert_int_equal(frcnn_tensor_get_n_elements(anchors), 54 * 4);
    for (int i = 0; i < 4; i++) assert_rows_equal(anchors, 9 * (int64_t)i, first[i], 1);
    assert_rows_equal(anchors, 53, last, 1);
    frcnn_tensor_destroy(&anchors);
}

static void detectron2_on_a_small_map(void **state)
{
    (void)state;
    static const float first_cells[6][4] = {
        {-45.2548332f, -22.6274166f, 45.2548332f, 22.6274166f},
        {-32, -32, 32, 32},
        {-22.6274166f, -45.2548332f, 22.6274166f, 45.2548332f},
        {-29.2548332f, -22.6274166f, 61.2548332f, 22.6274166f},
        {-16, -32, 48, 32},
        {-6.6274166f, -45.2548332f, 38.6274185f, 45.2548332f},
    };
    static const float last_cell[3][4] = {
        {-13.2548332f, -6.6274166f, 77.2548370f, 38.6274185f},
        {0, -16, 64, 48},
        {9.3725834f, -29.2548332f, 54.6274185f, 61.2548332f},
    };
    static const float half[3][4] = {
        {-37.2548332f, -14.6274166f, 53.2548332f, 30.6274166f},
        {-24, -24, 40, 40},
        {-14.6274166f, -37.2548332f, 30.6274166f, 53.2548332f},
    };
    frcnn_anchor_config config = one_level(FRCNN_ANCHORS_DETECTRON2, &every_size[1], 1, 16);
    frcnn_tensor *anchors = on_small_map(&config);
    assert_int_equal(frcnn_tensor_get_n_elements(anchors), 18 * 4);
    assert_rows_equal(anchors, 0, first_cells[0], 6);
    assert_rows_equal(anchors, 15, last_cell[0], 3);
    frcnn_tensor_destroy(&anchors);
    config.offset = 0.5;
    anchors = on_small_map(&config);
    assert_rows_equal(anchors, 0, half[0], 3);
    frcnn_tensor_destroy(&anchors);
}

static void mmdet_on_a_small_map(void **state)
{
    (void)state;
    static const double scale = 8;
    static const float first_cell[3][4] = {
        {-90.5096664f, -45.2548332f, 90.5096664f, 45.2548332f},
        {-64, -64, 64, 64},
        {-45.2548332f, -90.5096664f, 45.2548332f, 90.5096664f},
    };
    static const float last_cell[3][4] = {
        {-58.5096664f, -29.2548332f, 122.509666f, 61.2548332f},
        {-32, -48, 96, 80},
        {-13.2548332f, -74.5096664f, 77.2548370f, 106.509666f},
    };
    static const float half[3][4] = {
        {-82.5096664f, -37.2548332f, 98.5096664f, 53.2548332f},
        {-56, -56, 72, 72},
        {-37.2548332f, -82.5096664f, 53.2548332f, 98.5096664f},
    };
    frcnn_anchor_config config = one_level(FRCNN_ANCHORS_MMDET, &scale, 1, 16);
    frcnn_tensor *anchors = on_small_map(&config);
    assert_int_equal(frcnn_tensor_get_n_elements(anchors), 18 * 4);
    assert_rows_equal(anchors, 0, first_cell[0], 3);
    assert_rows_equal(anchors, 15, last_cell[0], 3);
    frcnn_tensor_destroy(&anchors);
    config.offset = 0.5;
    anchors = on_small_map(&config);
    assert_rows_equal(anchors, 0, half[0], 3);
    frcnn_tensor_destroy(&anchors);
}

static void mmdet_legacy_on_a_small_map(void **state)
{
    (void)state;
    static const double scale = 8;
    static const float first_cells[6][4] = {
        {-83, -37, 98, 52},  {-56, -56, 71, 71}, {-37, -83, 52, 98},
        {-67, -37, 114, 52}, {-40, -56, 87, 71}, {-21, -83, 68, 98},
    };
    const frcnn_anchor_config config = one_level(FRCNN_ANCHORS_MMDET_LEGACY, &scale, 1, 16);
    frcnn_tensor *anchors = on_small_map(&config);
    assert_int_equal(frcnn_tensor_get_n_elements(anchors), 18 * 4);
    assert_rows_equal(anchors, 0, first_cells[0], 6);
    frcnn_tensor_destroy(&anchors);
}

/* ---- what may be asked for ---- */

static void conventions_have_names(void **state)
{
    (void)state;
    static const char *const names[] = {"torchvision", "detectron2",        "mmdet", "mmdet-legacy", "py-faster-rcnn",
                                        "matlab",      "simple-faster-rcnn"};
    frcnn_anchor_convention found = FRCNN_ANCHORS_MATLAB;
    for (int i = 0; i < FRCNN_N_ANCHOR_CONVENTIONS; i++) {
        assert_string_equal(frcnn_anchor_convention_get_name((frcnn_anchor_convention)i), names[i]);
        assert_ok(frcnn_anchor_convention_parse(&found, names[i]));
        assert_int_equal(found, i);
    }
    assert_string_equal(frcnn_anchor_convention_get_name((frcnn_anchor_convention)7), "?");
    assert_string_equal(frcnn_anchor_convention_get_name((frcnn_anchor_convention)-1), "?");
    assert_fails(frcnn_anchor_convention_parse(&found, "Detectron2"), FRCNN_ERROR_INVALID,
                 "expected one of torchvision, detectron2, mmdet, mmdet-legacy, py-faster-rcnn, matlab, "
                 "simple-faster-rcnn, found 'Detectron2'");
    assert_int_equal(found, FRCNN_ANCHORS_SIMPLE_FASTER_RCNN);
}

static void conventions_say_what_they_have(void **state)
{
    (void)state;
    static const int offset[] = {0, 1, 1, 1, 0, 0, 0};
    static const int base_size[] = {0, 0, 1, 1, 1, 1, 1};
    static const int is_yx[] = {0, 0, 0, 0, 0, 0, 1};
    for (int i = 0; i < FRCNN_N_ANCHOR_CONVENTIONS; i++) {
        assert_int_equal(frcnn_anchor_convention_has_offset((frcnn_anchor_convention)i), offset[i]);
        assert_int_equal(frcnn_anchor_convention_has_base_size((frcnn_anchor_convention)i), base_size[i]);
        assert_int_equal(frcnn_anchor_convention_is_yx((frcnn_anchor_convention)i), is_yx[i]);
    }
    assert_false(frcnn_anchor_convention_has_offset((frcnn_anchor_convention)7));
    assert_false(frcnn_anchor_convention_has_base_size((frcnn_anchor_convention)7));
    assert_false(frcnn_anchor_convention_is_yx((frcnn_anchor_convention)7));
}

static void assert_refused(const frcnn_anchor_config *config, const char *text)
{
    frcnn_tensor *out = NULL;
    frcnn_anchor_grids grids = {.image_h = 7};
    assert_fails(frcnn_anchors_create_base(&out, config, 0), FRCNN_ERROR_INVALID, text);
    assert_fails(frcnn_anchor_grids_from_image(&grids, config, 32, 48), FRCNN_ERROR_INVALID, text);
    assert_true(out == NULL && grids.image_h == 7);
}

static void configurations_are_checked(void **state)
{
    (void)state;
    frcnn_anchor_config good;
    frcnn_anchor_config_default(&good, FRCNN_ANCHORS_DETECTRON2);
    frcnn_anchor_config config = good;
    config.struct_size--;
    assert_refused(&config, "a config made by frcnn_anchor_config_default");
    config = good;
    config.convention = (frcnn_anchor_convention)7;
    assert_refused(&config, "7 is no convention");
    config = good;
    config.order = (frcnn_anchor_order)3;
    assert_refused(&config, "3 is no order");
    config = good;
    config.n_levels = 0;
    assert_refused(&config, "1 to 8 levels, found 0");
    config.n_levels = 9;
    assert_refused(&config, "1 to 8 levels, found 9");
    config = good;
    config.offset = 1;
    assert_refused(&config, "an offset of 0 or more and below 1, found 1");
    config.convention = FRCNN_ANCHORS_TORCHVISION;
    config.offset = 0.5;
    assert_refused(&config, "no offset, as torchvision has none, found 0.5");
    config = good;
    config.base_size = -1;
    assert_refused(&config, "base size from 0 to 65535, found -1");
    config = good;
    config.levels[4].stride_x = 0;
    assert_refused(&config, "level 4: expected strides of 1 to 65535 pixels, found 64x0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(py_faster_rcnn_boxes_are_those_of_its_python_code),
        cmocka_unit_test(matlab_boxes_are_counted_from_one),
        cmocka_unit_test(py_faster_rcnn_with_four_scales_is_the_coco_model),
        cmocka_unit_test(simple_faster_rcnn_boxes_are_y_before_x),
        cmocka_unit_test(detectron2_boxes_are_not_rounded),
        cmocka_unit_test(detectron2_boxes_are_ordered_by_size_then_ratio),
        cmocka_unit_test(mmdet_boxes_are_detectron2s_ordered_by_ratio_then_size),
        cmocka_unit_test(mmdet_legacy_boxes_are_rounded_about_the_middle_of_a_cell),
        cmocka_unit_test(octaves_double_over_their_scales),
        cmocka_unit_test(roundings_are_those_of_each_program),
        cmocka_unit_test(py_faster_rcnn_adds_shifts_in_float64),
        cmocka_unit_test(py_faster_rcnn_on_a_small_map),
        cmocka_unit_test(simple_faster_rcnn_on_a_small_map),
        cmocka_unit_test(detectron2_on_a_small_map),
        cmocka_unit_test(mmdet_on_a_small_map),
        cmocka_unit_test(mmdet_legacy_on_a_small_map),
        cmocka_unit_test(conventions_have_names),
        cmocka_unit_test(conventions_say_what_they_have),
        cmocka_unit_test(configurations_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
