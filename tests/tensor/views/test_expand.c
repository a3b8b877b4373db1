#include "tensor/views/range_tensor.h"

static void ones_repeat_and_new_dimensions_come_in_front(void **state)
{
    (void)state;
    const int64_t shape[] = {1, 3};
    const int64_t asked[] = {2, 2, -1};
    const int64_t expected_shape[] = {2, 2, 3};
    const int32_t expected[] = {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2};
    frcnn_tensor *tensor = make_range(2, shape);
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_expand(&out, tensor, 3, asked));
    assert_shape(out, 3, expected_shape);
    assert_values(out, 12, expected);
    assert_int_equal(frcnn_tensor_get_strides(out)[0], 0);
    assert_int_equal(frcnn_tensor_get_strides(out)[1], 0);
    assert_ptr_equal(frcnn_tensor_get_data(out), frcnn_tensor_get_data(tensor));
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&tensor);
}

static void scalars_and_sizes_of_0_expand(void **state)
{
    (void)state;
    const int64_t two_by_three[] = {2, 3};
    const int64_t none[] = {0, 3};
    const int64_t more[] = {2, 0, 3};
    const int32_t zeros[6] = {0};
    frcnn_tensor *scalar = make_range(0, NULL);
    frcnn_tensor *empty = make_range(2, none);
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_expand(&out, scalar, 2, two_by_three));
    assert_values(out, 6, zeros);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_expand(&out, empty, 3, more));
    assert_shape(out, 3, more);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&empty);
    frcnn_tensor_destroy(&scalar);
}

static void other_sizes_are_refused(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3};
    const int64_t other[] = {2, 4};
    const int64_t zero[] = {0, 3};
    const int64_t open_in_front[] = {-1, 2, 3};
    const int64_t negative[] = {2, -2};
    const int64_t nine[] = {1, 1, 1, 1, 1, 1, 1, 2, 3};
    const int64_t huge[] = {INT64_C(1) << 31, INT64_C(1) << 31, 2, 3};
    frcnn_tensor *tensor = make_range(2, shape);
    frcnn_tensor *out = NULL;
    assert_fails(frcnn_tensor_expand(&out, tensor, 2, other), FRCNN_ERROR_INVALID, "expected [2, 3] with other sizes");
    assert_fails(frcnn_tensor_expand(&out, tensor, 2, zero), FRCNN_ERROR_INVALID, "found [0, 3]");
    assert_fails(frcnn_tensor_expand(&out, tensor, 3, open_in_front), FRCNN_ERROR_INVALID, "found [-1, 2, 3]");
    assert_fails(frcnn_tensor_expand(&out, tensor, 2, negative), FRCNN_ERROR_INVALID, "found [2, -2]");
    assert_fails(frcnn_tensor_expand(&out, tensor, 1, other), FRCNN_ERROR_INVALID,
                 "2 to 8 dimensions for [2, 3], found 1");
    assert_fails(frcnn_tensor_expand(&out, tensor, 9, nine), FRCNN_ERROR_INVALID, "found 9");
    assert_fails(frcnn_tensor_expand(&out, tensor, 4, huge), FRCNN_ERROR_INVALID, "memory can address");
    assert_null(out);
    frcnn_tensor_destroy(&tensor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ones_repeat_and_new_dimensions_come_in_front),
        cmocka_unit_test(scalars_and_sizes_of_0_expand),
        cmocka_unit_test(other_sizes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
