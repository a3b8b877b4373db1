#include "tensor/index/index_support.h"

/* Expected numbers and errors: torch 2.14.1. */

static void each_class_is_a_row_with_a_one(void **state)
{
    (void)state;
    const int64_t values[] = {0, 2, 1, 1};
    const int64_t expected[] = {1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0};
    const int64_t transposed_expected[] = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0};
    frcnn_tensor *tensor = make_tensor(FRCNN_I64, 2, SHAPE(2, 2), values);
    frcnn_tensor *transposed = transpose(tensor);
    frcnn_tensor *scalar = make_tensor(FRCNN_I64, 0, NULL, &values[2]);
    frcnn_tensor *found = NULL;
    assert_ok(frcnn_tensor_one_hot(&found, tensor, -1));
    assert_tensor(&found, FRCNN_I64, 3, SHAPE(2, 2, 3), expected);
    assert_ok(frcnn_tensor_one_hot(&found, transposed, 4));
    assert_tensor(&found, FRCNN_I64, 3, SHAPE(2, 2, 4), transposed_expected);
    assert_ok(frcnn_tensor_one_hot(&found, scalar, 3));
    assert_tensor(&found, FRCNN_I64, 1, SHAPE(3), expected + 6);
    frcnn_tensor_destroy(&scalar);
    frcnn_tensor_destroy(&transposed);
    frcnn_tensor_destroy(&tensor);
}

static void classes_outside_are_refused(void **state)
{
    (void)state;
    const int64_t values[] = {0, 3, -1, INT64_MAX};
    const int64_t deep[] = {1, 1, 1, 1, 1, 1, 1, 1};
    frcnn_tensor *good = make_tensor(FRCNN_I64, 1, SHAPE(2), values);
    frcnn_tensor *negative = make_tensor(FRCNN_I64, 1, SHAPE(3), values);
    frcnn_tensor *huge = make_tensor(FRCNN_I64, 1, SHAPE(1), values + 3);
    frcnn_tensor *large = make_tensor(FRCNN_I64, 8, deep, values);
    frcnn_tensor *nothing = make_tensor(FRCNN_I64, 1, SHAPE(0), values);
    frcnn_tensor *narrow = make_tensor(FRCNN_I32, 1, SHAPE(2), values);
    frcnn_tensor *found = NULL;
    assert_fails(frcnn_tensor_one_hot(&found, good, 3), FRCNN_ERROR_INVALID, "number of classes, 3, found 3");
    assert_fails(frcnn_tensor_one_hot(&found, good, 0), FRCNN_ERROR_INVALID, "number of classes, 0, found 3");
    assert_fails(frcnn_tensor_one_hot(&found, good, -2), FRCNN_ERROR_INVALID, "number of classes, -2, found 3");
    assert_fails(frcnn_tensor_one_hot(&found, negative, -1), FRCNN_ERROR_INVALID, "0 or more, found -1");
    assert_fails(frcnn_tensor_one_hot(&found, huge, -1), FRCNN_ERROR_INVALID, "more than memory can address");
    assert_fails(frcnn_tensor_one_hot(&found, huge, INT64_MAX), FRCNN_ERROR_INVALID, "number of classes");
    assert_fails(frcnn_tensor_one_hot(&found, good, INT64_MAX), FRCNN_ERROR_INVALID, "more than memory can address");
    assert_fails(frcnn_tensor_one_hot(&found, large, 4), FRCNN_ERROR_INVALID, "fewer than 8 dimensions, found 8");
    assert_fails(frcnn_tensor_one_hot(&found, nothing, -1), FRCNN_ERROR_INVALID, "without elements, found -1");
    assert_fails(frcnn_tensor_one_hot(&found, narrow, -1), FRCNN_ERROR_INVALID, "expected i64, found i32");
    assert_null(found);
    assert_ok(frcnn_tensor_one_hot(&found, nothing, 3));
    assert_tensor(&found, FRCNN_I64, 2, SHAPE(0, 3), NULL);
    frcnn_tensor_destroy(&good);
    frcnn_tensor_destroy(&negative);
    frcnn_tensor_destroy(&huge);
    frcnn_tensor_destroy(&large);
    frcnn_tensor_destroy(&nothing);
    frcnn_tensor_destroy(&narrow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_class_is_a_row_with_a_one),
        cmocka_unit_test(classes_outside_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
