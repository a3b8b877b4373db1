#include "fault/every_allocation.h"

#include "frcnn/ops.h"

/* Every operation once, on inputs that have to be copied first. */
static frcnn_status run_all(void)
{
    enum { N = 16 };
    const int64_t shape[] = {4, 1, 6, 8};
    const int order[] = {1, 3, 2, 0};
    frcnn_tensor *t[N] = {NULL};
    int n = 2;
    frcnn_status status = frcnn_tensor_create(&t[0], FRCNN_F32, 4, shape);
    if (status == FRCNN_OK) status = frcnn_tensor_permute(&t[1], t[0], order);
    if (status == FRCNN_OK) status = frcnn_tensor_add(&t[n++], t[1], t[1]);
    if (status == FRCNN_OK) status = frcnn_tensor_relu(&t[n++], t[1]);
    if (status == FRCNN_OK) status = frcnn_tensor_softmax(&t[n++], t[1], 2);
    if (status == FRCNN_OK) {
        status = frcnn_tensor_topk(&t[n], &t[n + 1], t[1], 2, -1, 1);
        n += 2;
    }
    if (status == FRCNN_OK) status = frcnn_tensor_max_pool2d(&t[n++], NULL, t[1], NULL);
    if (status == FRCNN_OK) status = frcnn_tensor_arange(&t[n++], FRCNN_I64, 0, 5, 1);
    if (status == FRCNN_OK) {
        const frcnn_tensor *lines[] = {t[n - 1], t[n - 1]};
        status = frcnn_tensor_meshgrid(&t[n], lines, 2, FRCNN_MESHGRID_IJ);
        n += 2;
    }
    for (int i = 0; i < N; i++) {
        if (status == FRCNN_OK && i < n) assert_non_null(t[i]);
        frcnn_tensor_destroy(&t[i]);
    }
    return status;
}

static void every_failing_allocation_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    assert_true(assert_every_allocation_may_fail(run_all) >= 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failing_allocation_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
