#include "tensor/views/range_tensor.h"

static void reshape_shares_where_view_does_and_copies_elsewhere(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3};
    const int64_t open[] = {-1};
    const int64_t wrong[] = {4};
    const int32_t in_order[] = {0, 1, 2, 3, 4, 5};
    const int32_t by_column[] = {0, 3, 1, 4, 2, 5};
    frcnn_tensor *tensor = make_range(2, shape);
    frcnn_tensor *columns = NULL;
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_reshape(&out, tensor, 1, open));
    assert_ptr_equal(frcnn_tensor_get_data(out), frcnn_tensor_get_data(tensor));
    assert_values(out, 6, in_order);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_transpose(&columns, tensor, 0, 1));
    assert_ok(frcnn_tensor_reshape(&out, columns, 1, open));
    assert_ptr_not_equal(frcnn_tensor_get_data(out), frcnn_tensor_get_data(tensor));
    assert_values(out, 6, by_column);
    frcnn_tensor_destroy(&out);
    assert_fails(frcnn_tensor_reshape(&out, columns, 1, wrong), FRCNN_ERROR_INVALID,
                 "reshape: expected a shape of 6 elements as [3, 2], found [4]");
    assert_null(out);
    frcnn_tensor_destroy(&columns);
    frcnn_tensor_destroy(&tensor);
}

static void flatten_makes_a_range_of_dimensions_one(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3, 4, 5};
    static const struct {
        int first, last, n_dims;
        int64_t shape[4];
    } rows[] = {
        {0, -1, 1, {120}},
        {1, 2, 3, {2, 12, 5}},
        {-2, -1, 3, {2, 3, 20}},
        {2, 2, 4, {2, 3, 4, 5}},
    };
    frcnn_tensor *tensor = make_range(4, shape);
    frcnn_tensor *out = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_ok(frcnn_tensor_flatten(&out, tensor, rows[i].first, rows[i].last));
        assert_shape(out, rows[i].n_dims, rows[i].shape);
        assert_ptr_equal(frcnn_tensor_get_data(out), frcnn_tensor_get_data(tensor));
        frcnn_tensor_destroy(&out);
    }
    assert_fails(frcnn_tensor_flatten(&out, tensor, 2, 1), FRCNN_ERROR_INVALID, "found 2 to 1");
    assert_fails(frcnn_tensor_flatten(&out, tensor, 0, 4), FRCNN_ERROR_INVALID, "expected [-4, 3], found 4");
    assert_null(out);
    frcnn_tensor_destroy(&tensor);

    const int64_t one[] = {1};
    const int64_t none[] = {2, 0, 4};
    const int64_t flat_none[] = {0, 4};
    tensor = make_range(0, NULL);
    assert_ok(frcnn_tensor_flatten(&out, tensor, 0, -1));
    assert_shape(out, 1, one);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&tensor);
    tensor = make_range(3, none);
    assert_ok(frcnn_tensor_flatten(&out, tensor, 0, 1));
    assert_shape(out, 2, flat_none);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&tensor);
}

static void contiguous_copies_only_what_is_not(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3};
    const int32_t by_column[] = {0, 3, 1, 4, 2, 5};
    frcnn_tensor *tensor = make_range(2, shape);
    frcnn_tensor *columns = NULL;
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_contiguous(&out, tensor));
    assert_ptr_equal(frcnn_tensor_get_data(out), frcnn_tensor_get_data(tensor));
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_transpose(&columns, tensor, 0, 1));
    assert_ok(frcnn_tensor_contiguous(&out, columns));
    assert_true(frcnn_tensor_is_contiguous(out));
    assert_values(out, 6, by_column);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&columns);
    frcnn_tensor_destroy(&tensor);
}

static void contiguous_copies_what_lies_at_no_multiple_of_its_element(void **state)
{
    (void)state;
    const int64_t three = 3;
    const int32_t values[] = {1, -2, 3};
    _Alignas(int32_t) unsigned char memory[sizeof values + 1];
    frcnn_tensor *tensor = NULL;
    frcnn_tensor *out = NULL;
    memcpy(memory + 1, values, sizeof values);
    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_I32, 1, &three, memory + 1, NULL, NULL));
    assert_ok(frcnn_tensor_contiguous(&out, tensor));
    assert_int_equal((uintptr_t)frcnn_tensor_get_data(out) % sizeof(int32_t), 0);
    assert_values(out, 3, values);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&tensor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reshape_shares_where_view_does_and_copies_elsewhere),
        cmocka_unit_test(flatten_makes_a_range_of_dimensions_one),
        cmocka_unit_test(contiguous_copies_only_what_is_not),
        cmocka_unit_test(contiguous_copies_what_lies_at_no_multiple_of_its_element),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
