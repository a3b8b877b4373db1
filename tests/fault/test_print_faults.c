/** Every allocation of formatting and printing fails once. */
#include "fault/every_allocation.h"

#include "frcnn/print.h"
#include "frcnn/tensor.h"

static frcnn_tensor *tensor;

static frcnn_status format(void)
{
    char *text = NULL;
    const frcnn_status status = frcnn_tensor_format(&text, tensor, NULL);
    assert_true((status == FRCNN_OK) == (text != NULL));
    frcnn_text_destroy(&text);
    return status;
}

static frcnn_status print(void)
{
    FILE *stream = fopen("/dev/null", "w");
    assert_non_null(stream);
    const frcnn_status status = frcnn_tensor_print(stream, tensor, NULL);
    fclose(stream);
    return status;
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    const int64_t shape[] = {20, 30};
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_F16, 2, shape));
    assert_true(assert_every_allocation_may_fail(format) > 3);
    assert_true(assert_every_allocation_may_fail(print) > 3);
    frcnn_tensor_destroy(&tensor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_allocation_may_fail)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
