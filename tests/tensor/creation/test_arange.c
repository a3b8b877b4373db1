#include "support.h"

#include <math.h>

#include "frcnn/ops.h"

/* torch 2.14.1: arange(start, end, step) */
static void values_are_those_of_pytorch(void **state)
{
    (void)state;
    static const struct {
        double start, end, step;
        int64_t n;
        float values[10];
    } rows[] = {
        {0, 1, 0.1, 10, {0, 0.1f, 0.2f, 0.300000012f, 0.4f, 0.5f, 0.600000024f, 0.699999988f, 0.8f, 0.899999976f}},
        {0, 0.3, 0.1, 3, {0, 0.1f, 0.2f}},
        {5, -1, -2, 3, {5, 3, 1}},
        {2, 2, 1, 0, {0}},
        {0, 10, 3, 4, {0, 3, 6, 9}},
        {1, 0, -0.25, 4, {1, 0.75f, 0.5f, 0.25f}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        frcnn_tensor *tensor = NULL;
        assert_ok(frcnn_tensor_arange(&tensor, FRCNN_F32, rows[i].start, rows[i].end, rows[i].step));
        assert_int_equal(frcnn_tensor_get_n_dims(tensor), 1);
        assert_int_equal(frcnn_tensor_get_n_elements(tensor), rows[i].n);
        const float *values = frcnn_tensor_get_const_data(tensor);
        for (int64_t j = 0; j < rows[i].n; j++) assert_true(values[j] == rows[i].values[j]);
        frcnn_tensor_destroy(&tensor);
    }
}

static void integers_are_whole(void **state)
{
    (void)state;
    frcnn_tensor *tensor = NULL;
    const int64_t expected[] = {7, 4, 1, -2};
    assert_ok(frcnn_tensor_arange(&tensor, FRCNN_I64, 7, -3, -3));
    assert_int_equal(frcnn_tensor_get_n_elements(tensor), 4);
    assert_memory_equal(frcnn_tensor_get_const_data(tensor), expected, sizeof expected);
    frcnn_tensor_destroy(&tensor);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    frcnn_tensor *out = NULL;
    assert_fails(frcnn_tensor_arange(&out, FRCNN_U8, 0, 3, 1), FRCNN_ERROR_INVALID, "expected f32 or i64, found u8");
    assert_fails(frcnn_tensor_arange(&out, FRCNN_F32, 0, 3, 0), FRCNN_ERROR_INVALID, "found 0 from 0 to 3");
    assert_fails(frcnn_tensor_arange(&out, FRCNN_F32, 0, 3, -1), FRCNN_ERROR_INVALID, "found -1 from 0 to 3");
    assert_fails(frcnn_tensor_arange(&out, FRCNN_F32, 0, INFINITY, 1), FRCNN_ERROR_INVALID, "leads from start to end");
    assert_fails(frcnn_tensor_arange(&out, FRCNN_F32, NAN, 3, 1), FRCNN_ERROR_INVALID, "leads from start to end");
    assert_fails(frcnn_tensor_arange(&out, FRCNN_F32, 0, 1e300, 1e-300), FRCNN_ERROR_INVALID, "memory can address");
    assert_fails(frcnn_tensor_arange(&out, FRCNN_I64, 0, 3, 0.5), FRCNN_ERROR_INVALID, "whole numbers");
    assert_fails(frcnn_tensor_arange(&out, FRCNN_I64, 1e300, 2e300, 1e300), FRCNN_ERROR_INVALID, "whole numbers");
    assert_null(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_pytorch),
        cmocka_unit_test(integers_are_whole),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
