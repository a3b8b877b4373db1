#include "fault/every_allocation.h"

#include "frcnn/arithmetic.h"

/* Element-wise operations on inputs that have to be converted, or copied because they overlap what is written. */
static frcnn_status run(void)
{
    enum { N = 16 };
    const int64_t shape[] = {3, 5};
    const frcnn_scalar one = frcnn_scalar_f64(1);
    frcnn_tensor *t[N] = {NULL};
    int n = 4;
    frcnn_status status = frcnn_tensor_create(&t[0], FRCNN_F16, 2, shape);
    if (status == FRCNN_OK) status = frcnn_tensor_create(&t[1], FRCNN_I32, 1, shape + 1);
    if (status == FRCNN_OK) status = frcnn_tensor_create(&t[2], FRCNN_BOOL, 2, shape);
    if (status == FRCNN_OK) status = frcnn_tensor_create(&t[3], FRCNN_F32, 0, NULL);
    if (status == FRCNN_OK) status = frcnn_tensor_add(&t[n++], t[0], t[1]);
    if (status == FRCNN_OK) status = frcnn_tensor_mul_scalar(&t[n++], t[1], one);
    if (status == FRCNN_OK) status = frcnn_tensor_where(&t[n++], t[2], t[0], t[3]);
    if (status == FRCNN_OK) status = frcnn_tensor_clamp(&t[n++], t[0], &one, NULL);
    if (status == FRCNN_OK) status = frcnn_tensor_exp(&t[n++], t[1]);
    if (status == FRCNN_OK) status = frcnn_tensor_narrow(&t[n++], t[0], 0, 0, 2);
    if (status == FRCNN_OK) status = frcnn_tensor_narrow(&t[n++], t[0], 0, 1, 2);
    if (status == FRCNN_OK) status = frcnn_tensor_add_in_place(t[n - 1], t[n - 2]);
    if (status == FRCNN_OK) status = frcnn_tensor_copy(t[0], t[1]);
    for (int i = 0; i < N; i++) frcnn_tensor_destroy(&t[i]);
    return status;
}

static void arithmetic_survives_every_failing_allocation(void **state)
{
    (void)state;
    assert_true(assert_every_allocation_may_fail(run) >= 25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_survives_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
