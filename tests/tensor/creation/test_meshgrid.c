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
        frcnn_tensor *grid_a = NULL;
        frcnn_tensor *grid_b = NULL;
        assert_ok(frcnn_tensor_meshgrid(&grid_a, &grid_b, a, b, rows[i].indexing));
        assert_memory_equal(frcnn_tensor_get_shape(grid_a), rows[i].shape, sizeof rows[i].shape);
        assert_memory_equal(frcnn_tensor_get_shape(grid_b), rows[i].shape, sizeof rows[i].shape);
        grid_a = copy_out(&grid_a);
        grid_b = copy_out(&grid_b);
        assert_memory_equal(frcnn_tensor_get_const_data(grid_a), rows[i].a, sizeof rows[i].a);
        assert_memory_equal(frcnn_tensor_get_const_data(grid_b), rows[i].b, sizeof rows[i].b);
        frcnn_tensor_destroy(&grid_b);
        frcnn_tensor_destroy(&grid_a);
    }
    frcnn_tensor_destroy(&b);
    frcnn_tensor_destroy(&a);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3};
    frcnn_tensor *line = NULL;
    frcnn_tensor *map = NULL;
    frcnn_tensor *out_a = NULL;
    frcnn_tensor *out_b = NULL;
    assert_ok(frcnn_tensor_arange(&line, FRCNN_F32, 0, 3, 1));
    assert_ok(frcnn_tensor_create(&map, FRCNN_F32, 2, shape));
    assert_fails(frcnn_tensor_meshgrid(&out_a, &out_b, map, line, FRCNN_MESHGRID_IJ), FRCNN_ERROR_INVALID,
                 "one dimension for a, found [2, 3]");
    assert_fails(frcnn_tensor_meshgrid(&out_a, &out_b, line, map, FRCNN_MESHGRID_IJ), FRCNN_ERROR_INVALID,
                 "one dimension for b, found [2, 3]");
    assert_fails(frcnn_tensor_meshgrid(&out_a, &out_b, line, line, (frcnn_meshgrid_indexing)2), FRCNN_ERROR_INVALID,
                 "found 2");
    assert_null(out_a);
    assert_null(out_b);
    frcnn_tensor_destroy(&map);
    frcnn_tensor_destroy(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_indexings_repeat_along_their_dimension),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
