#include "fault/every_allocation.h"

#include "frcnn/ops.h"

typedef frcnn_status (*unary_function)(frcnn_tensor **out, const frcnn_tensor *tensor);
typedef frcnn_status (*binary_function)(frcnn_tensor **out, const frcnn_tensor *a, const frcnn_tensor *b);
typedef frcnn_status (*scalar_function)(frcnn_tensor **out, const frcnn_tensor *a, frcnn_scalar b);

static const unary_function unary[] = {
    frcnn_tensor_neg,  frcnn_tensor_abs,   frcnn_tensor_floor,     frcnn_tensor_ceil,        frcnn_tensor_round,
    frcnn_tensor_relu, frcnn_tensor_exp,   frcnn_tensor_log,       frcnn_tensor_sqrt,        frcnn_tensor_sigmoid,
    frcnn_tensor_tanh, frcnn_tensor_relu6, frcnn_tensor_hardswish, frcnn_tensor_hardsigmoid, frcnn_tensor_logical_not,
};
static const binary_function binary[] = {
    frcnn_tensor_add,          frcnn_tensor_sub,       frcnn_tensor_mul,         frcnn_tensor_div,
    frcnn_tensor_floor_divide, frcnn_tensor_remainder, frcnn_tensor_minimum,     frcnn_tensor_maximum,
    frcnn_tensor_eq,           frcnn_tensor_ne,        frcnn_tensor_lt,          frcnn_tensor_le,
    frcnn_tensor_gt,           frcnn_tensor_ge,        frcnn_tensor_logical_and, frcnn_tensor_logical_or,
    frcnn_tensor_logical_xor,
};
static const scalar_function with_scalar[] = {
    frcnn_tensor_add_scalar,        frcnn_tensor_sub_scalar,          frcnn_tensor_mul_scalar,
    frcnn_tensor_div_scalar,        frcnn_tensor_floor_divide_scalar, frcnn_tensor_remainder_scalar,
    frcnn_tensor_minimum_scalar,    frcnn_tensor_maximum_scalar,      frcnn_tensor_eq_scalar,
    frcnn_tensor_ne_scalar,         frcnn_tensor_lt_scalar,           frcnn_tensor_le_scalar,
    frcnn_tensor_gt_scalar,         frcnn_tensor_ge_scalar,           frcnn_tensor_logical_and_scalar,
    frcnn_tensor_logical_or_scalar, frcnn_tensor_logical_xor_scalar,
};

/* Into new tensors, a f16 that integers are taken to. */
static frcnn_status run_new(const frcnn_tensor *a, const frcnn_tensor *b, const frcnn_tensor *condition)
{
    const frcnn_scalar two = frcnn_scalar_f64(2);
    frcnn_tensor *out = NULL;
    frcnn_status status = FRCNN_OK;
    for (size_t i = 0; i < sizeof unary / sizeof unary[0] && status == FRCNN_OK; i++) {
        status = unary[i](&out, a);
        frcnn_tensor_destroy(&out);
    }
    for (size_t i = 0; i < sizeof binary / sizeof binary[0] && status == FRCNN_OK; i++) {
        status = binary[i](&out, a, b);
        frcnn_tensor_destroy(&out);
        if (status == FRCNN_OK) status = with_scalar[i](&out, b, two);
        frcnn_tensor_destroy(&out);
    }
    if (status == FRCNN_OK) status = frcnn_tensor_where(&out, condition, a, b);
    frcnn_tensor_destroy(&out);
    if (status == FRCNN_OK) status = frcnn_tensor_clamp(&out, b, &two, NULL);
    frcnn_tensor_destroy(&out);
    return status;
}

/* Into a tensor that one of the operands overlaps. */
static frcnn_status run_in_place(frcnn_tensor *a, const frcnn_tensor *overlapping, const frcnn_tensor *b)
{
    const frcnn_scalar two = frcnn_scalar_f64(2);
    frcnn_status status = frcnn_tensor_copy(a, b);
    if (status == FRCNN_OK) status = frcnn_tensor_fill(a, two);
    if (status == FRCNN_OK) status = frcnn_tensor_relu_in_place(a);
    if (status == FRCNN_OK) status = frcnn_tensor_clamp_in_place(a, &two, &two);
    if (status == FRCNN_OK) status = frcnn_tensor_add_in_place(a, overlapping);
    if (status == FRCNN_OK) status = frcnn_tensor_add_scalar_in_place(a, two);
    if (status == FRCNN_OK) status = frcnn_tensor_sub_in_place(a, overlapping);
    if (status == FRCNN_OK) status = frcnn_tensor_sub_scalar_in_place(a, two);
    if (status == FRCNN_OK) status = frcnn_tensor_mul_in_place(a, overlapping);
    if (status == FRCNN_OK) status = frcnn_tensor_mul_scalar_in_place(a, two);
    if (status == FRCNN_OK) status = frcnn_tensor_div_in_place(a, overlapping);
    if (status == FRCNN_OK) status = frcnn_tensor_div_scalar_in_place(a, two);
    return status;
}

static frcnn_status run(void)
{
    enum { N = 6 };
    const int64_t shape[] = {3, 5};
    frcnn_tensor *t[N] = {NULL};
    frcnn_status status = frcnn_tensor_full(&t[0], FRCNN_F16, 2, shape, frcnn_scalar_i64(1));
    if (status == FRCNN_OK) status = frcnn_tensor_full(&t[1], FRCNN_I32, 1, shape + 1, frcnn_scalar_i64(1));
    if (status == FRCNN_OK) status = frcnn_tensor_create(&t[2], FRCNN_BOOL, 2, shape);
    if (status == FRCNN_OK) status = frcnn_tensor_narrow(&t[3], t[0], 0, 0, 2);
    if (status == FRCNN_OK) status = frcnn_tensor_narrow(&t[4], t[0], 0, 1, 2);
    if (status == FRCNN_OK) status = run_new(t[0], t[1], t[2]);
    if (status == FRCNN_OK) status = run_in_place(t[4], t[3], t[1]);
    for (int i = 0; i < N; i++) frcnn_tensor_destroy(&t[i]);
    return status;
}

static void arithmetic_survives_every_failing_allocation(void **state)
{
    (void)state;
    assert_true(assert_every_allocation_may_fail(run) >= 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_survives_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
