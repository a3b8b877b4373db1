/* What goes wrong for people who port or configure anchors, one test for each. */
#include "anchors/anchor_support.h"

#include <math.h>

static int64_t count(const frcnn_anchor_config *config, int image_h, int image_w)
{
    int64_t n = 0;
    frcnn_anchor_grids grids;
    assert_ok(frcnn_anchor_grids_from_image(&grids, config, image_h, image_w));
    assert_ok(frcnn_anchors_count(&n, config, &grids, config->n_levels));
    return n;
}

/* tests/detector/test_model.c has the same for a checkpoint's settings. */
static void sizes_for_two_levels_on_the_maps_of_five_are_refused_with_both_numbers(void **state)
{
    (void)state;
    frcnn_anchor_config five;
    frcnn_anchor_grids grids;
    frcnn_tensor *anchors = NULL;
    frcnn_anchor_config_default(&five, FRCNN_ANCHORS_TORCHVISION);
    assert_ok(frcnn_anchor_grids_from_image(&grids, &five, 800, 1088));
    frcnn_anchor_config two = five;
    two.n_levels = 2;
    assert_fails(frcnn_anchors_create(&anchors, &two, &grids), FRCNN_ERROR_INVALID,
                 "expected maps for 2 levels, found 5");
    assert_null(anchors);
}

/* Four ratios on a head for three anchors: the rows of a cell say so before anything is reshaped.
   tests/detector/test_model.c has the error of a checkpoint. */
static void boxes_in_a_cell_are_sizes_times_ratios_in_every_convention(void **state)
{
    (void)state;
    static const double sizes[] = {8, 16, 32};
    static const double four[] = {0.5, 1, 2, 4};
    for (int i = 0; i < FRCNN_N_ANCHOR_CONVENTIONS; i++) {
        frcnn_tensor *base = NULL;
        frcnn_anchor_config config = one_level((frcnn_anchor_convention)i, sizes, 3, 16);
        assert_ok(frcnn_anchors_create_base(&base, &config, 0));
        assert_int_equal(frcnn_tensor_get_shape(base)[0], 9);
        frcnn_tensor_destroy(&base);
        set_level(&config.levels[0], sizes, 1, four, 4, 16);
        assert_ok(frcnn_anchors_create_base(&base, &config, 0));
        assert_int_equal(frcnn_tensor_get_shape(base)[0], 4);
        frcnn_tensor_destroy(&base);
    }
}

/* Detectron2's [[32, 64, 128, 256, 512]] for five levels: every size on every level, as it is written out here. */
static void all_sizes_on_every_level_are_fifteen_a_cell(void **state)
{
    (void)state;
    frcnn_anchor_config config;
    frcnn_anchor_config_default(&config, FRCNN_ANCHORS_DETECTRON2);
    const int64_t once = count(&config, 800, 1088);
    for (int i = 0; i < config.n_levels; i++)
        set_level(&config.levels[i], every_size, SIZE_COUNT, every_ratio, RATIO_COUNT, 4 << i);
    for (int i = 0; i < config.n_levels; i++) {
        frcnn_tensor *base = NULL;
        assert_ok(frcnn_anchors_create_base(&base, &config, i));
        assert_int_equal(frcnn_tensor_get_shape(base)[0], 15);
        frcnn_tensor_destroy(&base);
    }
    assert_int_equal(count(&config, 800, 1088), 5 * once);
}

static void anchors_are_float32_whatever_the_model_computes_in(void **state)
{
    (void)state;
    for (int i = 0; i < FRCNN_N_ANCHOR_CONVENTIONS; i++) {
        frcnn_anchor_config config;
        frcnn_anchor_config_default(&config, (frcnn_anchor_convention)i);
        frcnn_tensor *anchors = NULL;
        frcnn_anchor_grids grids;
        assert_ok(frcnn_anchor_grids_from_image(&grids, &config, 2000, 4099));
        assert_ok(frcnn_anchors_create_level(&anchors, &config, &grids, 0));
        assert_int_equal(frcnn_tensor_get_dtype(anchors), FRCNN_F32);
        /* 4096 + 1 is where float16 would have lost the ones. */
        const int64_t *shape = frcnn_tensor_get_shape(anchors);
        const float *last = (const float *)frcnn_tensor_get_const_data(anchors) + 4 * (shape[0] - 1);
        const float *first = frcnn_tensor_get_const_data(anchors);
        const int x = frcnn_anchor_convention_is_yx((frcnn_anchor_convention)i) ? 1 : 0;
        const int a = (int)(shape[0] / ((int64_t)grids.grid_h[0] * grids.grid_w[0]));
        const float moved = (float)((grids.grid_w[0] - 1) * grids.stride_x[0]);
        assert_true(last[x] == first[4 * (a - 1) + x] + moved);
        frcnn_tensor_destroy(&anchors);
    }
}

/* x moves from one cell to the next, y from one row to the next: with NumPy's indexing taken for PyTorch's, or the
   other way round, a grid of 2 x 3 comes out transposed. */
static void a_grid_that_is_not_square_goes_row_by_row(void **state)
{
    (void)state;
    static const float y[] = {0, 0, 0, 16, 16, 16};
    static const float x[] = {0, 16, 32, 0, 16, 32};
    for (int i = 0; i < FRCNN_N_ANCHOR_CONVENTIONS; i++) {
        static const double scale = 4;
        const frcnn_anchor_config config = one_level((frcnn_anchor_convention)i, &scale, 1, 16);
        const int is_yx = frcnn_anchor_convention_is_yx((frcnn_anchor_convention)i);
        frcnn_tensor *base = NULL;
        frcnn_tensor *anchors = on_small_map(&config);
        assert_ok(frcnn_anchors_create_base(&base, &config, 0));
        const float *b = frcnn_tensor_get_const_data(base);
        for (int cell = 0; cell < 6; cell++)
            for (int a = 0; a < RATIO_COUNT; a++) {
                const float first = is_yx ? y[cell] : x[cell];
                const float second = is_yx ? x[cell] : y[cell];
                const float expected[] = {b[4 * a] + first, b[4 * a + 1] + second, b[4 * a + 2] + first,
                                          b[4 * a + 3] + second};
                assert_rows_equal(anchors, (int64_t)cell * RATIO_COUNT + a, expected, 1);
            }
        frcnn_tensor_destroy(&anchors);
        frcnn_tensor_destroy(&base);
    }
}

/* A square of 128 on a cell of 16: centred on 0, on half a stride, and on half of a stride less one. */
static void three_offsets_side_by_side(void **state)
{
    (void)state;
    static const double one = 1;
    static const double scale = 8;
    static const struct {
        frcnn_anchor_convention convention;
        double offset;
        float box[4];
    } expected[] = {
        {FRCNN_ANCHORS_MMDET, 0, {-64, -64, 64, 64}},
        {FRCNN_ANCHORS_MMDET, 0.5, {-56, -56, 72, 72}},
        {FRCNN_ANCHORS_MMDET_LEGACY, 0.5, {-56, -56, 71, 71}},
        {FRCNN_ANCHORS_PY_FASTER_RCNN, 0, {-56, -56, 71, 71}},
        {FRCNN_ANCHORS_SIMPLE_FASTER_RCNN, 0, {-56, -56, 72, 72}},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        frcnn_anchor_config config = one_level(expected[i].convention, &scale, 1, 16);
        set_level(&config.levels[0], &scale, 1, &one, 1, 16);
        config.offset = expected[i].offset;
        assert_base(&config, 0, expected[i].box, 1);
    }
    frcnn_anchor_config d2 = one_level(FRCNN_ANCHORS_DETECTRON2, &every_size[2], 1, 16);
    set_level(&d2.levels[0], &every_size[2], 1, &one, 1, 16);
    for (int half = 0; half < 2; half++) {
        d2.offset = 0.5 * half;
        frcnn_tensor *anchors = on_small_map(&d2);
        assert_rows_equal(anchors, 0, expected[half].box, 1);
        frcnn_tensor_destroy(&anchors);
    }
}

static void an_offset_that_the_convention_has_none_of_is_refused(void **state)
{
    (void)state;
    frcnn_anchor_grids grids;
    frcnn_anchor_config config;
    frcnn_anchor_config_default(&config, FRCNN_ANCHORS_SIMPLE_FASTER_RCNN);
    config.offset = 0.5;
    assert_fails(frcnn_anchor_grids_from_image(&grids, &config, 224, 224), FRCNN_ERROR_INVALID,
                 "expected no offset, as simple-faster-rcnn has none, found 0.5");
}

/* Counted as ceil((1000 - offset) * stride / stride), the cells of this offset are 999. */
static void an_offset_of_nearly_a_stride_leaves_no_cell_out(void **state)
{
    (void)state;
    enum { H = 1, W = 1000 };
    const int h = H;
    const int w = W;
    static const double one = 1;
    static const float last[] = {W * 16 - 8, 8, W * 16 + 8, 24};
    frcnn_anchor_grids grids;
    frcnn_tensor *anchors = NULL;
    static const double size = 16;
    frcnn_anchor_config config = one_level(FRCNN_ANCHORS_DETECTRON2, &size, 1, 16);
    set_level(&config.levels[0], &size, 1, &one, 1, 16);
    config.offset = nextafter(1, 0);
    assert_ok(frcnn_anchor_grids_from_maps(&grids, &config, 0, 0, &h, &w));
    assert_ok(frcnn_anchors_create(&anchors, &config, &grids));
    assert_int_equal(frcnn_tensor_get_shape(anchors)[0], W);
    assert_rows_equal(anchors, W - 1, last, 1);
    frcnn_tensor_destroy(&anchors);
}

/* Maps are as large as the layers before them make them, side by side rounded up: 225 / 4 is 57 cells, not 56. */
static void an_image_of_225_pixels_has_a_cell_more_than_one_of_224(void **state)
{
    (void)state;
    static const int cells_224[] = {56, 28, 14, 7, 4};
    static const int cells_225[] = {57, 29, 15, 8, 4};
    frcnn_anchor_config config;
    frcnn_anchor_grids grids;
    frcnn_anchor_config_default(&config, FRCNN_ANCHORS_DETECTRON2);
    assert_ok(frcnn_anchor_grids_from_image(&grids, &config, 224, 225));
    for (int i = 0; i < config.n_levels; i++) {
        assert_int_equal(grids.grid_h[i], cells_224[i]);
        assert_int_equal(grids.grid_w[i], cells_225[i]);
        assert_true(grids.stride_y[i] == 4 << i && grids.stride_x[i] == 4 << i);
    }
    assert_int_equal(count(&config, 224, 224), 3 * (56 * 56 + 28 * 28 + 14 * 14 + 7 * 7 + 4 * 4));
    assert_int_equal(count(&config, 225, 225), 3 * (57 * 57 + 29 * 29 + 15 * 15 + 8 * 8 + 4 * 4));
}

/* torchvision divides the padded image by the map and rounds down: where the last map has an odd side, its cells are 61
   pixels apart, not 64. Totals as torchvision 0.29.1 counts them. */
static void strides_are_61_where_64_was_expected(void **state)
{
    (void)state;
    static const struct {
        int h, w, stride_y, stride_x;
        int64_t n_anchors;
    } images[] = {
        {800, 1088, 61, 64, 217413}, {800, 1216, 61, 64, 242991}, {768, 1344, 64, 64, 257796},
        {800, 800, 61, 61, 159882},  {800, 1344, 61, 64, 268569},
    };
    for (size_t i = 0; i < sizeof images / sizeof images[0]; i++) {
        frcnn_anchor_config config;
        frcnn_anchor_grids grids;
        frcnn_anchor_config_default(&config, FRCNN_ANCHORS_TORCHVISION);
        assert_ok(frcnn_anchor_grids_from_image(&grids, &config, images[i].h, images[i].w));
        for (int k = 0; k < 4; k++) assert_true(grids.stride_y[k] == 4 << k && grids.stride_x[k] == 4 << k);
        assert_int_equal(grids.stride_y[4], images[i].stride_y);
        assert_int_equal(grids.stride_x[4], images[i].stride_x);
        assert_int_equal(count(&config, images[i].h, images[i].w), images[i].n_anchors);
        frcnn_anchor_config_default(&config, FRCNN_ANCHORS_DETECTRON2);
        assert_ok(frcnn_anchor_grids_from_image(&grids, &config, images[i].h, images[i].w));
        assert_true(grids.stride_y[4] == 64 && grids.stride_x[4] == 64);
        assert_int_equal(count(&config, images[i].h, images[i].w), images[i].n_anchors);
    }
}

/* MobileNetV3-FPN: two maps of equal size and a pooled one. */
static void mobilenet_strides_are_those_of_its_maps(void **state)
{
    (void)state;
    static const struct {
        int h, w, maps[3][2], stride_y, stride_x;
    } images[] = {{800, 1088, {{25, 34}, {25, 34}, {13, 17}}, 61, 64},
                  {320, 448, {{10, 14}, {10, 14}, {5, 7}}, 64, 64}};
    for (int i = 0; i < 2; i++) {
        frcnn_anchor_grids grids;
        frcnn_anchor_config config;
        frcnn_anchor_config_default(&config, FRCNN_ANCHORS_TORCHVISION);
        config.n_levels = 3;
        int h[3];
        int w[3];
        for (int k = 0; k < 3; k++) {
            h[k] = images[i].maps[k][0];
            w[k] = images[i].maps[k][1];
        }
        assert_ok(frcnn_anchor_grids_from_maps(&grids, &config, images[i].h, images[i].w, h, w));
        assert_true(grids.stride_y[0] == 32 && grids.stride_x[1] == 32);
        assert_int_equal(grids.stride_y[2], images[i].stride_y);
        assert_int_equal(grids.stride_x[2], images[i].stride_x);
    }
}

/* Cells two pixels apart: how many anchors that makes is known before any is made. */
static void a_stride_of_two_is_counted_before_it_is_made(void **state)
{
    (void)state;
    frcnn_anchor_config config = one_level(FRCNN_ANCHORS_DETECTRON2, every_size, SIZE_COUNT, 2);
    assert_int_equal(count(&config, 800, 1344), (int64_t)400 * 672 * 15);
    config.levels[0].stride_y = config.levels[0].stride_x = 1;
    assert_int_equal(count(&config, 65535, 65535), (int64_t)65535 * 65535 * 15);
}

/* One configuration is all there is to change for other sizes; both sides may have strides of their own. */
static void other_sizes_ratios_and_strides_are_one_edit(void **state)
{
    (void)state;
    static const double size = 100;
    static const double ratio = 4;
    static const float expected[4][4] = {
        {-25, -100, 25, 100}, {-5, -100, 45, 100}, {-25, -90, 25, 110}, {-5, -90, 45, 110}};
    frcnn_anchor_config config = one_level(FRCNN_ANCHORS_DETECTRON2, &size, 1, 16);
    set_level(&config.levels[0], &size, 1, &ratio, 1, 10);
    config.levels[0].stride_x = 20;
    frcnn_anchor_grids grids;
    frcnn_tensor *anchors = NULL;
    assert_ok(frcnn_anchor_grids_from_image(&grids, &config, 20, 40));
    assert_ok(frcnn_anchors_create(&anchors, &config, &grids));
    assert_all_rows_equal(anchors, expected[0], 4);
    frcnn_tensor_destroy(&anchors);
}

/* All levels in one tensor are the levels' own, one after the other. */
static void levels_begin_where_their_counts_say(void **state)
{
    (void)state;
    for (int i = 0; i < FRCNN_N_ANCHOR_CONVENTIONS; i++) {
        frcnn_anchor_config config;
        frcnn_anchor_grids grids;
        frcnn_tensor *all = NULL;
        frcnn_anchor_config_default(&config, (frcnn_anchor_convention)i);
        assert_ok(frcnn_anchor_grids_from_image(&grids, &config, 224, 288));
        assert_ok(frcnn_anchors_create(&all, &config, &grids));
        int64_t begin = 0;
        for (int k = 0; k < config.n_levels; k++) {
            int64_t first = 0;
            frcnn_tensor *level = NULL;
            assert_ok(frcnn_anchors_count(&first, &config, &grids, k));
            assert_ok(frcnn_anchors_create_level(&level, &config, &grids, k));
            assert_int_equal(first, begin);
            const int64_t n = frcnn_tensor_get_shape(level)[0];
            assert_rows_equal(all, begin, frcnn_tensor_get_const_data(level), n);
            begin += n;
            frcnn_tensor_destroy(&level);
        }
        assert_int_equal(frcnn_tensor_get_shape(all)[0], begin);
        frcnn_tensor_destroy(&all);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_for_two_levels_on_the_maps_of_five_are_refused_with_both_numbers),
        cmocka_unit_test(boxes_in_a_cell_are_sizes_times_ratios_in_every_convention),
        cmocka_unit_test(all_sizes_on_every_level_are_fifteen_a_cell),
        cmocka_unit_test(anchors_are_float32_whatever_the_model_computes_in),
        cmocka_unit_test(a_grid_that_is_not_square_goes_row_by_row),
        cmocka_unit_test(three_offsets_side_by_side),
        cmocka_unit_test(an_offset_that_the_convention_has_none_of_is_refused),
        cmocka_unit_test(an_offset_of_nearly_a_stride_leaves_no_cell_out),
        cmocka_unit_test(an_image_of_225_pixels_has_a_cell_more_than_one_of_224),
        cmocka_unit_test(strides_are_61_where_64_was_expected),
        cmocka_unit_test(mobilenet_strides_are_those_of_its_maps),
        cmocka_unit_test(a_stride_of_two_is_counted_before_it_is_made),
        cmocka_unit_test(other_sizes_ratios_and_strides_are_one_edit),
        cmocka_unit_test(levels_begin_where_their_counts_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
