/* Losses of elements. */
#include "support.h"

#include <math.h>

#include "frcnn/ops.h"
#include "tensor/parallel.h"

#define SHAPE(...)                                                                                                     \
    (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (int64_t[])                                             \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }

static frcnn_tensor *wrap(frcnn_dtype dtype, int n_dims, const int64_t *shape, void *values)
{
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_from_memory(&tensor, dtype, n_dims, shape, values, NULL, NULL));
    return tensor;
}

/* Frees the result. Values of a few, rounded three times. */
static void assert_values(frcnn_tensor **out, int n, const double *expected)
{
    assert_int_equal(frcnn_tensor_get_n_elements(*out), n);
    frcnn_tensor *wide = NULL;
    assert_ok(frcnn_tensor_cast(&wide, *out, FRCNN_F64));
    const double *found = frcnn_tensor_get_const_data(wide);
    for (int i = 0; i < n; i++)
        if (!(fabs(found[i] - expected[i]) <= 3e-7 * (1 + fabs(expected[i]))))
            fail_msg("[%d]: expected %.9g, found %.9g", i, expected[i], found[i]);
    frcnn_tensor_destroy(&wide);
    frcnn_tensor_destroy(out);
}

static float distances[] = {0, 0.05f, 0.5f, 1, 2}, zeros[] = {0, 0, 0, 0, 0};

/* By hand: 0.5 d^2 / beta below beta, d - beta / 2 from there. */
static void smooth_l1_follows_its_formula(void **state)
{
    (void)state;
    static const double at_1[] = {0, 0.00125, 0.125, 0.5, 1.5};
    static const double at_ninth[] = {0, 0.01125, 0.44444445, 0.94444442, 1.94444442};
    static const double at_0[] = {0, 0.05, 0.5, 1, 2};
    frcnn_tensor *d = wrap(FRCNN_F32, SHAPE(5), distances), *zero = wrap(FRCNN_F32, SHAPE(5), zeros), *out = NULL;
    assert_ok(frcnn_tensor_smooth_l1_loss(&out, d, zero, 1, FRCNN_LOSS_NONE));
    assert_values(&out, 5, at_1);
    assert_ok(frcnn_tensor_smooth_l1_loss(&out, zero, d, 1.0 / 9, FRCNN_LOSS_NONE));
    assert_values(&out, 5, at_ninth);
    assert_ok(frcnn_tensor_smooth_l1_loss(&out, d, zero, 0, FRCNN_LOSS_NONE));
    assert_values(&out, 5, at_0);
    static const double sum = 2.12625, mean = 0.42525;
    assert_ok(frcnn_tensor_smooth_l1_loss(&out, d, zero, 1, FRCNN_LOSS_SUM));
    assert_values(&out, 1, &sum);
    assert_ok(frcnn_tensor_smooth_l1_loss(&out, d, zero, 1, FRCNN_LOSS_MEAN));
    assert_values(&out, 1, &mean);
    frcnn_tensor_destroy(&zero);
    frcnn_tensor_destroy(&d);
}

static void shapes_broadcast_and_dtypes_promote(void **state)
{
    (void)state;
    float a[] = {1, 2, 3, 4, 5, 6};
    int64_t b[] = {1, 3};
    double columns[] = {1, 3};
    static const double row_squares[] = {0, 1, 4, 1, 16, 9}, column_distances[] = {0, 1, 2, 1, 2, 3};
    frcnn_tensor *matrix = wrap(FRCNN_F32, SHAPE(3, 2), a), *row = wrap(FRCNN_I64, SHAPE(2), b), *out = NULL;
    assert_ok(frcnn_tensor_mse_loss(&out, matrix, row, FRCNN_LOSS_NONE));
    assert_int_equal(frcnn_tensor_get_dtype(out), FRCNN_F32);
    assert_values(&out, 6, row_squares);
    frcnn_tensor *other = wrap(FRCNN_F32, SHAPE(2, 3), a), *column = wrap(FRCNN_F64, SHAPE(2, 1), columns);
    assert_ok(frcnn_tensor_l1_loss(&out, other, column, FRCNN_LOSS_NONE));
    assert_int_equal(frcnn_tensor_get_dtype(out), FRCNN_F64);
    assert_values(&out, 6, column_distances);
    frcnn_tensor_destroy(&column);
    frcnn_tensor_destroy(&other);
    frcnn_tensor_destroy(&row);
    frcnn_tensor_destroy(&matrix);
}

/* torch 2.14.1 in double. */
static void bce_with_logits_is_that_of_pytorch(void **state)
{
    (void)state;
    float x[] = {0, 2, -3, 1.5f}, y[] = {1, 0, 0, 0.25f}, pos[] = {1, 2, 3, 4}, factor[] = {2};
    static const double expected[] = {0.6931471805599453, 2.1269280110429727, 0.048587351573742055, 1.3264132779827524};
    static const double weighted = 2.1730678898232383;
    frcnn_tensor *logits = wrap(FRCNN_F32, SHAPE(4), x), *target = wrap(FRCNN_F32, SHAPE(4), y), *out = NULL;
    frcnn_tensor *pos_weight = wrap(FRCNN_F32, SHAPE(4), pos), *weight = wrap(FRCNN_F32, SHAPE(1), factor);
    frcnn_bce_options options;
    frcnn_bce_options_default(&options);
    options.reduction = FRCNN_LOSS_NONE;
    assert_ok(frcnn_tensor_binary_cross_entropy_with_logits(&out, logits, target, &options));
    assert_values(&out, 4, expected);
    options.reduction = FRCNN_LOSS_MEAN;
    options.weight = weight;
    options.pos_weight = pos_weight;
    assert_ok(frcnn_tensor_binary_cross_entropy_with_logits(&out, logits, target, &options));
    assert_values(&out, 1, &weighted);
    frcnn_tensor_destroy(&weight);
    frcnn_tensor_destroy(&pos_weight);
    frcnn_tensor_destroy(&target);
    frcnn_tensor_destroy(&logits);
}

/* log(1 + e^-x) of large x neither overflows nor loses what is left of it. */
static void bce_with_logits_is_finite_far_out(void **state)
{
    (void)state;
    double x[] = {1000, -1000, 40, -40}, y[] = {1, 0, 1, 1};
    static const double expected[] = {0, 0, 4.248354255291589e-18, 40};
    frcnn_tensor *logits = wrap(FRCNN_F64, SHAPE(4), x), *target = wrap(FRCNN_F64, SHAPE(4), y), *out = NULL;
    frcnn_bce_options options;
    frcnn_bce_options_default(&options);
    options.reduction = FRCNN_LOSS_NONE;
    assert_ok(frcnn_tensor_binary_cross_entropy_with_logits(&out, logits, target, &options));
    const double *found = frcnn_tensor_get_const_data(out);
    for (int i = 0; i < 4; i++) assert_true(fabs(found[i] - expected[i]) <= 1e-15 * expected[i]);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&target);
    frcnn_tensor_destroy(&logits);
}

static void nothing_has_a_mean_of_nan_and_a_sum_of_zero(void **state)
{
    (void)state;
    frcnn_tensor *none = NULL, *out = NULL;
    assert_ok(frcnn_tensor_create(&none, FRCNN_F32, SHAPE(0)));
    assert_ok(frcnn_tensor_mse_loss(&out, none, none, FRCNN_LOSS_MEAN));
    assert_true(isnan(*(const float *)frcnn_tensor_get_const_data(out)));
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_l1_loss(&out, none, none, FRCNN_LOSS_SUM));
    assert_true(*(const float *)frcnn_tensor_get_const_data(out) == 0);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&none);
}

/* A million terms of 0.1 squared: a running sum in f32 would be off in the third digit. */
static void long_sums_are_exact_to_f32_and_do_not_depend_on_threads(void **state)
{
    (void)state;
    enum { N = 1000003 };
    frcnn_tensor *a = NULL, *zero = NULL;
    float nothing = 0;
    assert_ok(frcnn_tensor_create(&a, FRCNN_F32, SHAPE(N)));
    for (int i = 0; i < N; i++) ((float *)frcnn_tensor_get_data(a))[i] = 0.1f;
    zero = wrap(FRCNN_F32, SHAPE(1), &nothing);
    const int threads = frcnn_parallel_get_threads();
    const double exact = (double)(0.1f * 0.1f) * N;
    float first = 0;
    for (int n = 1; n <= 4; n++) {
        frcnn_tensor *out = NULL;
        frcnn_parallel_set_threads(n);
        assert_ok(frcnn_tensor_mse_loss(&out, a, zero, FRCNN_LOSS_SUM));
        const float found = *(const float *)frcnn_tensor_get_const_data(out);
        if (n == 1) first = found;
        assert_true(found == first && fabs((double)found - exact) <= 2e-7 * exact);
        frcnn_tensor_destroy(&out);
    }
    frcnn_parallel_set_threads(threads);
    frcnn_tensor_destroy(&zero);
    frcnn_tensor_destroy(&a);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    int64_t numbers[] = {1, 2, 3, 4, 5};
    frcnn_tensor *d = wrap(FRCNN_F32, SHAPE(5), distances), *four = wrap(FRCNN_F32, SHAPE(4), zeros), *out = NULL;
    frcnn_tensor *row = wrap(FRCNN_F32, SHAPE(1, 5), zeros), *whole = wrap(FRCNN_I64, SHAPE(5), numbers);
    frcnn_bce_options options;
    assert_fails(frcnn_tensor_mse_loss(&out, d, four, FRCNN_LOSS_MEAN), FRCNN_ERROR_INVALID, "[5] and [4]");
    assert_fails(frcnn_tensor_l1_loss(&out, whole, whole, FRCNN_LOSS_MEAN), FRCNN_ERROR_INVALID, "found i64");
    assert_fails(frcnn_tensor_mse_loss(&out, d, d, (frcnn_loss_reduction)3), FRCNN_ERROR_INVALID, "3 is no reduction");
    assert_fails(frcnn_tensor_smooth_l1_loss(&out, d, d, -1, FRCNN_LOSS_MEAN), FRCNN_ERROR_INVALID, "found -1");
    assert_fails(frcnn_tensor_smooth_l1_loss(&out, d, d, (double)NAN, FRCNN_LOSS_MEAN), FRCNN_ERROR_INVALID, "nan");
    assert_fails(frcnn_tensor_binary_cross_entropy_with_logits(&out, d, row, NULL), FRCNN_ERROR_INVALID,
                 "[5], found [1, 5]");
    assert_fails(frcnn_tensor_binary_cross_entropy_with_logits(&out, d, whole, NULL), FRCNN_ERROR_INVALID, "found i64");
    frcnn_bce_options_default(&options);
    options.weight = four;
    assert_int_equal(frcnn_tensor_binary_cross_entropy_with_logits(&out, d, d, &options), FRCNN_ERROR_INVALID);
    options.struct_size = 1;
    assert_fails(frcnn_tensor_binary_cross_entropy_with_logits(&out, d, d, &options), FRCNN_ERROR_INVALID, "found 1");
    assert_null(out);
    frcnn_tensor_destroy(&whole);
    frcnn_tensor_destroy(&row);
    frcnn_tensor_destroy(&four);
    frcnn_tensor_destroy(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smooth_l1_follows_its_formula),
        cmocka_unit_test(shapes_broadcast_and_dtypes_promote),
        cmocka_unit_test(bce_with_logits_is_that_of_pytorch),
        cmocka_unit_test(bce_with_logits_is_finite_far_out),
        cmocka_unit_test(nothing_has_a_mean_of_nan_and_a_sum_of_zero),
        cmocka_unit_test(long_sums_are_exact_to_f32_and_do_not_depend_on_threads),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
