#include "tensor/index/index_support.h"

#include <math.h>

#include "tensor/memory.h"

/* Expected numbers: torch 2.14.1. */

static void coordinates_are_row_major_and_nan_is_not_zero(void **state)
{
    (void)state;
    const float values[] = {0, 3, NAN, -0.0f, -1, 0, 0, 0};
    const int64_t expected[] = {0, 0, 1, 0, 1, 0, 1, 0, 0};
    frcnn_tensor *tensor = make_tensor(FRCNN_F32, 3, SHAPE(2, 2, 2), values);
    for (int dtype = FRCNN_F32; dtype <= FRCNN_BF16; dtype++) {
        frcnn_tensor *typed = NULL;
        frcnn_tensor *found = NULL;
        assert_ok(frcnn_tensor_cast(&typed, tensor, (frcnn_dtype)dtype));
        assert_ok(frcnn_tensor_nonzero(&found, typed));
        assert_tensor(&found, FRCNN_I64, 2, SHAPE(3, 3), expected);
        frcnn_tensor_destroy(&typed);
    }
    frcnn_tensor_destroy(&tensor);
}

static void the_sign_bit_of_an_integer_counts(void **state)
{
    (void)state;
    const int8_t values[] = {0, INT8_MIN, 1, 0};
    const int64_t expected[] = {1, 2};
    const int64_t transposed_expected[] = {0, 1, 1, 0};
    frcnn_tensor *tensor = make_tensor(FRCNN_I8, 1, SHAPE(4), values);
    frcnn_tensor *matrix = make_tensor(FRCNN_I8, 2, SHAPE(2, 2), values);
    frcnn_tensor *transposed = transpose(matrix);
    frcnn_tensor *found = NULL;
    assert_ok(frcnn_tensor_nonzero(&found, tensor));
    assert_tensor(&found, FRCNN_I64, 2, SHAPE(2, 1), expected);
    assert_ok(frcnn_tensor_nonzero(&found, transposed));
    assert_tensor(&found, FRCNN_I64, 2, SHAPE(2, 2), transposed_expected);
    frcnn_tensor_destroy(&transposed);
    frcnn_tensor_destroy(&matrix);
    frcnn_tensor_destroy(&tensor);
}

static void a_scalar_has_no_coordinates(void **state)
{
    (void)state;
    const int64_t values[] = {0, 7};
    for (int64_t i = 0; i < 2; i++) {
        frcnn_tensor *scalar = make_tensor(FRCNN_I64, 0, NULL, &values[i]);
        frcnn_tensor *found = NULL;
        assert_ok(frcnn_tensor_nonzero(&found, scalar));
        assert_tensor(&found, FRCNN_I64, 2, SHAPE(i, 0), NULL);
        frcnn_tensor_destroy(&scalar);
    }
}

/* Many blocks: element i of row r is set where (r + i) % 7 is 0. */
static void every_block_finds_its_own(void **state)
{
    (void)state;
    enum { ROWS = 1000, COLUMNS = 61 };
    void *block = NULL;
    assert_ok(frcnn_alloc_zeroed(&block, ROWS * COLUMNS, sizeof(uint16_t), "test"));
    int16_t *values = block;
    for (int64_t r = 0; r < ROWS; r++)
        for (int64_t i = 0; i < COLUMNS; i++) values[r * COLUMNS + i] = (r + i) % 7 == 0;
    frcnn_tensor *tensor = make_tensor(FRCNN_I16, 2, SHAPE(ROWS, COLUMNS), values);
    frcnn_tensor *found = NULL;
    assert_ok(frcnn_tensor_nonzero(&found, tensor));
    const int64_t *at = frcnn_tensor_get_const_data(found);
    int64_t n = 0;
    for (int64_t r = 0; r < ROWS; r++)
        for (int64_t i = 0; i < COLUMNS; i++)
            if ((r + i) % 7 == 0) {
                assert_true(n < frcnn_tensor_get_shape(found)[0]);
                assert_int_equal(at[2 * n], r);
                assert_int_equal(at[2 * n++ + 1], i);
            }
    assert_int_equal(frcnn_tensor_get_shape(found)[0], n);
    frcnn_tensor_destroy(&found);
    frcnn_tensor_destroy(&tensor);
    frcnn_free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coordinates_are_row_major_and_nan_is_not_zero),
        cmocka_unit_test(the_sign_bit_of_an_integer_counts),
        cmocka_unit_test(a_scalar_has_no_coordinates),
        cmocka_unit_test(every_block_finds_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
