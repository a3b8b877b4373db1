#include "tensor/views/range_tensor.h"

static void narrow_checks_start_and_length(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 5};
    frcnn_tensor *tensor = make_range(2, shape);
    frcnn_tensor *out = NULL;
    assert_fails(frcnn_tensor_narrow(&out, tensor, 2, 0, 1), FRCNN_ERROR_INVALID, "expected [-2, 1], found 2");
    assert_fails(frcnn_tensor_narrow(&out, tensor, 1, -6, 1), FRCNN_ERROR_INVALID, "expected [-5, 5], found -6");
    assert_fails(frcnn_tensor_narrow(&out, tensor, 1, 6, 0), FRCNN_ERROR_INVALID, "expected [-5, 5], found 6");
    assert_fails(frcnn_tensor_narrow(&out, tensor, 1, -1, 2), FRCNN_ERROR_INVALID,
                 "length in [0, 1] from 4 on, found 2");
    assert_fails(frcnn_tensor_narrow(&out, tensor, 1, 2, 4), FRCNN_ERROR_INVALID,
                 "length in [0, 3] from 2 on, found 4");
    assert_fails(frcnn_tensor_narrow(&out, tensor, 1, 2, -1), FRCNN_ERROR_INVALID, "found -1");
    assert_fails(frcnn_tensor_narrow(&out, tensor, 1, 2, INT64_MAX), FRCNN_ERROR_INVALID, "length in [0, 3]");
    assert_null(out);
    assert_ok(frcnn_tensor_narrow(&out, tensor, -1, 5, 0));
    assert_int_equal(frcnn_tensor_get_n_elements(out), 0);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&tensor);
}

static void narrow_counts_a_negative_start_from_the_end(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 5};
    const int32_t last_two[] = {3, 4, 8, 9};
    const int64_t none[] = {0, 3};
    frcnn_tensor *tensor = make_range(2, shape);
    frcnn_tensor *empty = make_range(2, none);
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_narrow(&out, tensor, 1, -2, 2));
    assert_values(out, 4, last_two);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_narrow(&out, empty, 1, -1, 1));
    assert_int_equal(frcnn_tensor_get_shape(out)[1], 1);
    frcnn_tensor_destroy(&out);
    assert_fails(frcnn_tensor_narrow(&out, empty, 0, -1, 0), FRCNN_ERROR_INVALID, "expected [0, 0], found -1");
    assert_null(out);
    frcnn_tensor_destroy(&empty);
    frcnn_tensor_destroy(&tensor);
}

static void select_takes_one_element_of_a_dimension_and_drops_it(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3};
    const int64_t none[] = {0, 3};
    const int32_t column[] = {2, 5};
    const int32_t row[] = {3, 4, 5};
    frcnn_tensor *tensor = make_range(2, shape);
    frcnn_tensor *empty = make_range(2, none);
    frcnn_tensor *scalar = make_range(0, NULL);
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_select(&out, tensor, -1, -1));
    assert_int_equal(frcnn_tensor_get_n_dims(out), 1);
    assert_values(out, 2, column);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_select(&out, tensor, 0, 1));
    assert_values(out, 3, row);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_select(&out, empty, 1, 2));
    assert_int_equal(frcnn_tensor_get_n_elements(out), 0);
    frcnn_tensor_destroy(&out);
    assert_fails(frcnn_tensor_select(&out, tensor, 1, 3), FRCNN_ERROR_INVALID,
                 "dimension 1 of [2, 3], expected [-3, 2], found 3");
    assert_fails(frcnn_tensor_select(&out, tensor, 1, -4), FRCNN_ERROR_INVALID, "found -4");
    assert_fails(frcnn_tensor_select(&out, tensor, 2, 0), FRCNN_ERROR_INVALID, "expected [-2, 1], found 2");
    assert_fails(frcnn_tensor_select(&out, empty, 0, 0), FRCNN_ERROR_INVALID, "dimension 0 of [0, 3]");
    assert_fails(frcnn_tensor_select(&out, scalar, 0, 0), FRCNN_ERROR_INVALID, "found a scalar");
    assert_fails(frcnn_tensor_narrow(&out, scalar, 0, 0, 1), FRCNN_ERROR_INVALID, "found a scalar");
    assert_null(out);
    frcnn_tensor_destroy(&scalar);
    frcnn_tensor_destroy(&empty);
    frcnn_tensor_destroy(&tensor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(narrow_checks_start_and_length),
        cmocka_unit_test(narrow_counts_a_negative_start_from_the_end),
        cmocka_unit_test(select_takes_one_element_of_a_dimension_and_drops_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
