/* cross_entropy and nll_loss. Expected numbers are torch 2.14.1's on the same inputs in double. */
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

static float logits[] = {1, 2, 3, 0, 0, 0};
static int64_t classes[] = {2, 0}, classes_with_1[] = {2, 1}, ignored[] = {-100, -100};
static float weights[] = {1, 2, 3};
static float probabilities[] = {0.1f, 0.2f, 0.7f, 0.5f, 0.25f, 0.25f};
static float one_hot[] = {0, 0, 1, 1, 0, 0};

/* Frees the result. */
static void assert_scalar(frcnn_tensor **out, double expected)
{
    assert_int_equal(frcnn_tensor_get_n_dims(*out), 0);
    assert_int_equal(frcnn_tensor_get_dtype(*out), FRCNN_F32);
    const double found = (double)*(const float *)frcnn_tensor_get_const_data(*out);
    if (isnan(expected) ? !isnan(found) : !(fabs(found - expected) <= 2e-7))
        fail_msg("expected %.9g, found %.9g", expected, found);
    frcnn_tensor_destroy(out);
}

/* A rounding of each logarithm and one of the result: within 2e-7 of numbers near 1. */
static void cross_entropy_of_classes_is_that_of_pytorch(void **state)
{
    (void)state;
    frcnn_tensor *x = wrap(FRCNN_F32, SHAPE(2, 3), logits), *y = wrap(FRCNN_I64, SHAPE(2), classes), *out = NULL;
    frcnn_tensor *other = wrap(FRCNN_I64, SHAPE(2), classes_with_1), *none = wrap(FRCNN_I64, SHAPE(2), ignored);
    frcnn_tensor *weight = wrap(FRCNN_F32, SHAPE(3), weights);
    frcnn_cross_entropy_options options;
    frcnn_cross_entropy_options_default(&options);
    assert_ok(frcnn_tensor_cross_entropy(&out, x, y, NULL));
    assert_scalar(&out, 0.7531091265562451);
    options.ignore_index = 1;
    assert_ok(frcnn_tensor_cross_entropy(&out, x, other, &options));
    assert_scalar(&out, 0.4076059644443804);
    frcnn_cross_entropy_options_default(&options);
    options.weight = weight;
    assert_ok(frcnn_tensor_cross_entropy(&out, x, y, &options));
    assert_scalar(&out, 0.5803575455003127);
    options.label_smoothing = 0.1;
    assert_ok(frcnn_tensor_cross_entropy(&out, x, y, &options));
    assert_scalar(&out, 0.6309660369392392);
    options.weight = NULL;
    assert_ok(frcnn_tensor_cross_entropy(&out, x, y, &options));
    assert_scalar(&out, 0.8031091265562451);
    assert_ok(frcnn_tensor_cross_entropy(&out, x, none, &options));
    assert_scalar(&out, (double)NAN);
    options.reduction = FRCNN_LOSS_SUM;
    assert_ok(frcnn_tensor_cross_entropy(&out, x, none, &options));
    assert_scalar(&out, 0);
    frcnn_tensor_destroy(&weight);
    frcnn_tensor_destroy(&none);
    frcnn_tensor_destroy(&other);
    frcnn_tensor_destroy(&y);
    frcnn_tensor_destroy(&x);
}

static void cross_entropy_of_probabilities_is_that_of_pytorch(void **state)
{
    (void)state;
    frcnn_tensor *x = wrap(FRCNN_F32, SHAPE(2, 3), logits), *p = wrap(FRCNN_F32, SHAPE(2, 3), probabilities);
    frcnn_tensor *sure = wrap(FRCNN_F32, SHAPE(2, 3), one_hot), *weight = wrap(FRCNN_F32, SHAPE(3), weights),
                 *out = NULL;
    frcnn_cross_entropy_options options;
    frcnn_cross_entropy_options_default(&options);
    assert_ok(frcnn_tensor_cross_entropy(&out, x, p, NULL));
    assert_scalar(&out, 0.9531091280180268);
    /* A sure class is that class. */
    assert_ok(frcnn_tensor_cross_entropy(&out, x, sure, NULL));
    assert_scalar(&out, 0.7531091265562451);
    options.weight = weight;
    options.label_smoothing = 0.1;
    assert_ok(frcnn_tensor_cross_entropy(&out, x, p, &options));
    assert_scalar(&out, 1.82934464653419);
    frcnn_tensor_destroy(&weight);
    frcnn_tensor_destroy(&sure);
    frcnn_tensor_destroy(&p);
    frcnn_tensor_destroy(&x);
}

/* [N, C, d1]: classes are dimension 1. */
static double maps[] = {1, -1, 0.5, 2, 3, 0, 0, 1, 2, -2, -1, 4};
static int64_t map_classes[] = {2, 0, -100, 1};
static double map_weights[] = {1, 2, 3};

static void classes_lie_along_dimension_1(void **state)
{
    (void)state;
    static const double expected[] = {0.5902022907588513, 3.1698460195562856, 0.0, 12.101891527045996};
    static const double expected_nll[] = {-9.0, 1.0, 0.0, 4.0};
    frcnn_tensor *x = wrap(FRCNN_F64, SHAPE(2, 3, 2), maps), *y = wrap(FRCNN_I64, SHAPE(2, 2), map_classes);
    frcnn_tensor *weight = wrap(FRCNN_F64, SHAPE(3), map_weights), *out = NULL;
    frcnn_cross_entropy_options options;
    frcnn_cross_entropy_options_default(&options);
    options.weight = weight;
    options.reduction = FRCNN_LOSS_NONE;
    assert_ok(frcnn_tensor_cross_entropy(&out, x, y, &options));
    assert_int_equal(frcnn_tensor_get_n_dims(out), 2);
    const double *found = frcnn_tensor_get_const_data(out);
    for (int i = 0; i < 4; i++) assert_true(fabs(found[i] - expected[i]) <= 1e-14);
    frcnn_tensor_destroy(&out);
    options.reduction = FRCNN_LOSS_MEAN;
    assert_ok(frcnn_tensor_cross_entropy(&out, x, y, &options));
    assert_true(fabs(*(const double *)frcnn_tensor_get_const_data(out) - 2.643656639560189) <= 1e-14);
    frcnn_tensor_destroy(&out);
    frcnn_nll_loss_options nll;
    frcnn_nll_loss_options_default(&nll);
    nll.weight = weight;
    nll.reduction = FRCNN_LOSS_NONE;
    assert_ok(frcnn_tensor_nll_loss(&out, x, y, &nll));
    assert_memory_equal(frcnn_tensor_get_const_data(out), expected_nll, sizeof expected_nll);
    frcnn_tensor_destroy(&out);
    nll.reduction = FRCNN_LOSS_MEAN;
    assert_ok(frcnn_tensor_nll_loss(&out, x, y, &nll));
    assert_true(fabs(*(const double *)frcnn_tensor_get_const_data(out) + 2.0 / 3.0) <= 1e-15);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&weight);
    frcnn_tensor_destroy(&y);
    frcnn_tensor_destroy(&x);
}

/* One position without a batch; classes as bytes; 16-bit logits. */
static void other_forms_give_the_same_loss(void **state)
{
    (void)state;
    uint8_t byte_classes[] = {2, 0};
    int64_t class_2[] = {2};
    frcnn_tensor *x = wrap(FRCNN_F32, SHAPE(2, 3), logits), *y = wrap(FRCNN_U8, SHAPE(2), byte_classes), *out = NULL;
    frcnn_tensor *row = wrap(FRCNN_F32, SHAPE(3), logits), *one = wrap(FRCNN_I64, 0, NULL, class_2), *half = NULL;
    assert_ok(frcnn_tensor_cross_entropy(&out, x, y, NULL));
    assert_scalar(&out, 0.7531091265562451);
    assert_ok(frcnn_tensor_cross_entropy(&out, row, one, NULL));
    assert_scalar(&out, 0.4076059644443804);
    assert_ok(frcnn_tensor_cast(&half, x, FRCNN_F16));
    assert_ok(frcnn_tensor_cross_entropy(&out, half, y, NULL));
    assert_int_equal(frcnn_tensor_get_dtype(out), FRCNN_F16);
    assert_int_equal(*(const uint16_t *)frcnn_tensor_get_const_data(out), 0x3a06); /* 0.75293, next to 0.75311 */
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&half);
    frcnn_tensor_destroy(&one);
    frcnn_tensor_destroy(&row);
    frcnn_tensor_destroy(&y);
    frcnn_tensor_destroy(&x);
}

static void nothing_has_a_mean_of_nan_and_a_sum_of_zero(void **state)
{
    (void)state;
    frcnn_tensor *x = NULL, *y = NULL, *out = NULL;
    frcnn_nll_loss_options options;
    frcnn_nll_loss_options_default(&options);
    assert_ok(frcnn_tensor_create(&x, FRCNN_F32, SHAPE(0, 3)));
    assert_ok(frcnn_tensor_create(&y, FRCNN_I64, SHAPE(0)));
    assert_ok(frcnn_tensor_cross_entropy(&out, x, y, NULL));
    assert_scalar(&out, (double)NAN);
    options.reduction = FRCNN_LOSS_SUM;
    assert_ok(frcnn_tensor_nll_loss(&out, x, y, &options));
    assert_scalar(&out, 0);
    options.reduction = FRCNN_LOSS_NONE;
    assert_ok(frcnn_tensor_nll_loss(&out, x, y, &options));
    assert_int_equal(frcnn_tensor_get_shape(out)[0], 0);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&y);
    frcnn_tensor_destroy(&x);
}

static void many_positions_give_the_same_bytes_for_every_number_of_threads(void **state)
{
    (void)state;
    enum { N = 30000, C = 7 };
    frcnn_tensor *x = NULL, *y = NULL;
    assert_ok(frcnn_tensor_create(&x, FRCNN_F32, SHAPE(N, C)));
    assert_ok(frcnn_tensor_create(&y, FRCNN_I64, SHAPE(N)));
    uint32_t seed = 3;
    for (int i = 0; i < N * C; i++) {
        seed = seed * 1664525u + 1013904223u;
        ((float *)frcnn_tensor_get_data(x))[i] = (float)(seed >> 8) * 0x1p-21f - 4;
        if (i < N) ((int64_t *)frcnn_tensor_get_data(y))[i] = seed >> 8 & 3;
    }
    const int threads = frcnn_parallel_get_threads();
    frcnn_tensor *first = NULL;
    for (int n = 1; n <= 4; n++) {
        frcnn_tensor *out = NULL;
        frcnn_parallel_set_threads(n);
        assert_ok(frcnn_tensor_cross_entropy(n == 1 ? &first : &out, x, y, NULL));
        if (n > 1) assert_memory_equal(frcnn_tensor_get_const_data(out), frcnn_tensor_get_const_data(first), 4);
        frcnn_tensor_destroy(&out);
    }
    frcnn_parallel_set_threads(threads);
    frcnn_tensor_destroy(&first);
    frcnn_tensor_destroy(&y);
    frcnn_tensor_destroy(&x);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    int64_t high[] = {2, 3}, low[] = {-1, 0};
    int32_t narrow[] = {0, 1};
    frcnn_tensor *x = wrap(FRCNN_F32, SHAPE(2, 3), logits), *y = wrap(FRCNN_I64, SHAPE(2), classes), *out = NULL;
    frcnn_tensor *too_high = wrap(FRCNN_I64, SHAPE(2), high), *too_low = wrap(FRCNN_I64, SHAPE(2), low);
    frcnn_tensor *small = wrap(FRCNN_I32, SHAPE(2), narrow), *matrix = wrap(FRCNN_I64, SHAPE(1, 2), classes);
    frcnn_tensor *scalar = wrap(FRCNN_F32, 0, NULL, logits), *two = wrap(FRCNN_F32, SHAPE(2), weights);
    frcnn_tensor *wide = wrap(FRCNN_F64, SHAPE(3), map_weights), *turned = wrap(FRCNN_F32, SHAPE(3, 2), probabilities);
    frcnn_tensor *p = wrap(FRCNN_F32, SHAPE(2, 3), probabilities), *whole = NULL;
    frcnn_cross_entropy_options options;
    frcnn_nll_loss_options nll;
    frcnn_nll_loss_options_default(&nll);
    assert_fails(frcnn_tensor_cross_entropy(&out, x, too_high, NULL), FRCNN_ERROR_INVALID, "below 3, found 3");
    assert_fails(frcnn_tensor_nll_loss(&out, x, too_low, NULL), FRCNN_ERROR_INVALID, "below 3, found -1");
    assert_fails(frcnn_tensor_nll_loss(&out, x, small, NULL), FRCNN_ERROR_INVALID, "i64 or u8, found i32");
    assert_fails(frcnn_tensor_nll_loss(&out, x, p, NULL), FRCNN_ERROR_INVALID, "i64 or u8, found f32");
    assert_fails(frcnn_tensor_cross_entropy(&out, x, small, NULL), FRCNN_ERROR_INVALID, "i64 or u8, found i32");
    assert_fails(frcnn_tensor_cross_entropy(&out, x, matrix, NULL), FRCNN_ERROR_INVALID, "input [2, 3], found [1, 2]");
    assert_fails(frcnn_tensor_cross_entropy(&out, x, turned, NULL), FRCNN_ERROR_INVALID, "[2, 3], found [3, 2]");
    assert_fails(frcnn_tensor_cross_entropy(&out, scalar, y, NULL), FRCNN_ERROR_INVALID, "a scalar");
    assert_ok(frcnn_tensor_cast(&whole, x, FRCNN_I64));
    assert_fails(frcnn_tensor_cross_entropy(&out, whole, y, NULL), FRCNN_ERROR_INVALID, "found i64");
    frcnn_cross_entropy_options_default(&options);
    options.weight = two;
    assert_fails(frcnn_tensor_cross_entropy(&out, x, y, &options), FRCNN_ERROR_INVALID, "3 classes, found [2]");
    options.weight = wide;
    assert_fails(frcnn_tensor_cross_entropy(&out, x, y, &options), FRCNN_ERROR_INVALID, "f32, found f64");
    options.weight = NULL;
    options.label_smoothing = 1.5;
    assert_fails(frcnn_tensor_cross_entropy(&out, x, y, &options), FRCNN_ERROR_INVALID, "found 1.5");
    options.label_smoothing = 0;
    options.ignore_index = 1;
    assert_fails(frcnn_tensor_cross_entropy(&out, x, p, &options), FRCNN_ERROR_INVALID, "ignore_index 1");
    options.reduction = (frcnn_loss_reduction)7;
    assert_fails(frcnn_tensor_cross_entropy(&out, x, y, &options), FRCNN_ERROR_INVALID, "7 is no reduction");
    options.struct_size = 3;
    assert_fails(frcnn_tensor_cross_entropy(&out, x, y, &options), FRCNN_ERROR_INVALID, "found 3");
    nll.struct_size = 5;
    assert_fails(frcnn_tensor_nll_loss(&out, x, y, &nll), FRCNN_ERROR_INVALID, "found 5");
    assert_null(out);
    frcnn_tensor *const all[] = {x, y, too_high, too_low, small, matrix, scalar, two, wide, turned, p, whole};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        frcnn_tensor *tensor = all[i];
        frcnn_tensor_destroy(&tensor);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cross_entropy_of_classes_is_that_of_pytorch),
        cmocka_unit_test(cross_entropy_of_probabilities_is_that_of_pytorch),
        cmocka_unit_test(classes_lie_along_dimension_1),
        cmocka_unit_test(other_forms_give_the_same_loss),
        cmocka_unit_test(nothing_has_a_mean_of_nan_and_a_sum_of_zero),
        cmocka_unit_test(many_positions_give_the_same_bytes_for_every_number_of_threads),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
