#include "tensor/index/index_support.h"

/* Expected numbers and errors: torch 2.14.1. */

static void both_sides_are_broadcast(void **state)
{
    (void)state;
    const int64_t values[] = {0, 1, 2, 3};
    const uint8_t flags[] = {1, 0, 1, 1, 0, 0, 0, 1};
    frcnn_tensor *column = make_tensor(FRCNN_I64, 2, SHAPE(2, 1), values + 1);
    frcnn_tensor *row = make_tensor(FRCNN_I64, 1, SHAPE(4), values);
    frcnn_tensor *row_mask = make_tensor(FRCNN_BOOL, 1, SHAPE(3), flags);
    frcnn_tensor *mask = make_tensor(FRCNN_BOOL, 2, SHAPE(2, 4), flags);
    frcnn_tensor *found = NULL;
    assert_ok(frcnn_tensor_masked_select(&found, column, row_mask));
    assert_tensor(&found, FRCNN_I64, 1, SHAPE(4), SHAPE(1, 1, 2, 2));
    assert_ok(frcnn_tensor_masked_select(&found, row, mask));
    assert_tensor(&found, FRCNN_I64, 1, SHAPE(4), SHAPE(0, 2, 3, 3));
    assert_fails(frcnn_tensor_masked_select(&found, row, row_mask), FRCNN_ERROR_INVALID, "found [4] and a mask of [3]");
    assert_fails(frcnn_tensor_masked_select(&found, row, row), FRCNN_ERROR_INVALID, "a mask of bool, found i64");
    assert_null(found);
    frcnn_tensor_destroy(&mask);
    frcnn_tensor_destroy(&row_mask);
    frcnn_tensor_destroy(&row);
    frcnn_tensor_destroy(&column);
}

static void scalars_and_nothing_give_a_row(void **state)
{
    (void)state;
    const int64_t value = 5;
    const uint8_t yes = 1;
    frcnn_tensor *scalar = make_tensor(FRCNN_I64, 0, NULL, &value);
    frcnn_tensor *mask = make_tensor(FRCNN_BOOL, 0, NULL, &yes);
    frcnn_tensor *nothing = make_tensor(FRCNN_F16, 2, SHAPE(0, 3), &value);
    frcnn_tensor *found = NULL;
    assert_ok(frcnn_tensor_masked_select(&found, scalar, mask));
    assert_tensor(&found, FRCNN_I64, 1, SHAPE(1), &value);
    assert_ok(frcnn_tensor_masked_select(&found, nothing, mask));
    assert_tensor(&found, FRCNN_F16, 1, SHAPE(0), NULL);
    frcnn_tensor_destroy(&nothing);
    frcnn_tensor_destroy(&mask);
    frcnn_tensor_destroy(&scalar);
}

/* Many blocks: every third value stays. */
static void every_block_copies_its_own(void **state)
{
    (void)state;
    enum { N = 100001 };
    frcnn_tensor *tensor = NULL;
    frcnn_tensor *mask = NULL;
    frcnn_tensor *found = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_I32, 1, SHAPE(N)));
    assert_ok(frcnn_tensor_create(&mask, FRCNN_BOOL, 1, SHAPE(N)));
    int32_t *values = frcnn_tensor_get_data(tensor);
    uint8_t *flags = frcnn_tensor_get_data(mask);
    for (int32_t i = 0; i < N; i++) {
        values[i] = i;
        flags[i] = i % 3 == 0;
    }
    assert_ok(frcnn_tensor_masked_select(&found, tensor, mask));
    assert_int_equal(frcnn_tensor_get_n_elements(found), (N + 2) / 3);
    const int32_t *out = frcnn_tensor_get_const_data(found);
    for (int32_t i = 0; i < (N + 2) / 3; i++) assert_int_equal(out[i], 3 * i);
    frcnn_tensor_destroy(&found);
    frcnn_tensor_destroy(&mask);
    frcnn_tensor_destroy(&tensor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides_are_broadcast),
        cmocka_unit_test(scalars_and_nothing_give_a_row),
        cmocka_unit_test(every_block_copies_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
