#include "support.h"

#include <math.h>
#include <stdlib.h>

#include "frcnn/ops.h"

enum { N = 20000 };

static frcnn_tensor *create_values(frcnn_dtype dtype)
{
    const int64_t shape[] = {N / 100, 100};
    frcnn_tensor *wide = NULL;
    frcnn_tensor *values = NULL;
    assert_ok(frcnn_tensor_create(&wide, FRCNN_F32, 2, shape));
    float *data = frcnn_tensor_get_data(wide);
    for (int i = 0; i < N; i++) data[i] = (float)(i % 7 + 1) * (i % 2 == 0 ? 0.25f : -0.25f);
    assert_ok(frcnn_tensor_cast(&values, wide, dtype));
    frcnn_tensor_destroy(&wide);
    return values;
}

static frcnn_tensor *drop(uint64_t seed, const frcnn_tensor *values, double p)
{
    frcnn_generator *generator = NULL;
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_generator_create(&generator, seed));
    assert_ok(frcnn_tensor_dropout(&out, generator, values, p, 1));
    frcnn_generator_destroy(&generator);
    return out;
}

/* The scale is 1 / (1 - p), rounded to the dtype before the product is. torch 2.14.1 gives, for ones of f32, f64, f16 and
   bf16 and p = 0.3: 1.42857146, 1.4285714285714286, 1.42871094 and 1.4296875. */
static void elements_are_dropped_or_scaled(void **state)
{
    (void)state;
    static const struct {
        frcnn_dtype dtype;
        double scale;
    } rows[] = {{FRCNN_F32, 1.42857146263122559},
                {FRCNN_F64, 1.4285714285714286},
                {FRCNN_F16, 1.4287109375},
                {FRCNN_BF16, 1.4296875}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        frcnn_tensor *values = create_values(rows[i].dtype);
        frcnn_tensor *out = drop(1, values, 0.3);
        assert_int_equal(frcnn_tensor_get_dtype(out), rows[i].dtype);
        frcnn_tensor *before = NULL;
        frcnn_tensor *after = NULL;
        frcnn_tensor *wide = NULL;
        frcnn_tensor *expected = NULL;
        assert_ok(frcnn_tensor_cast(&before, values, FRCNN_F64));
        assert_ok(frcnn_tensor_cast(&after, out, FRCNN_F64));
        assert_ok(frcnn_tensor_cast(&wide, values, FRCNN_F64));
        const double *x = frcnn_tensor_get_const_data(before);
        const double *y = frcnn_tensor_get_const_data(after);
        double *products = frcnn_tensor_get_data(wide);
        int n_dropped = 0;
        for (int j = 0; j < N; j++) {
            n_dropped += y[j] == 0;
            products[j] = x[j] * (y[j] == 0 ? 0 : rows[i].scale);
        }
        assert_ok(frcnn_tensor_cast(&expected, wide, rows[i].dtype));
        assert_memory_equal(frcnn_tensor_get_const_data(out), frcnn_tensor_get_const_data(expected),
                            N * frcnn_dtype_get_size(rows[i].dtype));
        /* Five standard deviations of how many of 20000 are dropped: 5 * sqrt(20000 * 0.3 * 0.7). */
        assert_true(abs(n_dropped - 6000) <= 324);
        frcnn_tensor_destroy(&expected);
        frcnn_tensor_destroy(&wide);
        frcnn_tensor_destroy(&after);
        frcnn_tensor_destroy(&before);
        frcnn_tensor_destroy(&out);
        frcnn_tensor_destroy(&values);
    }
}

static void the_seed_says_which(void **state)
{
    (void)state;
    frcnn_tensor *values = create_values(FRCNN_F32);
    frcnn_tensor *a = drop(1, values, 0.5);
    frcnn_tensor *again = drop(1, values, 0.5);
    frcnn_tensor *other = drop(2, values, 0.5);
    assert_memory_equal(frcnn_tensor_get_const_data(a), frcnn_tensor_get_const_data(again), N * sizeof(float));
    assert_memory_not_equal(frcnn_tensor_get_const_data(a), frcnn_tensor_get_const_data(other), N * sizeof(float));
    frcnn_tensor_destroy(&other);
    frcnn_tensor_destroy(&again);
    frcnn_tensor_destroy(&a);
    frcnn_tensor_destroy(&values);
}

static void a_transposed_tensor_is_dropped_row_by_row(void **state)
{
    (void)state;
    const int order[] = {1, 0};
    frcnn_tensor *values = create_values(FRCNN_F32);
    frcnn_tensor *transposed = NULL;
    frcnn_tensor *copy = NULL;
    assert_ok(frcnn_tensor_permute(&transposed, values, order));
    assert_ok(frcnn_tensor_cast(&copy, transposed, FRCNN_F32));
    frcnn_tensor *a = drop(1, transposed, 0.5);
    frcnn_tensor *b = drop(1, copy, 0.5);
    assert_true(frcnn_tensor_is_contiguous(a));
    assert_int_equal(frcnn_tensor_get_shape(a)[0], 100);
    assert_memory_equal(frcnn_tensor_get_const_data(a), frcnn_tensor_get_const_data(b), N * sizeof(float));
    frcnn_tensor_destroy(&b);
    frcnn_tensor_destroy(&a);
    frcnn_tensor_destroy(&copy);
    frcnn_tensor_destroy(&transposed);
    frcnn_tensor_destroy(&values);
}

static void an_evaluated_tensor_is_a_view(void **state)
{
    (void)state;
    for (int dtype = FRCNN_F32; dtype <= FRCNN_BOOL; dtype++) {
        frcnn_tensor *values = create_values((frcnn_dtype)dtype);
        frcnn_tensor *evaluated = NULL;
        frcnn_tensor *untouched = NULL;
        assert_ok(frcnn_tensor_dropout(&evaluated, NULL, values, 0.5, 0));
        assert_ok(frcnn_tensor_dropout(&untouched, NULL, values, 0, 1));
        assert_ptr_equal(frcnn_tensor_get_const_data(evaluated), frcnn_tensor_get_const_data(values));
        assert_ptr_equal(frcnn_tensor_get_const_data(untouched), frcnn_tensor_get_const_data(values));
        frcnn_tensor_destroy(&untouched);
        frcnn_tensor_destroy(&evaluated);
        frcnn_tensor_destroy(&values);
    }
}

/* torch 2.14.1: 1, -2, inf, nan, -0 with p = 1 become 0, -0, nan, nan, -0 */
static void all_are_dropped_by_a_product(void **state)
{
    (void)state;
    const float values[] = {1, -2, INFINITY, NAN, -0.0f};
    const int64_t n = 5;
    float data[5];
    frcnn_tensor *tensor = NULL;
    memcpy(data, values, sizeof data);
    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_F32, 1, &n, data, NULL, NULL));
    frcnn_tensor *out = drop(1, tensor, 1);
    const float *found = frcnn_tensor_get_const_data(out);
    assert_true(found[0] == 0 && !signbit(found[0]));
    assert_true(found[1] == 0 && signbit(found[1]));
    assert_true(isnan(found[2]) && isnan(found[3]));
    assert_true(found[4] == 0 && signbit(found[4]));
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&tensor);
    tensor = create_values(FRCNN_U8);
    out = drop(1, tensor, 1);
    const uint8_t *zeros = frcnn_tensor_get_const_data(out);
    assert_int_equal(frcnn_tensor_get_dtype(out), FRCNN_U8);
    for (int i = 0; i < N; i++) assert_int_equal(zeros[i], 0);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&tensor);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    frcnn_tensor *whole = create_values(FRCNN_I64);
    frcnn_tensor *empty = NULL;
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_narrow(&empty, whole, 0, 3, 0));
    assert_fails(frcnn_tensor_dropout(&out, NULL, whole, -0.1, 0), FRCNN_ERROR_INVALID, "[0, 1], found -0.1");
    assert_fails(frcnn_tensor_dropout(&out, NULL, whole, 1.5, 1), FRCNN_ERROR_INVALID, "[0, 1], found 1.5");
    assert_fails(frcnn_tensor_dropout(&out, NULL, empty, NAN, 1), FRCNN_ERROR_INVALID, "[0, 1], found ");
    assert_fails(frcnn_tensor_dropout(&out, NULL, whole, 0.5, 1), FRCNN_ERROR_INVALID,
                 "dropout: expected f32, f64, f16 or bf16, found i64");
    assert_null(out);
    assert_ok(frcnn_tensor_dropout(&out, NULL, empty, 0.5, 1));
    assert_int_equal(frcnn_tensor_get_n_elements(out), 0);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&empty);
    frcnn_tensor_destroy(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_are_dropped_or_scaled),
        cmocka_unit_test(the_seed_says_which),
        cmocka_unit_test(a_transposed_tensor_is_dropped_row_by_row),
        cmocka_unit_test(an_evaluated_tensor_is_a_view),
        cmocka_unit_test(all_are_dropped_by_a_product),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
