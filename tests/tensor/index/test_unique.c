#include "tensor/index/index_support.h"

#include <math.h>

/* Expected numbers: torch 2.14.1, unique(return_inverse=True, return_counts=True). */

static void values_ascend_and_the_inverse_has_the_shape_of_the_tensor(void **state)
{
    (void)state;
    const int16_t values[] = {5, -3, 5, 7, 5, -3};
    const int16_t expected[] = {-3, 5, 7};
    const int64_t expected_inverse[] = {1, 0, 1, 2, 1, 0};
    const int64_t expected_counts[] = {2, 3, 1};
    frcnn_tensor *tensor = make_tensor(FRCNN_I16, 2, SHAPE(2, 3), values);
    frcnn_tensor *found = NULL;
    frcnn_tensor *inverse = NULL;
    frcnn_tensor *counts = NULL;
    assert_ok(frcnn_tensor_unique(&found, &inverse, &counts, tensor));
    assert_tensor(&found, FRCNN_I16, 1, SHAPE(3), expected);
    assert_tensor(&inverse, FRCNN_I64, 2, SHAPE(2, 3), expected_inverse);
    assert_tensor(&counts, FRCNN_I64, 1, SHAPE(3), expected_counts);
    assert_ok(frcnn_tensor_unique(&found, NULL, NULL, tensor));
    assert_tensor(&found, FRCNN_I16, 1, SHAPE(3), expected);
    assert_ok(frcnn_tensor_unique(&found, NULL, &counts, tensor));
    assert_tensor(&found, FRCNN_I16, 1, SHAPE(3), expected);
    assert_tensor(&counts, FRCNN_I64, 1, SHAPE(3), expected_counts);
    frcnn_tensor_destroy(&tensor);
}

static void every_nan_is_a_value_and_both_zeros_are_one(void **state)
{
    (void)state;
    const float values[] = {NAN, 2.5f, -0.0f, 2.5f, NAN, 0};
    const float expected[] = {-0.0f, 2.5f, NAN, NAN};
    const int64_t expected_inverse[] = {2, 1, 0, 1, 3, 0};
    const int64_t expected_counts[] = {2, 2, 1, 1};
    frcnn_tensor *tensor = make_tensor(FRCNN_F32, 1, SHAPE(6), values);
    frcnn_tensor *found = NULL;
    frcnn_tensor *inverse = NULL;
    frcnn_tensor *counts = NULL;
    assert_ok(frcnn_tensor_unique(&found, &inverse, &counts, tensor));
    assert_tensor(&found, FRCNN_F32, 1, SHAPE(4), expected);
    assert_tensor(&inverse, FRCNN_I64, 1, SHAPE(6), expected_inverse);
    assert_tensor(&counts, FRCNN_I64, 1, SHAPE(4), expected_counts);
    frcnn_tensor_destroy(&tensor);
}

static void a_scalar_is_one_value_and_nothing_is_none(void **state)
{
    (void)state;
    const double value = 5;
    const int64_t zero = 0;
    const int64_t one = 1;
    frcnn_tensor *scalar = make_tensor(FRCNN_F64, 0, NULL, &value);
    frcnn_tensor *nothing = NULL;
    frcnn_tensor *found = NULL;
    frcnn_tensor *inverse = NULL;
    frcnn_tensor *counts = NULL;
    assert_ok(frcnn_tensor_create(&nothing, FRCNN_U8, 2, SHAPE(0, 3)));
    assert_ok(frcnn_tensor_unique(&found, &inverse, &counts, scalar));
    assert_tensor(&found, FRCNN_F64, 1, SHAPE(1), &value);
    assert_tensor(&inverse, FRCNN_I64, 0, NULL, &zero);
    assert_tensor(&counts, FRCNN_I64, 1, SHAPE(1), &one);
    assert_ok(frcnn_tensor_unique(&found, &inverse, &counts, nothing));
    assert_tensor(&found, FRCNN_U8, 1, SHAPE(0), NULL);
    assert_tensor(&inverse, FRCNN_I64, 2, SHAPE(0, 3), NULL);
    assert_tensor(&counts, FRCNN_I64, 1, SHAPE(0), NULL);
    frcnn_tensor_destroy(&nothing);
    frcnn_tensor_destroy(&scalar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_ascend_and_the_inverse_has_the_shape_of_the_tensor),
        cmocka_unit_test(every_nan_is_a_value_and_both_zeros_are_one),
        cmocka_unit_test(a_scalar_is_one_value_and_nothing_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
