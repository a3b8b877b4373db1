#include "support.h"

#include "frcnn/reduce.h"

static frcnn_tensor *wrap(frcnn_dtype dtype, int n_dims, const int64_t *shape, const void *values)
{
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_from_memory(&tensor, dtype, n_dims, shape, (void *)(uintptr_t)values, NULL, NULL));
    return tensor;
}

/* By hand: 0 … 23 as [2, 3, 4]. */
static void sums_run_along_any_dimension(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3, 4};
    const int64_t strides[] = {12, 4, 1};
    float values[24];
    for (int i = 0; i < 24; i++) values[i] = (float)i;
    frcnn_tensor *tensor = wrap(FRCNN_F32, 3, shape, values);
    for (int dim = -3; dim < 3; dim++) {
        const int at = (dim + 3) % 3;
        frcnn_tensor *out = NULL;
        assert_ok(frcnn_tensor_cumsum(&out, tensor, dim));
        const float *sums = frcnn_tensor_get_const_data(out);
        for (int64_t i = 0; i < 24; i++) {
            float expected = 0;
            for (int64_t k = i / strides[at] % shape[at]; k >= 0; k--) expected += values[i - k * strides[at]];
            assert_true(sums[i] == expected);
        }
        frcnn_tensor_destroy(&out);
    }
    frcnn_tensor_destroy(&tensor);
}

static void a_view_is_summed_in_its_own_order(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3};
    const int order[] = {1, 0};
    const int32_t values[] = {1, 2, 3, 40, 50, 60};
    const int64_t expected[] = {1, 41, 2, 52, 3, 63};
    frcnn_tensor *tensor = wrap(FRCNN_I32, 2, shape, values);
    frcnn_tensor *view = NULL;
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_permute(&view, tensor, order));
    assert_ok(frcnn_tensor_cumsum(&out, view, 1));
    assert_int_equal(frcnn_tensor_get_dtype(out), FRCNN_I64);
    assert_memory_equal(frcnn_tensor_get_data(out), expected, sizeof expected);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&view);
    frcnn_tensor_destroy(&tensor);
}

/* torch 2.14.1: [60000, 60000, -60000] in f16 is 60000, infinity, 60000: the sum goes on where the result overflows. And
   bool counts. */
static void dtypes_are_those_of_pytorch(void **state)
{
    (void)state;
    const int64_t n = 3;
    const uint16_t halves[] = {0x7b53, 0x7b53, 0xfb53};
    const uint16_t half_sums[] = {0x7b53, 0x7c00, 0x7b53};
    const uint8_t truths[] = {1, 0, 1};
    const int64_t counts[] = {1, 1, 2};
    frcnn_tensor *f16 = wrap(FRCNN_F16, 1, &n, halves);
    frcnn_tensor *truth = wrap(FRCNN_BOOL, 1, &n, truths);
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_cumsum(&out, f16, 0));
    assert_int_equal(frcnn_tensor_get_dtype(out), FRCNN_F16);
    assert_memory_equal(frcnn_tensor_get_data(out), half_sums, sizeof half_sums);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_cumsum(&out, truth, -1));
    assert_int_equal(frcnn_tensor_get_dtype(out), FRCNN_I64);
    assert_memory_equal(frcnn_tensor_get_data(out), counts, sizeof counts);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&truth);
    frcnn_tensor_destroy(&f16);
}

/* Wider than a tile of columns, and enough for several threads: ones count the rows. */
static void wide_tensors_are_summed_whole(void **state)
{
    (void)state;
    enum { ROWS = 70, COLUMNS = 1030 };
    static double ones[ROWS * COLUMNS];
    const int64_t shape[] = {ROWS, COLUMNS};
    for (int i = 0; i < ROWS * COLUMNS; i++) ones[i] = 1;
    frcnn_tensor *tensor = wrap(FRCNN_F64, 2, shape, ones);
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_cumsum(&out, tensor, 0));
    const double *sums = frcnn_tensor_get_const_data(out);
    for (int i = 0; i < ROWS * COLUMNS; i++) assert_true(sums[i] == i / COLUMNS + 1);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&tensor);
}

static void scalars_and_empty_tensors_keep_their_shape(void **state)
{
    (void)state;
    const int64_t empty[] = {2, 0, 3};
    const float value = 7;
    frcnn_tensor *scalar = wrap(FRCNN_F32, 0, NULL, &value);
    frcnn_tensor *none = wrap(FRCNN_F32, 3, empty, NULL);
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_cumsum(&out, scalar, -1));
    assert_int_equal(frcnn_tensor_get_n_dims(out), 0);
    assert_true(*(float *)frcnn_tensor_get_data(out) == 7);
    frcnn_tensor_destroy(&out);
    for (int dim = 0; dim < 3; dim++) {
        assert_ok(frcnn_tensor_cumsum(&out, none, dim));
        assert_memory_equal(frcnn_tensor_get_shape(out), empty, sizeof empty);
        frcnn_tensor_destroy(&out);
    }
    assert_fails(frcnn_tensor_cumsum(&out, scalar, 1), FRCNN_ERROR_INVALID, "cumsum: dimension out of range");
    assert_fails(frcnn_tensor_cumsum(&out, none, -4), FRCNN_ERROR_INVALID, "expected [-3, 2], found -4");
    assert_null(out);
    frcnn_tensor_destroy(&none);
    frcnn_tensor_destroy(&scalar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_run_along_any_dimension),
        cmocka_unit_test(a_view_is_summed_in_its_own_order),
        cmocka_unit_test(dtypes_are_those_of_pytorch),
        cmocka_unit_test(wide_tensors_are_summed_whole),
        cmocka_unit_test(scalars_and_empty_tensors_keep_their_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
