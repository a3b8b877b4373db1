#include "support.h"

#include <math.h>

#include "frcnn/ops.h"

typedef frcnn_status (*activation_function)(frcnn_tensor **out, const frcnn_tensor *tensor);

enum { N = 14 };

static const float inputs[N] = {-7, -3.5f, -3, -1.25f, -0.5f, 0, 0.75f, 2.5f, 3, 5.5f, 6, 8, INFINITY, -INFINITY};

/* torch 2.14.1: relu, relu6, hardswish, hardsigmoid and sigmoid of the inputs. */
static const struct {
    activation_function function;
    float expected[N];
} rows[] = {
    {frcnn_tensor_relu, {0, 0, 0, 0, 0, 0, 0.75f, 2.5f, 3, 5.5f, 6, 8, INFINITY, 0}},
    {frcnn_tensor_relu6, {0, 0, 0, 0, 0, 0, 0.75f, 2.5f, 3, 5.5f, 6, 6, 6, 0}},
    {frcnn_tensor_hardswish,
     {0, 0, 0, -0.364583343f, -0.208333328f, 0, 0.46875f, 2.29166675f, 3, 5.5f, 6, 8, INFINITY, NAN}},
    {frcnn_tensor_hardsigmoid, {0, 0, 0, 0.291666657f, 0.416666657f, 0.5f, 0.625f, 0.916666687f, 1, 1, 1, 1, 1, 0}},
    {frcnn_tensor_sigmoid,
     {0.000911051175f, 0.0293122306f, 0.0474258736f, 0.222700134f, 0.377540678f, 0.5f, 0.679178715f, 0.924141824f,
      0.952574134f, 0.995929897f, 0.997527421f, 0.999664664f, 1, 0}},
};
enum { N_ROWS = sizeof rows / sizeof rows[0] };

/* expf differs by an ulp between libraries: only sigmoid needs the tolerance. */
static void activations_are_those_of_pytorch(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 7};
    for (int row = 0; row < N_ROWS; row++) {
        frcnn_tensor *tensor = NULL;
        frcnn_tensor *out = NULL;
        assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_F32, 2, shape, (void *)(uintptr_t)inputs, NULL, NULL));
        assert_ok(rows[row].function(&out, tensor));
        assert_memory_equal(frcnn_tensor_get_shape(out), shape, sizeof shape);
        const float *values = frcnn_tensor_get_const_data(out);
        const float tolerance = rows[row].function == frcnn_tensor_sigmoid ? 1.2e-7f : 0;
        for (int i = 0; i < N; i++) {
            const float expected = rows[row].expected[i];
            if (isnan(expected))
                assert_true(isnan(values[i]));
            else if (isinf(expected))
                assert_true(values[i] == expected);
            else
                assert_true(fabsf(values[i] - expected) <= tolerance * fabsf(expected));
        }
        frcnn_tensor_destroy(&out);
        frcnn_tensor_destroy(&tensor);
    }
}

static void nan_stays_nan_and_empty_stays_empty(void **state)
{
    (void)state;
    float value = NAN;
    const int64_t empty[] = {3, 0};
    for (int row = 0; row < N_ROWS; row++) {
        frcnn_tensor *tensor = NULL;
        frcnn_tensor *out = NULL;
        assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_F32, 0, NULL, &value, NULL, NULL));
        assert_ok(rows[row].function(&out, tensor));
        assert_true(isnan(*(const float *)frcnn_tensor_get_const_data(out)));
        frcnn_tensor_destroy(&out);
        frcnn_tensor_destroy(&tensor);
        assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 2, empty));
        assert_ok(rows[row].function(&out, tensor));
        assert_int_equal(frcnn_tensor_get_n_elements(out), 0);
        frcnn_tensor_destroy(&out);
        frcnn_tensor_destroy(&tensor);
    }
}

/* More than one stretch of the parallel loop, read through a transpose. */
static void large_transposed_tensors_come_out_row_major(void **state)
{
    (void)state;
    const int64_t shape[] = {181, 401};
    const int order[] = {1, 0};
    frcnn_tensor *tensor = NULL;
    frcnn_tensor *transposed = NULL;
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 2, shape));
    float *values = frcnn_tensor_get_data(tensor);
    for (int i = 0; i < 181 * 401; i++) values[i] = (float)(i % 2 == 0 ? i : -i);
    assert_ok(frcnn_tensor_permute(&transposed, tensor, order));
    assert_ok(frcnn_tensor_relu(&out, transposed));
    assert_true(frcnn_tensor_is_contiguous(out));
    const float *results = frcnn_tensor_get_const_data(out);
    for (int y = 0; y < 401; y++)
        for (int x = 0; x < 181; x++) {
            const int from = x * 401 + y;
            assert_true(results[y * 181 + x] == (float)(from % 2 == 0 ? from : 0));
        }
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&transposed);
    frcnn_tensor_destroy(&tensor);
}

static void in_place_gives_the_same_bits(void **state)
{
    (void)state;
    float values[N];
    const int64_t shape[] = {N};
    memcpy(values, inputs, sizeof inputs);
    frcnn_tensor *tensor = NULL;
    frcnn_tensor *apart = NULL;
    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_F32, 1, shape, values, NULL, NULL));
    assert_ok(frcnn_tensor_relu(&apart, tensor));
    assert_ok(frcnn_tensor_relu_in_place(tensor));
    assert_memory_equal(values, frcnn_tensor_get_const_data(apart), sizeof values);
    frcnn_tensor_destroy(&apart);
    frcnn_tensor_destroy(&tensor);
}

/* The vectorised exp, log and tanh against the C library's in double, over every exponent and sign. */
static void functions_of_floats_are_within_two_ulp(void **state)
{
    (void)state;
    enum { COUNT = 1 << 16 };
    static const struct {
        activation_function function;
        double (*exact)(double);
    } functions[] = {
        {frcnn_tensor_exp, exp}, {frcnn_tensor_log, log}, {frcnn_tensor_tanh, tanh}, {frcnn_tensor_sqrt, sqrt}};
    const int64_t shape[] = {COUNT};
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 1, shape));
    float *x = frcnn_tensor_get_data(tensor);
    for (uint32_t i = 0; i < COUNT; i++) {
        const uint32_t bits = i * 65537u;
        memcpy(&x[i], &bits, sizeof bits);
    }
    for (size_t f = 0; f < sizeof functions / sizeof functions[0]; f++) {
        frcnn_tensor *out = NULL;
        assert_ok(functions[f].function(&out, tensor));
        const float *y = frcnn_tensor_get_const_data(out);
        for (int i = 0; i < COUNT; i++) {
            const double exact = functions[f].exact((double)x[i]);
            const float nearest = (float)exact;
            if (isnan(exact)) {
                assert_true(isnan(y[i]));
            } else if (isinf(nearest)) {
                assert_true(y[i] == nearest);
            } else {
                const float ulp = nextafterf(fabsf(nearest), INFINITY) - fabsf(nearest);
                assert_true(fabs((double)y[i] - exact) <= 2 * (double)ulp);
            }
        }
        frcnn_tensor_destroy(&out);
    }
    frcnn_tensor_destroy(&tensor);
}

static void activations_take_floats_alone(void **state)
{
    (void)state;
    frcnn_tensor *tensor = NULL;
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_I64, 0, NULL));
    assert_fails(frcnn_tensor_hardswish(&out, tensor), FRCNN_ERROR_INVALID, "hardswish: expected floats, found i64");
    assert_null(out);
    frcnn_tensor_destroy(&tensor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activations_are_those_of_pytorch),
        cmocka_unit_test(nan_stays_nan_and_empty_stays_empty),
        cmocka_unit_test(large_transposed_tensors_come_out_row_major),
        cmocka_unit_test(in_place_gives_the_same_bits),
        cmocka_unit_test(functions_of_floats_are_within_two_ulp),
        cmocka_unit_test(activations_take_floats_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
