#include "fault/every_allocation.h"

#include "frcnn/reduce.h"

/* Every operation once: on a permuted tensor, whose results have to be put in order, on one that is cast, and on one of
   several blocks. */
static frcnn_status run_all(void)
{
    enum { N = 40 };
    const int64_t shape[] = {4, 3, 6};
    const int64_t long_shape[] = {140000};
    const int order[] = {2, 1, 0};
    const int dims[] = {1};
    frcnn_tensor *t[N] = {NULL};
    int n = 4;
    frcnn_status status = frcnn_tensor_create(&t[0], FRCNN_F32, 3, shape);
    if (status == FRCNN_OK) status = frcnn_tensor_permute(&t[1], t[0], order);
    if (status == FRCNN_OK) status = frcnn_tensor_cast(&t[2], t[1], FRCNN_F16);
    if (status == FRCNN_OK) status = frcnn_tensor_create(&t[3], FRCNN_F32, 1, long_shape);
    for (int i = 1; i < 3; i++) {
        if (status == FRCNN_OK) status = frcnn_tensor_sum(&t[n++], t[i], dims, 1, 0);
        if (status == FRCNN_OK) status = frcnn_tensor_mean(&t[n++], t[i], dims, 1, 1);
        if (status == FRCNN_OK) status = frcnn_tensor_var(&t[n++], t[i], dims, 1, 0, 1);
        if (status == FRCNN_OK) status = frcnn_tensor_prod(&t[n++], t[i], dims, 1, 0);
        if (status == FRCNN_OK) status = frcnn_tensor_amax(&t[n++], t[i], dims, 1, 0);
        if (status == FRCNN_OK) status = frcnn_tensor_amin(&t[n++], t[i], dims, 1, 0);
        if (status == FRCNN_OK) status = frcnn_tensor_any(&t[n++], t[i], dims, 1, 0);
        if (status == FRCNN_OK) status = frcnn_tensor_all(&t[n++], t[i], dims, 1, 0);
        if (status == FRCNN_OK) status = frcnn_tensor_argmax(&t[n++], t[i], 1, 0);
        if (status == FRCNN_OK) status = frcnn_tensor_argmin(&t[n++], t[i], FRCNN_ALL_DIMS, 0);
        if (status == FRCNN_OK) status = frcnn_tensor_cumsum(&t[n++], t[i], 1);
        if (status == FRCNN_OK) {
            status = frcnn_tensor_max(&t[n], &t[n + 1], t[i], 1, 0);
            n += 2;
        }
        if (status == FRCNN_OK) {
            status = frcnn_tensor_min(&t[n], &t[n + 1], t[i], 1, 1);
            n += 2;
        }
    }
    if (status == FRCNN_OK) status = frcnn_tensor_sum(&t[n++], t[3], NULL, 0, 0);
    if (status == FRCNN_OK) status = frcnn_tensor_argmax(&t[n++], t[3], 0, 0);
    for (int i = 0; i < N; i++) {
        if (status == FRCNN_OK && i < n) assert_non_null(t[i]);
        frcnn_tensor_destroy(&t[i]);
    }
    return status;
}

static void every_failing_allocation_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    assert_true(assert_every_allocation_may_fail(run_all) >= 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failing_allocation_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
