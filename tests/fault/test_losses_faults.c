#include "fault/every_allocation.h"

#include "frcnn/ops.h"

/* Every operation once, on inputs that have to be copied and widened first. */
static frcnn_status run_products(void)
{
    enum { N = 14 };
    const int64_t shape[] = {2, 3, 4, 5}, kernel_shape[] = {6, 4, 2, 2}, matrix_shape[] = {6, 4},
                  big_shape[] = {64, 64};
    const int turned[] = {3, 0, 1, 2}, swapped[] = {0, 1, 3, 2};
    frcnn_tensor *t[N] = {NULL};
    int n = 6;
    frcnn_status status = frcnn_tensor_create(&t[0], FRCNN_F16, 4, shape);
    if (status == FRCNN_OK) status = frcnn_tensor_permute(&t[1], t[0], turned);
    if (status == FRCNN_OK) status = frcnn_tensor_permute(&t[2], t[0], swapped);
    if (status == FRCNN_OK) status = frcnn_tensor_create(&t[3], FRCNN_F16, 4, kernel_shape);
    if (status == FRCNN_OK) status = frcnn_tensor_create(&t[4], FRCNN_F16, 2, matrix_shape);
    if (status == FRCNN_OK) status = frcnn_tensor_create(&t[5], FRCNN_F32, 2, big_shape);
    if (status == FRCNN_OK) status = frcnn_tensor_softmax(&t[n++], t[1], 1);
    if (status == FRCNN_OK) status = frcnn_tensor_log_softmax(&t[n++], t[1], 1);
    if (status == FRCNN_OK) status = frcnn_tensor_conv2d(&t[n++], t[2], t[3], NULL, NULL);
    if (status == FRCNN_OK) status = frcnn_tensor_matmul(&t[n++], t[0], t[2]);
    if (status == FRCNN_OK) status = frcnn_tensor_matmul(&t[n++], t[5], t[5]);
    if (status == FRCNN_OK) status = frcnn_tensor_linear(&t[n++], t[2], t[4], NULL);
    for (int i = 0; i < N; i++) {
        if (status == FRCNN_OK && i < n) assert_non_null(t[i]);
        frcnn_tensor_destroy(&t[i]);
    }
    return status;
}

static frcnn_status run_losses(void)
{
    enum { N = 16 };
    const int64_t shape[] = {3, 4}, class_shape[] = {3}, weight_shape[] = {4};
    const int swapped[] = {1, 0};
    frcnn_tensor *t[N] = {NULL};
    int n = 6;
    frcnn_status status = frcnn_tensor_create(&t[0], FRCNN_F16, 2, shape);
    if (status == FRCNN_OK) status = frcnn_tensor_create(&t[1], FRCNN_U8, 1, class_shape);
    if (status == FRCNN_OK) status = frcnn_tensor_create(&t[2], FRCNN_F16, 1, weight_shape);
    if (status == FRCNN_OK) status = frcnn_tensor_permute(&t[3], t[0], swapped);
    if (status == FRCNN_OK) status = frcnn_tensor_cast(&t[4], t[3], FRCNN_F32);
    if (status == FRCNN_OK) status = frcnn_tensor_permute(&t[5], t[4], swapped);
    frcnn_nll_loss_options nll;
    frcnn_cross_entropy_options entropy;
    frcnn_bce_options bce;
    frcnn_nll_loss_options_default(&nll);
    frcnn_cross_entropy_options_default(&entropy);
    frcnn_bce_options_default(&bce);
    nll.weight = entropy.weight = bce.weight = bce.pos_weight = t[2];
    nll.reduction = FRCNN_LOSS_NONE;
    bce.reduction = FRCNN_LOSS_NONE;
    if (status == FRCNN_OK) status = frcnn_tensor_nll_loss(&t[n++], t[0], t[1], &nll);
    if (status == FRCNN_OK) status = frcnn_tensor_cross_entropy(&t[n++], t[0], t[1], &entropy);
    if (status == FRCNN_OK) status = frcnn_tensor_cross_entropy(&t[n++], t[0], t[5], &entropy);
    if (status == FRCNN_OK) status = frcnn_tensor_mse_loss(&t[n++], t[0], t[2], FRCNN_LOSS_NONE);
    if (status == FRCNN_OK) status = frcnn_tensor_l1_loss(&t[n++], t[0], t[5], FRCNN_LOSS_MEAN);
    if (status == FRCNN_OK) status = frcnn_tensor_smooth_l1_loss(&t[n++], t[5], t[0], 1, FRCNN_LOSS_SUM);
    if (status == FRCNN_OK) status = frcnn_tensor_binary_cross_entropy_with_logits(&t[n++], t[0], t[5], &bce);
    for (int i = 0; i < N; i++) {
        if (status == FRCNN_OK && i < n) assert_non_null(t[i]);
        frcnn_tensor_destroy(&t[i]);
    }
    return status;
}

static void every_failing_allocation_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    assert_true(assert_every_allocation_may_fail(run_products) >= 40);
    assert_true(assert_every_allocation_may_fail(run_losses) >= 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failing_allocation_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
