#include "tensor/index/index_support.h"

/* Expected numbers and errors: torch 2.14.1. */

static const int64_t counted[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

static void each_place_has_an_index_of_its_own(void **state)
{
    (void)state;
    const int64_t columns[] = {3, 0, 1, 1};
    const int32_t rows[] = {2, 0, 1, 0, 2, 2};
    frcnn_tensor *tensor = make_tensor(FRCNN_I64, 2, SHAPE(3, 4), counted);
    frcnn_tensor *transposed = transpose(tensor);
    frcnn_tensor *column_index = make_tensor(FRCNN_I64, 2, SHAPE(2, 2), columns);
    frcnn_tensor *row_index = make_tensor(FRCNN_I32, 2, SHAPE(2, 3), rows);
    frcnn_tensor *found = NULL;
    assert_ok(frcnn_tensor_gather(&found, tensor, 1, column_index));
    assert_tensor(&found, FRCNN_I64, 2, SHAPE(2, 2), SHAPE(3, 0, 5, 5));
    assert_ok(frcnn_tensor_gather(&found, tensor, -2, row_index));
    assert_tensor(&found, FRCNN_I64, 2, SHAPE(2, 3), SHAPE(8, 1, 6, 0, 9, 10));
    assert_ok(frcnn_tensor_gather(&found, transposed, 1, row_index));
    assert_tensor(&found, FRCNN_I64, 2, SHAPE(2, 3), SHAPE(8, 0, 4, 1, 9, 9));
    frcnn_tensor_destroy(&row_index);
    frcnn_tensor_destroy(&column_index);
    frcnn_tensor_destroy(&transposed);
    frcnn_tensor_destroy(&tensor);
}

static void scalars_count_as_one_value(void **state)
{
    (void)state;
    frcnn_tensor *row = make_tensor(FRCNN_I64, 1, SHAPE(3), counted + 5);
    frcnn_tensor *scalar = make_tensor(FRCNN_I64, 0, NULL, &counted[1]);
    frcnn_tensor *zeros = NULL;
    frcnn_tensor *found = NULL;
    assert_ok(frcnn_tensor_create(&zeros, FRCNN_I64, 1, SHAPE(2)));
    assert_ok(frcnn_tensor_gather(&found, row, 0, scalar));
    assert_tensor(&found, FRCNN_I64, 0, NULL, &counted[6]);
    assert_ok(frcnn_tensor_gather(&found, scalar, -1, zeros));
    assert_tensor(&found, FRCNN_I64, 1, SHAPE(2), SHAPE(1, 1));
    assert_fails(frcnn_tensor_gather(&found, scalar, 0, scalar), FRCNN_ERROR_INVALID, "[0, 1) of dimension 0, found 1");
    frcnn_tensor_destroy(&zeros);
    frcnn_tensor_destroy(&scalar);
    frcnn_tensor_destroy(&row);
}

static void shapes_and_indices_are_checked(void **state)
{
    (void)state;
    const int64_t large[] = {4};
    const int64_t negative[] = {-1};
    frcnn_tensor *tensor = make_tensor(FRCNN_I64, 2, SHAPE(3, 4), counted);
    frcnn_tensor *large_index = make_tensor(FRCNN_I64, 2, SHAPE(1, 1), large);
    frcnn_tensor *negative_index = make_tensor(FRCNN_I64, 2, SHAPE(1, 1), negative);
    frcnn_tensor *high = NULL;
    frcnn_tensor *flat = NULL;
    frcnn_tensor *wide = NULL;
    frcnn_tensor *none = NULL;
    frcnn_tensor *floats = NULL;
    frcnn_tensor *found = NULL;
    assert_ok(frcnn_tensor_create(&high, FRCNN_I64, 2, SHAPE(4, 1)));
    assert_ok(frcnn_tensor_create(&flat, FRCNN_I64, 1, SHAPE(4)));
    assert_ok(frcnn_tensor_create(&wide, FRCNN_I64, 2, SHAPE(2, 9)));
    assert_ok(frcnn_tensor_create(&none, FRCNN_I64, 3, SHAPE(9, 0, 2)));
    assert_ok(frcnn_tensor_create(&floats, FRCNN_F32, 2, SHAPE(1, 1)));
    assert_fails(frcnn_tensor_gather(&found, tensor, 1, large_index), FRCNN_ERROR_INVALID,
                 "gather: expected indices in [0, 4) of dimension 1, found 4");
    assert_fails(frcnn_tensor_gather(&found, tensor, 0, negative_index), FRCNN_ERROR_INVALID,
                 "gather: expected indices in [0, 3) of dimension 0, found -1");
    assert_fails(frcnn_tensor_gather(&found, tensor, 1, high), FRCNN_ERROR_INVALID,
                 "expected indices no larger than [3, 4] but in dimension 1, found [4, 1]");
    assert_fails(frcnn_tensor_gather(&found, tensor, 1, flat), FRCNN_ERROR_INVALID, "found [4]");
    assert_fails(frcnn_tensor_gather(&found, tensor, 2, wide), FRCNN_ERROR_INVALID, "expected [-2, 1], found 2");
    assert_fails(frcnn_tensor_gather(&found, tensor, 1, floats), FRCNN_ERROR_INVALID, "i32 or i64, found f32");
    assert_null(found);
    assert_ok(frcnn_tensor_gather(&found, tensor, 1, wide));
    assert_tensor(&found, FRCNN_I64, 2, SHAPE(2, 9), SHAPE(0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4, 4, 4, 4));
    assert_ok(frcnn_tensor_gather(&found, tensor, 1, none));
    assert_tensor(&found, FRCNN_I64, 3, SHAPE(9, 0, 2), NULL);
    frcnn_tensor_destroy(&high);
    frcnn_tensor_destroy(&flat);
    frcnn_tensor_destroy(&wide);
    frcnn_tensor_destroy(&none);
    frcnn_tensor_destroy(&floats);
    frcnn_tensor_destroy(&negative_index);
    frcnn_tensor_destroy(&large_index);
    frcnn_tensor_destroy(&tensor);
}

/* More than a chunk, with rows across the ends of chunks: out[i][j] = j * 1000 + (i + j) % 300. */
static void chunks_meet_inside_rows(void **state)
{
    (void)state;
    enum { ROWS = 300, COLUMNS = 331 };
    frcnn_tensor *index = NULL;
    frcnn_tensor *tensor = NULL;
    frcnn_tensor *found = NULL;
    assert_ok(frcnn_tensor_create(&index, FRCNN_I64, 2, SHAPE(ROWS, COLUMNS)));
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_I32, 2, SHAPE(ROWS, COLUMNS)));
    int64_t *at = frcnn_tensor_get_data(index);
    int32_t *values = frcnn_tensor_get_data(tensor);
    for (int32_t i = 0; i < ROWS; i++)
        for (int32_t j = 0; j < COLUMNS; j++) {
            at[i * COLUMNS + j] = (i + j) % ROWS;
            values[i * COLUMNS + j] = j * 1000 + i;
        }
    assert_ok(frcnn_tensor_gather(&found, tensor, 0, index));
    const int32_t *out = frcnn_tensor_get_const_data(found);
    for (int32_t i = 0; i < ROWS; i++)
        for (int32_t j = 0; j < COLUMNS; j++) assert_int_equal(out[i * COLUMNS + j], j * 1000 + (i + j) % ROWS);
    frcnn_tensor_destroy(&found);
    frcnn_tensor_destroy(&tensor);
    frcnn_tensor_destroy(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_place_has_an_index_of_its_own),
        cmocka_unit_test(scalars_count_as_one_value),
        cmocka_unit_test(shapes_and_indices_are_checked),
        cmocka_unit_test(chunks_meet_inside_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
