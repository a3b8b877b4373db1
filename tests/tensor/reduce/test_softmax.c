#include "support.h"

#include <math.h>

#include "frcnn/ops.h"
#include "tensor/parallel.h"

enum { N = 12 };

static const int64_t shape[] = {2, 3, 2};

/* torch 2.14.1: softmax of the inputs, [2, 3, 2], along each dimension. */
static const float inputs[N] = {-1.46034229f, -1.81146479f, -1.67428875f, 2.00257277f,  -0.592245281f, 5.82835054f,
                                -4.20510626f, -2.28767157f, 1.89364028f,  -2.69740558f, -1.67338037f,  2.07215643f};
static const float expected[3][N] = {
    {0.939616978f, 0.616851747f, 0.0274400245f, 0.990986526f, 0.746708751f, 0.977161288f, 0.0603830554f, 0.383148253f,
     0.972559988f, 0.00901349261f, 0.253291279f, 0.0228387266f},
    {0.238676891f, 0.000470434839f, 0.192705736f, 0.0213262718f, 0.568617404f, 0.978203297f, 0.00217924593f,
     0.0125144692f, 0.970416367f, 0.00830744207f, 0.0274044275f, 0.979178071f},
    {0.586889744f, 0.413110256f, 0.0246778559f, 0.975322127f, 0.00162504136f, 0.998374939f, 0.1281479f, 0.8718521f,
     0.989959598f, 0.0100404127f, 0.0230777785f, 0.976922154f},
};

/* The same of log_softmax, in double. */
static const double expected_log[3][N] = {
    {-0.062282979850105696, -0.48312654032594676, -3.5957525639359975, -0.0090543592955380312, -0.29208009055364448,
     -0.023103569719811212, -2.8070469502251667, -0.95933331980592729, -0.027823534471275904, -4.7090327108885557,
     -1.3732151847194465, -3.7792976844048698},
    {-1.4326445292540635, -7.6618530949600663, -1.6465909909316148, -3.8478155335434407, -0.5645475219794357,
     -0.022037764454695442, -6.128776632832329, -4.3808697380174033, -0.030030094670097273, -4.7906037487138144,
     -3.5970507493484418, -0.021041742717110273},
    {-0.53291828702991584, -0.8840407855421839, -3.7018489823599774, -0.024987457778068305, -6.4222221876032775,
     -0.001626362884802141, -2.0545701772409695, -0.13713548485815677, -0.010091158056784446, -4.6011370145326147,
     -3.7688850449876647, -0.023348240788445808},
};

static frcnn_tensor *wrap(int n_dims, const int64_t *dims, const float *values)
{
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_F32, n_dims, dims, (void *)(uintptr_t)values, NULL, NULL));
    return tensor;
}

/* A few ulp: expf and the order of the sum. */
static void softmax_along_each_dimension_is_that_of_pytorch(void **state)
{
    (void)state;
    frcnn_tensor *tensor = wrap(3, shape, inputs);
    for (int dim = -3; dim < 3; dim++) {
        frcnn_tensor *out = NULL;
        assert_ok(frcnn_tensor_softmax(&out, tensor, dim));
        const float *values = frcnn_tensor_get_const_data(out);
        const float *golden = expected[dim < 0 ? dim + 3 : dim];
        for (int i = 0; i < N; i++) assert_true(fabsf(values[i] - golden[i]) <= 4e-7f * golden[i]);
        frcnn_tensor_destroy(&out);
    }
    frcnn_tensor_destroy(&tensor);
}

/* f64 is exp, log and 12 values away from exact; f32 a few ulp of the largest term, which is below 8. */
static void log_softmax_along_each_dimension_is_that_of_pytorch(void **state)
{
    (void)state;
    frcnn_tensor *tensor = wrap(3, shape, inputs);
    frcnn_tensor *wide = NULL;
    assert_ok(frcnn_tensor_cast(&wide, tensor, FRCNN_F64));
    for (int dim = 0; dim < 3; dim++) {
        frcnn_tensor *out = NULL;
        assert_ok(frcnn_tensor_log_softmax(&out, tensor, dim));
        const float *values = frcnn_tensor_get_const_data(out);
        for (int i = 0; i < N; i++) assert_true(fabs((double)values[i] - expected_log[dim][i]) <= 1e-6);
        frcnn_tensor_destroy(&out);
        assert_ok(frcnn_tensor_log_softmax(&out, wide, dim));
        assert_int_equal(frcnn_tensor_get_dtype(out), FRCNN_F64);
        const double *wide_values = frcnn_tensor_get_const_data(out);
        for (int i = 0; i < N; i++) assert_true(fabs(wide_values[i] - expected_log[dim][i]) <= 4e-15);
        frcnn_tensor_destroy(&out);
    }
    frcnn_tensor_destroy(&wide);
    frcnn_tensor_destroy(&tensor);
}

/* torch 2.14.1 gives these bits: f32 inside, rounded once at the end. */
static void halves_are_computed_in_f32(void **state)
{
    (void)state;
    static const int64_t rows[] = {2, 3};
    static const float values[] = {1, 2, 3, -0.5f, 0.25f, 8};
    static const uint16_t half[] = {0x2dc3, 0x33d5, 0x3952, 0x0aaa, 0x0f0e, 0x3bff};
    static const uint16_t brain[] = {0x3db8, 0x3e7b, 0x3f2a, 0x3955, 0x39e2, 0x3f80};
    frcnn_tensor *tensor = wrap(2, rows, values);
    for (int i = 0; i < 2; i++) {
        frcnn_tensor *narrow = NULL, *out = NULL;
        assert_ok(frcnn_tensor_cast(&narrow, tensor, i == 0 ? FRCNN_F16 : FRCNN_BF16));
        assert_ok(frcnn_tensor_softmax(&out, narrow, 1));
        assert_int_equal(frcnn_tensor_get_dtype(out), i == 0 ? FRCNN_F16 : FRCNN_BF16);
        assert_memory_equal(frcnn_tensor_get_const_data(out), i == 0 ? half : brain, sizeof half);
        frcnn_tensor_destroy(&out);
        frcnn_tensor_destroy(&narrow);
    }
    frcnn_tensor_destroy(&tensor);
}

/* Sizes around the widths that loops are cut into. Each run adds up to 1, and so do the powers of log_softmax. */
static void long_runs_add_up_and_do_not_depend_on_threads(void **state)
{
    (void)state;
    static const int64_t shapes[][3] = {{300, 1, 131}, {3, 1031, 127}, {1, 40, 1025}, {2, 3000, 17}, {5, 33, 129}};
    const int threads = frcnn_parallel_get_threads();
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        const int64_t *s = shapes[i];
        frcnn_tensor *tensor = NULL;
        assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 3, s));
        float *values = frcnn_tensor_get_data(tensor);
        uint32_t seed = 7;
        for (int64_t k = 0; k < s[0] * s[1] * s[2]; k++) {
            seed = seed * 1664525u + 1013904223u;
            values[k] = (float)(seed >> 8) * 0x1p-20f - 8;
        }
        for (int dim = 0; dim < 3; dim++) {
            frcnn_tensor *out[4] = {NULL}, *logs = NULL;
            for (int n = 0; n < 4; n++) {
                frcnn_parallel_set_threads(n + 1);
                assert_ok(frcnn_tensor_softmax(&out[n], tensor, dim));
                assert_memory_equal(frcnn_tensor_get_const_data(out[n]), frcnn_tensor_get_const_data(out[0]),
                                    (size_t)(s[0] * s[1] * s[2]) * sizeof(float));
            }
            assert_ok(frcnn_tensor_log_softmax(&logs, tensor, dim));
            const float *powers = frcnn_tensor_get_const_data(out[0]);
            const float *log_powers = frcnn_tensor_get_const_data(logs);
            const int64_t inner = dim == 2 ? 1 : dim == 1 ? s[2] : s[1] * s[2];
            for (int64_t run = 0; run < s[0] * s[1] * s[2] / s[dim]; run++) {
                const int64_t first = run / inner * inner * s[dim] + run % inner;
                double sum = 0, log_sum = 0;
                for (int64_t k = 0; k < s[dim]; k++) {
                    sum += (double)powers[first + k * inner];
                    log_sum += exp((double)log_powers[first + k * inner]);
                }
                /* Each value within 2 ulp; logarithms reach -20, whose ulp is 2e-6. */
                assert_true(fabs(sum - 1) <= 3e-7 && fabs(log_sum - 1) <= 2e-6);
            }
            for (int n = 0; n < 4; n++) frcnn_tensor_destroy(&out[n]);
            frcnn_tensor_destroy(&logs);
        }
        frcnn_tensor_destroy(&tensor);
    }
    frcnn_parallel_set_threads(threads);
}

static void infinities_and_nan_are_those_of_pytorch(void **state)
{
    (void)state;
    const int64_t rows[] = {4, 2};
    const float values[] = {-INFINITY, -INFINITY, -INFINITY, 3, INFINITY, 3, NAN, 3};
    frcnn_tensor *tensor = wrap(2, rows, values);
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_softmax(&out, tensor, 1));
    const float *results = frcnn_tensor_get_const_data(out);
    assert_true(isnan(results[0]) && isnan(results[1]));
    assert_true(results[2] == 0 && results[3] == 1);
    assert_true(isnan(results[4]));
    assert_true(isnan(results[6]) && isnan(results[7]));
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&tensor);
}

/* Large values neither overflow nor move the result: softmax does not change when all values shift alike. */
static void shifted_runs_give_the_same_bits(void **state)
{
    (void)state;
    const int64_t rows[] = {2, 3};
    const float values[] = {1, 2.5f, -3, 8193, 8194.5f, 8189};
    frcnn_tensor *tensor = wrap(2, rows, values);
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_softmax(&out, tensor, -1));
    const float *results = frcnn_tensor_get_const_data(out);
    assert_memory_equal(results, results + 3, 3 * sizeof *results);
    assert_true(fabsf(results[0] + results[1] + results[2] - 1) < 2e-7f);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&tensor);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    const int64_t empty[] = {2, 0, 3};
    frcnn_tensor *tensor = wrap(3, shape, inputs);
    frcnn_tensor *scalar = wrap(0, NULL, inputs);
    frcnn_tensor *none = wrap(3, empty, inputs);
    frcnn_tensor *out = NULL;
    assert_fails(frcnn_tensor_softmax(&out, tensor, 3), FRCNN_ERROR_INVALID, "expected [-3, 2], found 3");
    assert_fails(frcnn_tensor_log_softmax(&out, tensor, -4), FRCNN_ERROR_INVALID, "expected [-3, 2], found -4");
    assert_fails(frcnn_tensor_softmax(&out, scalar, 1), FRCNN_ERROR_INVALID, "expected [-1, 0], found 1");
    frcnn_tensor *whole = NULL;
    assert_ok(frcnn_tensor_cast(&whole, tensor, FRCNN_I64));
    assert_fails(frcnn_tensor_softmax(&out, whole, 0), FRCNN_ERROR_INVALID, "found i64");
    frcnn_tensor_destroy(&whole);
    assert_null(out);
    for (int dim = -1; dim < 1; dim++) {
        assert_ok(frcnn_tensor_softmax(&out, scalar, dim));
        assert_int_equal(frcnn_tensor_get_n_dims(out), 0);
        assert_true(*(const float *)frcnn_tensor_get_const_data(out) == 1);
        frcnn_tensor_destroy(&out);
    }
    for (int dim = 0; dim < 3; dim++) {
        assert_ok(frcnn_tensor_softmax(&out, none, dim));
        assert_int_equal(frcnn_tensor_get_n_elements(out), 0);
        frcnn_tensor_destroy(&out);
    }
    frcnn_tensor_destroy(&none);
    frcnn_tensor_destroy(&scalar);
    frcnn_tensor_destroy(&tensor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(softmax_along_each_dimension_is_that_of_pytorch),
        cmocka_unit_test(log_softmax_along_each_dimension_is_that_of_pytorch),
        cmocka_unit_test(halves_are_computed_in_f32),
        cmocka_unit_test(long_runs_add_up_and_do_not_depend_on_threads),
        cmocka_unit_test(infinities_and_nan_are_those_of_pytorch),
        cmocka_unit_test(shifted_runs_give_the_same_bits),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
