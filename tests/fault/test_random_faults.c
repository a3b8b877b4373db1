#include "fault/every_allocation.h"

#include "frcnn/ops.h"

/* Every function once, on inputs that have to be copied first. */
static frcnn_status run_all(void)
{
    enum { N = 10 };
    const int64_t shape[] = {5, 7};
    const int order[] = {1, 0};
    frcnn_generator *generator = NULL;
    frcnn_tensor *t[N] = {NULL};
    int n = 2;
    frcnn_status status = frcnn_generator_create(&generator, 1);
    if (status == FRCNN_OK) status = frcnn_tensor_create(&t[0], FRCNN_BF16, 2, shape);
    if (status == FRCNN_OK) status = frcnn_tensor_permute(&t[1], t[0], order);
    if (status == FRCNN_OK) status = frcnn_tensor_rand(&t[n++], generator, FRCNN_F16, 2, shape);
    if (status == FRCNN_OK) status = frcnn_tensor_uniform(&t[n++], generator, FRCNN_F64, 2, shape, -1, 1);
    if (status == FRCNN_OK) status = frcnn_tensor_randn(&t[n++], generator, FRCNN_F32, 2, shape);
    if (status == FRCNN_OK) status = frcnn_tensor_randint(&t[n++], generator, FRCNN_U8, 2, shape, 0, 9);
    if (status == FRCNN_OK) status = frcnn_tensor_randperm(&t[n++], generator, FRCNN_I64, 9);
    if (status == FRCNN_OK) status = frcnn_tensor_randperm(&t[n++], generator, FRCNN_F32, 9);
    if (status == FRCNN_OK) status = frcnn_tensor_dropout(&t[n++], generator, t[1], 0.5, 1);
    if (status == FRCNN_OK) status = frcnn_generator_get_state(&t[n++], generator);
    if (status == FRCNN_OK) status = frcnn_generator_set_state(generator, t[n - 1]);
    for (int i = 0; i < N; i++) {
        if (status == FRCNN_OK) assert_non_null(t[i]);
        frcnn_tensor_destroy(&t[i]);
    }
    frcnn_generator_destroy(&generator);
    return status;
}

static void every_failing_allocation_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    assert_true(assert_every_allocation_may_fail(run_all) >= 20);
}

/* What a call that fails would have drawn is still there: its last allocation is the one that fails. */
static void a_failing_call_draws_nothing(void **state)
{
    (void)state;
    frcnn_generator *generator = NULL;
    frcnn_generator *untouched = NULL;
    frcnn_tensor *values = NULL;
    const int64_t n = 40;
    assert_ok(frcnn_generator_create(&generator, 1));
    assert_ok(frcnn_generator_create(&untouched, 1));
    assert_ok(frcnn_tensor_create(&values, FRCNN_F16, 1, &n));
    for (int i = 0; i < 3; i++) {
        frcnn_status status = FRCNN_ERROR_NO_MEMORY;
        for (int64_t nth = 1; status == FRCNN_ERROR_NO_MEMORY; nth++) {
            frcnn_tensor *out = NULL;
            frcnn_tensor *states[2] = {NULL, NULL};
            frcnn_memory_fail_at(nth);
            if (i == 0) status = frcnn_tensor_randperm(&out, generator, FRCNN_U8, 9);
            if (i == 1) status = frcnn_tensor_dropout(&out, generator, values, 0.5, 1);
            if (i == 2) status = frcnn_tensor_randn(&out, generator, FRCNN_F32, 1, &n);
            frcnn_memory_fail_at(0);
            if (status != FRCNN_OK) assert_null(out);
            assert_ok(frcnn_generator_get_state(&states[0], generator));
            assert_ok(frcnn_generator_get_state(&states[1], untouched));
            const int is_equal =
                memcmp(frcnn_tensor_get_const_data(states[0]), frcnn_tensor_get_const_data(states[1]), 5056) == 0;
            assert_int_equal(is_equal, status != FRCNN_OK);
            frcnn_tensor_destroy(&states[1]);
            frcnn_tensor_destroy(&states[0]);
            frcnn_tensor_destroy(&out);
        }
        assert_int_equal(status, FRCNN_OK);
        frcnn_generator_manual_seed(generator, 1);
    }
    frcnn_tensor_destroy(&values);
    frcnn_generator_destroy(&untouched);
    frcnn_generator_destroy(&generator);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failing_allocation_is_an_error_and_leaks_nothing),
        cmocka_unit_test(a_failing_call_draws_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
