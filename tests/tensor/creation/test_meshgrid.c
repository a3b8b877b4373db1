#include "support.h"

#include "frcnn/ops.h"

static frcnn_tensor *copy_out(frcnn_tensor **view)
{
    frcnn_tensor *copy = NULL;
    assert_ok(frcnn_tensor_cast(&copy, *view, FRCNN_I64));
    frcnn_tensor_destroy(view);
    return copy;
}

/* ij is PyTorch's default, xy numpy's: out0[i, j] = a[i] and a[j]. */
static void both_indexings_repeat_along_their_dimension(void **state)
{
    (void)state;
    static const struct {
        frcnn_meshgrid_indexing indexing;
        int64_t shape[2];
        int64_t a[6];
        int64_t b[6];
    } rows[] = {
        {FRCNN_MESHGRID_IJ, {2, 3}, {10, 10, 10, 20, 20, 20}, {1, 2, 3, 1, 2, 3}},
        {FRCNN_MESHGRID_XY, {3, 2}, {10, 20, 10, 20, 10, 20}, {1, 1, 2, 2, 3, 3}},
    };
    frcnn_tensor *a = NULL;
    frcnn_tensor *b = NULL;
    assert_ok(frcnn_tensor_arange(&a, FRCNN_I64, 10, 30, 10));
    assert_ok(frcnn_tensor_arange(&b, FRCNN_I64, 1, 4, 1));
    for (int i = 0; i < 2; i++) {
        const frcnn_tensor *lines[] = {a, b};
        frcnn_tensor *grids[2] = {NULL};
        assert_ok(frcnn_tensor_meshgrid(grids, lines, 2, rows[i].indexing));
        assert_memory_equal(frcnn_tensor_get_shape(grids[0]), rows[i].shape, sizeof rows[i].shape);
        assert_memory_equal(frcnn_tensor_get_shape(grids[1]), rows[i].shape, sizeof rows[i].shape);
        grids[0] = copy_out(&grids[0]);
        grids[1] = copy_out(&grids[1]);
        assert_memory_equal(frcnn_tensor_get_const_data(grids[0]), rows[i].a, sizeof rows[i].a);
        assert_memory_equal(frcnn_tensor_get_const_data(grids[1]), rows[i].b, sizeof rows[i].b);
        frcnn_tensor_destroy(&grids[1]);
        frcnn_tensor_destroy(&grids[0]);
    }
    frcnn_tensor_destroy(&b);
    frcnn_tensor_destroy(&a);
}

/* Shapes and strides of torch 2.14.1 for inputs of 3, 2, 1 (a scalar) and 5. */
static void any_number_of_inputs_makes_as_many_dimensions(void **state)
{
    (void)state;
    static const struct {
        frcnn_meshgrid_indexing indexing;
        int64_t shape[4];
        int dims[4];
    } rows[] = {{FRCNN_MESHGRID_IJ, {3, 2, 1, 5}, {0, 1, 2, 3}}, {FRCNN_MESHGRID_XY, {2, 3, 1, 5}, {1, 0, 2, 3}}};
    frcnn_tensor *inputs[4] = {NULL};
    assert_ok(frcnn_tensor_arange(&inputs[0], FRCNN_I64, 0, 3, 1));
    assert_ok(frcnn_tensor_arange(&inputs[1], FRCNN_I64, 0, 2, 1));
    assert_ok(frcnn_tensor_full(&inputs[2], FRCNN_I64, 0, NULL, frcnn_scalar_i64(7)));
    assert_ok(frcnn_tensor_arange(&inputs[3], FRCNN_I64, 0, 5, 1));
    const frcnn_tensor *lines[] = {inputs[0], inputs[1], inputs[2], inputs[3]};
    for (int i = 0; i < 2; i++) {
        frcnn_tensor *grids[4] = {NULL};
        assert_ok(frcnn_tensor_meshgrid(grids, lines, 4, rows[i].indexing));
        for (int k = 0; k < 4; k++) {
            assert_memory_equal(frcnn_tensor_get_shape(grids[k]), rows[i].shape, sizeof rows[i].shape);
            assert_ptr_equal(frcnn_tensor_get_data(grids[k]), frcnn_tensor_get_data(inputs[k]));
            for (int d = 0; d < 4; d++)
                assert_int_equal(frcnn_tensor_get_strides(grids[k])[d], d == rows[i].dims[k] ? 1 : 0);
            frcnn_tensor_destroy(&grids[k]);
        }
    }
    frcnn_tensor *alone = NULL;
    assert_ok(frcnn_tensor_meshgrid(&alone, lines, 1, FRCNN_MESHGRID_XY));
    assert_int_equal(frcnn_tensor_get_n_dims(alone), 1);
    frcnn_tensor_destroy(&alone);
    for (int k = 0; k < 4; k++) frcnn_tensor_destroy(&inputs[k]);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3};
    frcnn_tensor *line = NULL;
    frcnn_tensor *map = NULL;
    frcnn_tensor *whole = NULL;
    frcnn_tensor *out[9] = {NULL};
    assert_ok(frcnn_tensor_arange(&line, FRCNN_F32, 0, 3, 1));
    assert_ok(frcnn_tensor_arange(&whole, FRCNN_I64, 0, 3, 1));
    assert_ok(frcnn_tensor_create(&map, FRCNN_F32, 2, shape));
    const frcnn_tensor *deep[] = {line, map};
    const frcnn_tensor *mixed[] = {line, whole};
    const frcnn_tensor *nine[] = {line, line, line, line, line, line, line, line, line};
    assert_fails(frcnn_tensor_meshgrid(out, deep, 2, FRCNN_MESHGRID_IJ), FRCNN_ERROR_INVALID,
                 "found [2, 3] for tensor 1");
    assert_fails(frcnn_tensor_meshgrid(out, mixed, 2, FRCNN_MESHGRID_IJ), FRCNN_ERROR_INVALID, "found f32 and i64");
    assert_fails(frcnn_tensor_meshgrid(out, nine, 9, FRCNN_MESHGRID_IJ), FRCNN_ERROR_INVALID,
                 "1 to 8 tensors, found 9");
    assert_fails(frcnn_tensor_meshgrid(out, nine, 0, FRCNN_MESHGRID_IJ), FRCNN_ERROR_INVALID, "found 0");
    assert_fails(frcnn_tensor_meshgrid(out, nine, 2, (frcnn_meshgrid_indexing)2), FRCNN_ERROR_INVALID, "found 2");
    for (int i = 0; i < 9; i++) assert_null(out[i]);
    frcnn_tensor_destroy(&map);
    frcnn_tensor_destroy(&whole);
    frcnn_tensor_destroy(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_indexings_repeat_along_their_dimension),
        cmocka_unit_test(any_number_of_inputs_makes_as_many_dimensions),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
