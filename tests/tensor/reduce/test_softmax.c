#include "support.h"

#include <math.h>

#include "frcnn/ops.h"

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
    assert_fails(frcnn_tensor_softmax(&out, scalar, 0), FRCNN_ERROR_INVALID, "found a scalar");
    assert_null(out);
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
        cmocka_unit_test(infinities_and_nan_are_those_of_pytorch),
        cmocka_unit_test(shifted_runs_give_the_same_bits),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
