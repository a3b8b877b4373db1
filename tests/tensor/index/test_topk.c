#include "support.h"

#include <math.h>

#include "frcnn/ops.h"

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
    assert_ok(frcnn_tensor_topk(&best, &indices, tensor, 5));
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
    assert_ok(frcnn_tensor_topk(&best, &indices, transposed, 2));
    assert_memory_equal(frcnn_tensor_get_const_data(best), expected, sizeof expected);
    assert_memory_equal(frcnn_tensor_get_const_data(indices), expected_indices, sizeof expected_indices);
    frcnn_tensor_destroy(&indices);
    frcnn_tensor_destroy(&best);
    frcnn_tensor_destroy(&transposed);
    frcnn_tensor_destroy(&tensor);
}

static void k_is_checked(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3};
    const int64_t huge[] = {INT64_C(1) << 32};
    const int64_t stride[] = {0};
    frcnn_tensor *tensor = NULL;
    frcnn_tensor *scalar = NULL;
    frcnn_tensor *repeated = NULL;
    frcnn_tensor *integers = NULL;
    frcnn_tensor *best = NULL;
    frcnn_tensor *indices = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 2, shape));
    assert_ok(frcnn_tensor_create(&scalar, FRCNN_F32, 0, NULL));
    assert_ok(frcnn_tensor_create(&integers, FRCNN_I64, 2, shape));
    assert_ok(frcnn_tensor_as_strided(&repeated, tensor, 1, huge, stride, 0));
    assert_fails(frcnn_tensor_topk(&best, &indices, tensor, 4), FRCNN_ERROR_INVALID, "k in [0, 3], found 4");
    assert_fails(frcnn_tensor_topk(&best, &indices, tensor, -1), FRCNN_ERROR_INVALID, "k in [0, 3], found -1");
    assert_fails(frcnn_tensor_topk(&best, &indices, scalar, 1), FRCNN_ERROR_INVALID, "found a scalar");
    assert_fails(frcnn_tensor_topk(&best, &indices, integers, 1), FRCNN_ERROR_INVALID, "expected f32, found i64");
    assert_fails(frcnn_tensor_topk(&best, &indices, repeated, 1), FRCNN_ERROR_INVALID, "found [4294967296]");
    assert_null(best);
    assert_null(indices);
    assert_ok(frcnn_tensor_topk(&best, &indices, tensor, 0));
    assert_int_equal(frcnn_tensor_get_n_elements(best), 0);
    frcnn_tensor_destroy(&indices);
    frcnn_tensor_destroy(&best);
    frcnn_tensor_destroy(&repeated);
    frcnn_tensor_destroy(&integers);
    frcnn_tensor_destroy(&scalar);
    frcnn_tensor_destroy(&tensor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_and_indices_are_those_of_pytorch),
        cmocka_unit_test(rows_of_a_transpose_are_its_columns),
        cmocka_unit_test(k_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
