/* Golden files through the C API. What the program does with them, and the mistakes behind differences: tests/cli. */
#include "anchors/anchor_support.h"
#include "checkpoint/scratch_folder.h"

#include <math.h>

#include "frcnn/anchor_golden.h"

/* A convention's published model on small maps; torchvision's last stride is 48 along y here, 53 along x. */
static void make(frcnn_anchor_config *config, frcnn_anchor_grids *grids, int convention)
{
    frcnn_anchor_config_default(config, (frcnn_anchor_convention)convention);
    assert_ok(frcnn_anchor_grids_from_image(grids, config, 96, 160));
}

static frcnn_anchor_golden *open_golden(const frcnn_anchor_config *config, const frcnn_anchor_grids *grids)
{
    frcnn_anchor_golden *golden = NULL;
    assert_ok(frcnn_anchor_golden_save(scratch_path, config, grids));
    assert_ok(frcnn_anchor_golden_open(&golden, scratch_path));
    return golden;
}

static size_t read_file(char *text, size_t capacity)
{
    FILE *stream = fopen(scratch_path, "rb");
    assert_non_null(stream);
    const size_t n = fread(text, 1, capacity, stream);
    assert_true(n < capacity);
    fclose(stream);
    return n;
}

static void what_was_saved_is_read_and_checks(void **state)
{
    (void)state;
    static char before[1 << 17];
    static char after[1 << 17];
    for (int i = 0; i < FRCNN_N_ANCHOR_CONVENTIONS; i++) {
        frcnn_anchor_config config;
        frcnn_anchor_grids grids;
        frcnn_anchor_difference difference;
        int64_t total = 0;
        make(&config, &grids, i);
        frcnn_anchor_golden *golden = open_golden(&config, &grids);
        const frcnn_anchor_config *read = frcnn_anchor_golden_get_config(golden);
        assert_int_equal(read->convention, config.convention);
        assert_true(read->offset == config.offset && read->base_size == config.base_size);
        assert_int_equal(read->n_levels, config.n_levels);
        assert_memory_equal(frcnn_anchor_golden_get_grids(golden), &grids, sizeof grids);
        assert_ok(frcnn_anchors_count(&total, &config, &grids, config.n_levels));
        assert_int_equal(frcnn_anchor_golden_get_total(golden), total);
        assert_int_equal(strlen(frcnn_anchor_golden_get_sha256(golden)), 64);
        assert_ok(frcnn_anchor_golden_check(golden, &difference));
        assert_true(difference.is_equal);
        const size_t n = read_file(before, sizeof before);
        assert_ok(frcnn_anchor_golden_save(scratch_path, read, frcnn_anchor_golden_get_grids(golden)));
        assert_int_equal(read_file(after, sizeof after), n);
        assert_memory_equal(before, after, n);
        frcnn_anchor_golden_close(&golden);
        assert_null(golden);
    }
}

/* Sizes are doubles: what 15 digits cannot say is said with 17. */
static void sizes_keep_every_bit(void **state)
{
    (void)state;
    frcnn_anchor_config config;
    frcnn_anchor_grids grids;
    make(&config, &grids, FRCNN_ANCHORS_MMDET);
    config.levels[0].n_sizes = 3;
    assert_ok(frcnn_anchor_octave_sizes(config.levels[0].sizes, 4, 3));
    config.levels[0].ratios[0] = nextafter(1.0 / 3, 1);
    config.offset = 0.1;
    config.base_size = 7.3;
    frcnn_anchor_golden *golden = open_golden(&config, &grids);
    const frcnn_anchor_config *read = frcnn_anchor_golden_get_config(golden);
    assert_memory_equal(read->levels[0].sizes, config.levels[0].sizes, 3 * sizeof(double));
    assert_memory_equal(read->levels[0].ratios, config.levels[0].ratios, 3 * sizeof(double));
    assert_true(read->offset == config.offset && read->base_size == config.base_size);
    frcnn_anchor_golden_close(&golden);
}

static void tensors_of_any_kind_are_compared(void **state)
{
    (void)state;
    frcnn_anchor_config config;
    frcnn_anchor_grids grids;
    frcnn_anchor_difference difference;
    frcnn_tensor *levels[FRCNN_MAX_LEVELS] = {NULL};
    frcnn_tensor *all = NULL;
    frcnn_tensor *wide = NULL;
    frcnn_tensor *turned = NULL;
    frcnn_tensor *copy = NULL;
    make(&config, &grids, FRCNN_ANCHORS_TORCHVISION);
    frcnn_anchor_golden *golden = open_golden(&config, &grids);
    for (int i = 0; i < config.n_levels; i++) assert_ok(frcnn_anchors_create_level(&levels[i], &config, &grids, i));
    assert_ok(frcnn_anchor_golden_compare(golden, (const frcnn_tensor *const *)levels, config.n_levels, &difference));
    assert_true(difference.is_equal && difference.n_found == frcnn_anchor_golden_get_total(golden));

    assert_ok(frcnn_anchors_create(&all, &config, &grids));
    assert_ok(frcnn_tensor_cast(&wide, all, FRCNN_F64));
    assert_ok(frcnn_anchor_golden_compare(golden, (const frcnn_tensor *const *)&wide, 1, &difference));
    assert_true(difference.is_equal);

    /* The same rows, column after column in memory. */
    assert_ok(frcnn_tensor_transpose(&turned, all, 0, 1));
    assert_ok(frcnn_tensor_contiguous(&copy, turned));
    frcnn_tensor_destroy(&turned);
    assert_ok(frcnn_tensor_transpose(&turned, copy, 0, 1));
    assert_ok(frcnn_anchor_golden_compare(golden, (const frcnn_tensor *const *)&turned, 1, &difference));
    assert_true(difference.is_equal);

    for (int i = 0; i < config.n_levels; i++) frcnn_tensor_destroy(&levels[i]);
    frcnn_tensor_destroy(&all);
    frcnn_tensor_destroy(&wide);
    frcnn_tensor_destroy(&turned);
    frcnn_tensor_destroy(&copy);
    frcnn_anchor_golden_close(&golden);
}

/* The last cell's last anchor of the last level: 2 * 53 + 181 and 48 + 362. */
static void a_difference_of_one_ulp_has_its_place(void **state)
{
    (void)state;
    frcnn_anchor_config config;
    frcnn_anchor_grids grids;
    frcnn_anchor_difference difference;
    frcnn_tensor *all = NULL;
    char text[FRCNN_ANCHOR_DIFFERENCE_TEXT];
    make(&config, &grids, FRCNN_ANCHORS_TORCHVISION);
    frcnn_anchor_golden *golden = open_golden(&config, &grids);
    assert_ok(frcnn_anchors_create(&all, &config, &grids));
    float *last = (float *)frcnn_tensor_get_data(all) + frcnn_tensor_get_n_elements(all) - 1;
    *last = nextafterf(*last, 0);
    assert_ok(frcnn_anchor_golden_compare(golden, (const frcnn_tensor *const *)&all, 1, &difference));
    assert_false(difference.is_equal);
    assert_int_equal(difference.n_values, 1);
    assert_int_equal(difference.n_anchors, 1);
    assert_int_equal(difference.level, 4);
    assert_int_equal(difference.y, 1);
    assert_int_equal(difference.x, 2);
    assert_int_equal(difference.anchor, 2);
    assert_int_equal(difference.coordinate, 3);
    assert_true(difference.expected == 410 && difference.found == *last);
    assert_int_equal(difference.ulps, 1);
    assert_null(difference.cause);
    frcnn_anchor_difference_describe(text, sizeof text, &difference);
    assert_string_equal(text,
                        "1 of 3843 anchors differ, in 1 value, by at most 3.05175781e-05\n"
                        "first: level 4, cell (y 1, x 2), anchor 2 of the cell, y2: expected 410, found 409.99997, "
                        "1 ulp apart\n"
                        "cause: none of the known mistakes leads to this");
    for (size_t n = 0; n < 200; n++) {
        char cut[200];
        memset(cut, 7, sizeof cut);
        frcnn_anchor_difference_describe(cut, n, &difference);
        if (n > 0) assert_memory_equal(cut, text, n - 1);
        if (n > 0) assert_int_equal(cut[n - 1], 0);
        assert_true(n == sizeof cut || cut[n] == 7);
    }
    frcnn_tensor_destroy(&all);
    frcnn_anchor_golden_close(&golden);
}

static void minus_zero_is_zero(void **state)
{
    (void)state;
    frcnn_anchor_config config;
    frcnn_anchor_grids grids;
    frcnn_anchor_difference difference;
    frcnn_tensor *all = NULL;
    make(&config, &grids, FRCNN_ANCHORS_TORCHVISION);
    frcnn_anchor_golden *golden = open_golden(&config, &grids);
    assert_ok(frcnn_anchors_create(&all, &config, &grids));
    float *values = frcnn_tensor_get_data(all);
    int n_zeros = 0;
    for (int64_t i = 0; i < frcnn_tensor_get_n_elements(all); i++)
        if (values[i] == 0) {
            values[i] = -0.0f;
            n_zeros++;
        }
    assert_true(n_zeros > 0);
    assert_ok(frcnn_anchor_golden_compare(golden, (const frcnn_tensor *const *)&all, 1, &difference));
    assert_true(difference.is_equal);
    frcnn_tensor_destroy(&all);
    frcnn_anchor_golden_close(&golden);
}

static void tensors_are_checked(void **state)
{
    (void)state;
    frcnn_anchor_config config;
    frcnn_anchor_grids grids;
    frcnn_anchor_difference difference = {.n_found = 7};
    const int64_t shape[] = {4, 3};
    const int64_t rows[] = {3, 4};
    frcnn_tensor *flat = NULL;
    frcnn_tensor *narrow = NULL;
    frcnn_tensor *whole = NULL;
    make(&config, &grids, FRCNN_ANCHORS_DETECTRON2);
    frcnn_anchor_golden *golden = open_golden(&config, &grids);
    assert_ok(frcnn_tensor_create(&flat, FRCNN_F32, 1, rows + 1));
    assert_ok(frcnn_tensor_create(&narrow, FRCNN_F32, 2, shape));
    assert_ok(frcnn_tensor_create(&whole, FRCNN_I32, 2, rows));
    const frcnn_tensor *const two[] = {narrow, narrow};
    assert_fails(frcnn_anchor_golden_compare(golden, two, 2, &difference), FRCNN_ERROR_INVALID,
                 "one tensor, or one for each of 5 levels, found 2");
    assert_fails(frcnn_anchor_golden_compare(golden, two, 1, &difference), FRCNN_ERROR_INVALID,
                 "found 2 dimensions, the last of 3");
    assert_fails(frcnn_anchor_golden_compare(golden, (const frcnn_tensor *const *)&flat, 1, &difference),
                 FRCNN_ERROR_INVALID, "found 1 dimensions");
    assert_fails(frcnn_anchor_golden_compare(golden, (const frcnn_tensor *const *)&whole, 1, &difference),
                 FRCNN_ERROR_INVALID, "floating-point values, found i32");
    assert_int_equal(difference.n_found, 7);
    config.n_levels = 0;
    assert_fails(frcnn_anchor_golden_save(scratch_path, &config, &grids), FRCNN_ERROR_INVALID, "levels");
    frcnn_tensor_destroy(&flat);
    frcnn_tensor_destroy(&narrow);
    frcnn_tensor_destroy(&whole);
    frcnn_anchor_golden_close(&golden);
    frcnn_anchor_golden_close(&golden);
}

/* Whoever sets grids by hand may have strides of his own: they are read as they are. */
static void strides_of_ones_own_are_kept(void **state)
{
    (void)state;
    frcnn_anchor_config config;
    frcnn_anchor_grids grids;
    frcnn_anchor_difference difference;
    make(&config, &grids, FRCNN_ANCHORS_TORCHVISION);
    grids.stride_y[4] = 47;
    frcnn_anchor_golden *golden = open_golden(&config, &grids);
    assert_int_equal(frcnn_anchor_golden_get_grids(golden)->stride_y[4], 47);
    assert_ok(frcnn_anchor_golden_check(golden, &difference));
    assert_true(difference.is_equal);
    frcnn_anchor_golden_close(&golden);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_saved_is_read_and_checks),
        cmocka_unit_test(sizes_keep_every_bit),
        cmocka_unit_test(tensors_of_any_kind_are_compared),
        cmocka_unit_test(a_difference_of_one_ulp_has_its_place),
        cmocka_unit_test(minus_zero_is_zero),
        cmocka_unit_test(tensors_are_checked),
        cmocka_unit_test(strides_of_ones_own_are_kept),
    };
    return cmocka_run_group_tests(tests, scratch_set_up, scratch_tear_down);
}
