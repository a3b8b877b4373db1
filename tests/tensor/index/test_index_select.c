#include "tensor/index/index_support.h"

/* Expected numbers and errors: torch 2.14.1. */

static const int64_t counted[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

static void columns_and_rows_are_taken_in_the_order_of_the_indices(void **state)
{
    (void)state;
    const int64_t columns[] = {3, 0, 3};
    const int32_t rows[] = {2, 0};
    const int64_t expected_columns[] = {3, 0, 3, 7, 4, 7, 11, 8, 11};
    const int64_t expected_rows[] = {8, 9, 10, 11, 0, 1, 2, 3};
    frcnn_tensor *tensor = make_tensor(FRCNN_I64, 2, SHAPE(3, 4), counted);
    frcnn_tensor *transposed = transpose(tensor);
    frcnn_tensor *column_index = make_tensor(FRCNN_I64, 1, SHAPE(3), columns);
    frcnn_tensor *row_index = make_tensor(FRCNN_I32, 1, SHAPE(2), rows);
    frcnn_tensor *found = NULL;
    assert_ok(frcnn_tensor_index_select(&found, tensor, -1, column_index));
    assert_tensor(&found, FRCNN_I64, 2, SHAPE(3, 3), expected_columns);
    assert_ok(frcnn_tensor_index_select(&found, tensor, 0, row_index));
    assert_tensor(&found, FRCNN_I64, 2, SHAPE(2, 4), expected_rows);
    assert_ok(frcnn_tensor_index_select(&found, transposed, 1, row_index));
    assert_tensor(&found, FRCNN_I64, 2, SHAPE(4, 2), ((const int64_t[]){8, 0, 9, 1, 10, 2, 11, 3}));
    frcnn_tensor_destroy(&row_index);
    frcnn_tensor_destroy(&column_index);
    frcnn_tensor_destroy(&transposed);
    frcnn_tensor_destroy(&tensor);
}

static void every_element_size_is_moved(void **state)
{
    (void)state;
    const int64_t picked[] = {2, 2, 0};
    frcnn_tensor *tensor = make_tensor(FRCNN_I64, 1, SHAPE(12), counted);
    frcnn_tensor *index = make_tensor(FRCNN_I64, 1, SHAPE(3), picked);
    for (int dtype = FRCNN_F32; dtype <= FRCNN_BOOL; dtype++) {
        frcnn_tensor *typed = NULL;
        frcnn_tensor *found = NULL;
        frcnn_tensor *back = NULL;
        assert_ok(frcnn_tensor_cast(&typed, tensor, (frcnn_dtype)dtype));
        assert_ok(frcnn_tensor_index_select(&found, typed, 0, index));
        assert_int_equal(frcnn_tensor_get_dtype(found), dtype);
        assert_ok(frcnn_tensor_cast(&back, found, FRCNN_I64));
        const int64_t two = dtype == FRCNN_BOOL ? 1 : 2;
        assert_tensor(&back, FRCNN_I64, 1, SHAPE(3), SHAPE(two, two, 0));
        frcnn_tensor_destroy(&found);
        frcnn_tensor_destroy(&typed);
    }
    frcnn_tensor_destroy(&index);
    frcnn_tensor_destroy(&tensor);
}

static void a_scalar_is_one_part_and_one_index(void **state)
{
    (void)state;
    frcnn_tensor *tensor = make_tensor(FRCNN_I64, 2, SHAPE(2, 3), counted);
    frcnn_tensor *scalar = make_tensor(FRCNN_I64, 0, NULL, &counted[2]);
    frcnn_tensor *zero = make_tensor(FRCNN_I64, 1, SHAPE(1), counted);
    frcnn_tensor *none = make_tensor(FRCNN_I64, 1, SHAPE(0), counted);
    frcnn_tensor *found = NULL;
    assert_ok(frcnn_tensor_index_select(&found, tensor, 1, scalar));
    assert_tensor(&found, FRCNN_I64, 2, SHAPE(2, 1), SHAPE(2, 5));
    assert_ok(frcnn_tensor_index_select(&found, scalar, -1, zero));
    assert_tensor(&found, FRCNN_I64, 0, NULL, &counted[2]);
    assert_ok(frcnn_tensor_index_select(&found, tensor, 0, none));
    assert_tensor(&found, FRCNN_I64, 2, SHAPE(0, 3), NULL);
    assert_fails(frcnn_tensor_index_select(&found, scalar, 0, none), FRCNN_ERROR_INVALID,
                 "expected 1 index into a scalar, found 0");
    assert_null(found);
    frcnn_tensor_destroy(&none);
    frcnn_tensor_destroy(&zero);
    frcnn_tensor_destroy(&scalar);
    frcnn_tensor_destroy(&tensor);
}

static void indices_outside_are_refused(void **state)
{
    (void)state;
    const int64_t large[] = {0, 7};
    const int32_t negative[] = {0, -1};
    frcnn_tensor *tensor = make_tensor(FRCNN_I64, 2, SHAPE(3, 4), counted);
    frcnn_tensor *nothing = make_tensor(FRCNN_F32, 2, SHAPE(3, 0), counted);
    frcnn_tensor *large_index = make_tensor(FRCNN_I64, 1, SHAPE(2), large);
    frcnn_tensor *negative_index = make_tensor(FRCNN_I32, 1, SHAPE(2), negative);
    frcnn_tensor *found = NULL;
    assert_fails(frcnn_tensor_index_select(&found, tensor, -1, large_index), FRCNN_ERROR_INVALID,
                 "index_select: expected indices in [0, 4) of dimension 1, found 7");
    assert_fails(frcnn_tensor_index_select(&found, tensor, 0, negative_index), FRCNN_ERROR_INVALID,
                 "index_select: expected indices in [0, 3) of dimension 0, found -1");
    assert_fails(frcnn_tensor_index_select(&found, nothing, 1, large_index), FRCNN_ERROR_INVALID,
                 "index_select: expected indices in [0, 0) of dimension 1, found 7");
    assert_fails(frcnn_tensor_index_select(&found, tensor, 0, tensor), FRCNN_ERROR_INVALID,
                 "expected indices of 1 dimension, found [3, 4]");
    assert_fails(frcnn_tensor_index_select(&found, tensor, 2, large_index), FRCNN_ERROR_INVALID,
                 "expected [-2, 1], found 2");
    frcnn_tensor *floats = make_tensor(FRCNN_F32, 1, SHAPE(1), counted);
    assert_fails(frcnn_tensor_index_select(&found, tensor, 0, floats), FRCNN_ERROR_INVALID,
                 "expected indices of i32 or i64, found f32");
    assert_null(found);
    frcnn_tensor_destroy(&floats);
    frcnn_tensor_destroy(&negative_index);
    frcnn_tensor_destroy(&large_index);
    frcnn_tensor_destroy(&nothing);
    frcnn_tensor_destroy(&tensor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_and_rows_are_taken_in_the_order_of_the_indices),
        cmocka_unit_test(every_element_size_is_moved),
        cmocka_unit_test(a_scalar_is_one_part_and_one_index),
        cmocka_unit_test(indices_outside_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
