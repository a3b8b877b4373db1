#include "tensor/index/index_support.h"

#include <math.h>

/* torch 2.14.1: topk(…, 5). Its indices where values are equal are unspecified; there, the lower index is expected. */
static void values_and_indices_are_those_of_pytorch(void **state)
{
    (void)state;
    float values[] = {3, 1, 4, 1, 5, 9, 2, 6, 2, 7, 1, 8, 2, -8, 1, 0, -1, -2, NAN, -4, INFINITY, 0, -0.0f, 1};
    const int64_t shape[] = {3, 8};
    const int64_t best_shape[] = {3, 5};
    const float expected[] = {9, 6, 5, 4, 3, 8, 7, 2, 2, 1, NAN, INFINITY, 1, 0, 0};
    const int64_t expected_indices[] = {5, 7, 4, 2, 0, 3, 1, 0, 4, 2, 2, 4, 7, 5, 6};
    frcnn_tensor *tensor = NULL;
    frcnn_tensor *best = NULL;
    frcnn_tensor *indices = NULL;
    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_F32, 2, shape, values, NULL, NULL));
    assert_ok(frcnn_tensor_topk(&best, &indices, tensor, 5, -1, 1));
    assert_int_equal(frcnn_tensor_get_dtype(indices), FRCNN_I64);
    assert_memory_equal(frcnn_tensor_get_shape(best), best_shape, sizeof best_shape);
    assert_memory_equal(frcnn_tensor_get_shape(indices), best_shape, sizeof best_shape);
    assert_memory_equal(frcnn_tensor_get_const_data(indices), expected_indices, sizeof expected_indices);
    const float *found = frcnn_tensor_get_const_data(best);
    for (int i = 0; i < 15; i++) assert_true(isnan(expected[i]) ? isnan(found[i]) : found[i] == expected[i]);
    frcnn_tensor_destroy(&indices);
    frcnn_tensor_destroy(&best);
    frcnn_tensor_destroy(&tensor);
}

static void rows_of_a_transpose_are_its_columns(void **state)
{
    (void)state;
    float values[] = {1, 9, 2, 8, 3, 7};
    const int64_t shape[] = {3, 2};
    const int order[] = {1, 0};
    const float expected[] = {3, 2, 9, 8};
    const int64_t expected_indices[] = {2, 1, 0, 1};
    frcnn_tensor *tensor = NULL;
    frcnn_tensor *transposed = NULL;
    frcnn_tensor *best = NULL;
    frcnn_tensor *indices = NULL;
    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_F32, 2, shape, values, NULL, NULL));
    assert_ok(frcnn_tensor_permute(&transposed, tensor, order));
    assert_ok(frcnn_tensor_topk(&best, &indices, transposed, 2, 1, 1));
    assert_memory_equal(frcnn_tensor_get_const_data(best), expected, sizeof expected);
    assert_memory_equal(frcnn_tensor_get_const_data(indices), expected_indices, sizeof expected_indices);
    frcnn_tensor_destroy(&indices);
    frcnn_tensor_destroy(&best);
    frcnn_tensor_destroy(&transposed);
    frcnn_tensor_destroy(&tensor);
}

/* torch 2.14.1: topk([[4, 1, 7], [2, 9, -3]], 2, 0, largest=False) of every dtype but bool, which it does not take. */
static void the_smallest_along_any_dimension_of_any_dtype(void **state)
{
    (void)state;
    const int64_t values[] = {4, 1, 7, 2, 9, -3};
    const int64_t positive[] = {4, 1, 7, 2, 9, 3};
    const int64_t shape[] = {2, 3};
    const int64_t expected_indices[] = {1, 0, 1, 0, 1, 0};
    for (int dtype = FRCNN_F32; dtype < FRCNN_BOOL; dtype++) {
        const int64_t *data = dtype == FRCNN_U8 ? positive : values;
        const int64_t expected[] = {2, 1, data[5], 4, 9, 7};
        frcnn_tensor *tensor = make_tensor(FRCNN_I64, 2, shape, data);
        frcnn_tensor *typed = NULL;
        frcnn_tensor *best = NULL;
        frcnn_tensor *indices = NULL;
        frcnn_tensor *back = NULL;
        assert_ok(frcnn_tensor_cast(&typed, tensor, (frcnn_dtype)dtype));
        assert_ok(frcnn_tensor_topk(&best, &indices, typed, 2, 0, 0));
        assert_int_equal(frcnn_tensor_get_dtype(best), dtype);
        assert_ok(frcnn_tensor_cast(&back, best, FRCNN_I64));
        assert_tensor(&back, FRCNN_I64, 2, shape, expected);
        assert_tensor(&indices, FRCNN_I64, 2, shape, expected_indices);
        frcnn_tensor_destroy(&best);
        frcnn_tensor_destroy(&typed);
        frcnn_tensor_destroy(&tensor);
    }
}

/* Doubles have no room for an index beside them. Of n equal values the first k are taken. */
static void of_equal_doubles_the_first_are_taken(void **state)
{
    (void)state;
    enum { N = 500 };
    double values[N];
    for (int i = 0; i < N; i++) values[i] = i % 5 == 4 ? 1e300 : i % 5 == 3 ? NAN : 0.1;
    const int64_t shape[] = {N};
    frcnn_tensor *tensor = make_tensor(FRCNN_F64, 1, shape, values);
    frcnn_tensor *best = NULL;
    frcnn_tensor *indices = NULL;
    assert_ok(frcnn_tensor_topk(&best, &indices, tensor, 250, 0, 1));
    const int64_t *at = frcnn_tensor_get_const_data(indices);
    for (int i = 0; i < 100; i++) assert_int_equal(at[i], 5 * i + 3);
    for (int i = 0; i < 100; i++) assert_int_equal(at[100 + i], 5 * i + 4);
    for (int i = 0; i < 50; i++) assert_int_equal(at[200 + i], 5 * (i / 3) + i % 3);
    frcnn_tensor_destroy(&indices);
    frcnn_tensor_destroy(&best);
    frcnn_tensor_destroy(&tensor);
}

static void k_is_checked(void **state)
{
    (void)state;
    const float value = 5;
    const int64_t zero = 0;
    frcnn_tensor *tensor = NULL;
    frcnn_tensor *flags = NULL;
    frcnn_tensor *best = NULL;
    frcnn_tensor *indices = NULL;
    frcnn_tensor *scalar = make_tensor(FRCNN_F32, 0, NULL, &value);
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 2, SHAPE(2, 3)));
    assert_ok(frcnn_tensor_create(&flags, FRCNN_BOOL, 2, SHAPE(2, 3)));
    assert_fails(frcnn_tensor_topk(&best, &indices, tensor, 4, 1, 1), FRCNN_ERROR_INVALID, "k in [0, 3], found 4");
    assert_fails(frcnn_tensor_topk(&best, &indices, tensor, 3, 0, 1), FRCNN_ERROR_INVALID, "k in [0, 2], found 3");
    assert_fails(frcnn_tensor_topk(&best, &indices, tensor, -1, 1, 1), FRCNN_ERROR_INVALID, "k in [0, 3], found -1");
    assert_fails(frcnn_tensor_topk(&best, &indices, tensor, 1, 2, 1), FRCNN_ERROR_INVALID, "[-2, 1], found 2");
    assert_fails(frcnn_tensor_topk(&best, &indices, scalar, 2, 0, 1), FRCNN_ERROR_INVALID, "k in [0, 1], found 2");
    assert_fails(frcnn_tensor_topk(&best, &indices, flags, 1, 1, 1), FRCNN_ERROR_INVALID, "found bool");
    assert_null(best);
    assert_null(indices);
    assert_ok(frcnn_tensor_topk(&best, &indices, tensor, 0, 1, 1));
    assert_tensor(&best, FRCNN_F32, 2, SHAPE(2, 0), NULL);
    assert_tensor(&indices, FRCNN_I64, 2, SHAPE(2, 0), NULL);
    for (int64_t k = 0; k < 2; k++) {
        assert_ok(frcnn_tensor_topk(&best, &indices, scalar, k, 0, 1));
        assert_tensor(&best, FRCNN_F32, 0, NULL, &value);
        assert_tensor(&indices, FRCNN_I64, 0, NULL, &zero);
    }
    frcnn_tensor_destroy(&scalar);
    frcnn_tensor_destroy(&flags);
    frcnn_tensor_destroy(&tensor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_and_indices_are_those_of_pytorch),
        cmocka_unit_test(rows_of_a_transpose_are_its_columns),
        cmocka_unit_test(the_smallest_along_any_dimension_of_any_dtype),
        cmocka_unit_test(of_equal_doubles_the_first_are_taken),
        cmocka_unit_test(k_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
