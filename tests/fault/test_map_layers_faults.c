#include "fault/every_allocation.h"

#include "frcnn/ops.h"

/* Pooling, resampling, padding and batch norm, on a map that has to be copied and widened first. */
static frcnn_status run_all(void)
{
    enum { N = 16 };
    const int64_t shape[] = {4, 1, 6, 8}, channels[] = {4}, pads[] = {0, 0, 1, 2};
    const int order[] = {1, 3, 2, 0};
    frcnn_tensor *t[N] = {NULL};
    int n = 4;
    frcnn_interpolate_options options;
    frcnn_interpolate_options_default(&options);
    options.out_h = 3;
    options.out_w = 5;
    frcnn_status status = frcnn_tensor_create(&t[0], FRCNN_F16, 4, shape);
    if (status == FRCNN_OK) status = frcnn_tensor_permute(&t[1], t[0], order);
    if (status == FRCNN_OK) status = frcnn_tensor_create(&t[2], FRCNN_F16, 1, channels);
    if (status == FRCNN_OK) status = frcnn_tensor_create(&t[3], FRCNN_U8, 4, shape);
    if (status == FRCNN_OK) {
        status = frcnn_tensor_max_pool2d(&t[n], &t[n + 1], t[1], NULL);
        n += 2;
    }
    if (status == FRCNN_OK) status = frcnn_tensor_avg_pool2d(&t[n++], t[1], NULL);
    if (status == FRCNN_OK) status = frcnn_tensor_adaptive_avg_pool2d(&t[n++], t[1], 1, 1);
    if (status == FRCNN_OK) {
        status = frcnn_tensor_adaptive_max_pool2d(&t[n], &t[n + 1], t[1], 3, -1);
        n += 2;
    }
    if (status == FRCNN_OK) status = frcnn_tensor_batch_norm(&t[n++], t[1], t[2], t[2], t[2], t[2], 1);
    if (status == FRCNN_OK) status = frcnn_tensor_interpolate(&t[n++], t[1], &options);
    options.mode = FRCNN_INTERPOLATE_BILINEAR;
    if (status == FRCNN_OK) status = frcnn_tensor_interpolate(&t[n++], t[1], &options);
    options.antialias = 1;
    if (status == FRCNN_OK) status = frcnn_tensor_interpolate(&t[n++], t[3], &options);
    if (status == FRCNN_OK) status = frcnn_tensor_pad(&t[n++], t[1], pads, 4, FRCNN_PAD_CONSTANT, frcnn_scalar_f64(1));
    for (int i = 0; i < N; i++) {
        if (status == FRCNN_OK && i < n) assert_non_null(t[i]);
        frcnn_tensor_destroy(&t[i]);
    }
    return status;
}

static void every_failing_allocation_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    assert_true(assert_every_allocation_may_fail(run_all) >= 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failing_allocation_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
