#include "support.h"

#include "frcnn/ops.h"

enum { C = 3 };
static float values[] = {1.5f, -2, 0.25f, 3, 0.1f, -7};
static float means[] = {0.3f, -1, 2}, variances[] = {0.9f, 4, 0.01f}, weights[] = {1.1f, -0.7f, 3},
             biases[] = {0.2f, 5, -0.1f};

static frcnn_tensor *make(frcnn_dtype dtype, int n_dims, const int64_t *shape, float *data)
{
    frcnn_tensor *tensor = NULL, *cast = NULL;
    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_F32, n_dims, shape, data, NULL, NULL));
    assert_ok(frcnn_tensor_cast(&cast, tensor, dtype));
    frcnn_tensor_destroy(&tensor);
    return cast;
}

/* torch 2.14.1's batch_norm of values, [2, 3], with eps 1e-5. */
static void values_are_those_of_pytorch(void **state)
{
    (void)state;
    static const float full[] = {1.59139442f, 5.3499999f, -52.5737686f, 3.33063745f, 4.61500072f, -269.965118f};
    static const float bare[] = {1.26490402f, -0.499999404f, -17.4912567f, 2.84603405f, 0.549999356f, -89.9550323f};
    static const float half[] = {1.59179688f, 5.3515625f, -52.5625f, 3.33007812f, 4.61328125f, -270};
    const int64_t shape[] = {2, C}, spatial[] = {1, 2, 1, C}, channels[] = {C};
    frcnn_tensor *tensor = make(FRCNN_F32, 2, shape, values), *map = make(FRCNN_F32, 4, spatial, values);
    frcnn_tensor *narrow = make(FRCNN_F16, 2, shape, values);
    frcnn_tensor *mean = make(FRCNN_F32, 1, channels, means), *variance = make(FRCNN_F32, 1, channels, variances);
    frcnn_tensor *weight = make(FRCNN_F32, 1, channels, weights), *bias = make(FRCNN_F32, 1, channels, biases);
    frcnn_tensor *out = NULL, *wide = NULL;
    assert_ok(frcnn_tensor_batch_norm(&out, tensor, mean, variance, weight, bias, 1e-5));
    assert_memory_equal(frcnn_tensor_get_const_data(out), full, sizeof full);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_batch_norm(&out, map, mean, variance, weight, bias, 1e-5));
    assert_memory_equal(frcnn_tensor_get_shape(out), spatial, sizeof spatial);
    assert_memory_equal(frcnn_tensor_get_const_data(out), full, sizeof full);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_batch_norm(&out, tensor, mean, variance, NULL, NULL, 1e-5));
    assert_memory_equal(frcnn_tensor_get_const_data(out), bare, sizeof bare);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_batch_norm(&out, narrow, mean, variance, weight, bias, 1e-5));
    assert_int_equal(frcnn_tensor_get_dtype(out), FRCNN_F16);
    assert_ok(frcnn_tensor_cast(&wide, out, FRCNN_F32));
    assert_memory_equal(frcnn_tensor_get_const_data(wide), half, sizeof half);
    frcnn_tensor_destroy(&wide);
    frcnn_tensor_destroy(&out);
    assert_fails(frcnn_tensor_batch_norm(&out, narrow, mean, variance, weight, tensor, 1e-5), FRCNN_ERROR_INVALID,
                 "expected a bias of [3]");
    frcnn_tensor_destroy(&tensor);
    frcnn_tensor_destroy(&map);
    frcnn_tensor_destroy(&narrow);
    frcnn_tensor_destroy(&mean);
    frcnn_tensor_destroy(&variance);
    frcnn_tensor_destroy(&weight);
    frcnn_tensor_destroy(&bias);
}

/* As above, in float64, without a bias, eps 1e-3. The parameters were f32 first; torch.tensor's were not: 1e-7. */
static void doubles_are_computed_as_doubles(void **state)
{
    (void)state;
    static const double expected[] = {1.39062985, 0.349956252, -50.0567864, 3.12891717, -0.384951878, -257.434902};
    const int64_t shape[] = {2, C}, channels[] = {C};
    frcnn_tensor *tensor = make(FRCNN_F64, 2, shape, values), *single = make(FRCNN_F32, 1, channels, means);
    frcnn_tensor *mean = make(FRCNN_F64, 1, channels, means), *variance = make(FRCNN_F64, 1, channels, variances);
    frcnn_tensor *weight = make(FRCNN_F64, 1, channels, weights), *out = NULL;
    assert_fails(frcnn_tensor_batch_norm(&out, tensor, single, variance, NULL, NULL, 1e-5), FRCNN_ERROR_INVALID,
                 "running_mean in f64, found f32");
    assert_fails(frcnn_tensor_batch_norm(&out, tensor, mean, variance, NULL, NULL, -1), FRCNN_ERROR_INVALID,
                 "found -1");
    assert_fails(frcnn_tensor_batch_norm(&out, mean, mean, variance, NULL, NULL, 0), FRCNN_ERROR_INVALID, "found [3]");
    assert_null(out);
    assert_ok(frcnn_tensor_batch_norm(&out, tensor, mean, variance, weight, NULL, 1e-3));
    for (int i = 0; i < 2 * C; i++) {
        const double difference = ((const double *)frcnn_tensor_get_const_data(out))[i] / expected[i] - 1;
        assert_true(difference < 1e-7 && difference > -1e-7);
    }
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&tensor);
    frcnn_tensor_destroy(&single);
    frcnn_tensor_destroy(&mean);
    frcnn_tensor_destroy(&variance);
    frcnn_tensor_destroy(&weight);
}

static void integers_and_empty_tensors(void **state)
{
    (void)state;
    const int64_t shape[] = {2, C}, channels[] = {C}, none[] = {0, 4, C};
    frcnn_tensor *whole = make(FRCNN_I32, 2, shape, values), *empty = make(FRCNN_F32, 3, none, values);
    frcnn_tensor *mean = make(FRCNN_F32, 1, channels, means), *variance = make(FRCNN_F32, 1, channels, variances);
    frcnn_tensor *out = NULL;
    assert_fails(frcnn_tensor_batch_norm(&out, whole, mean, variance, NULL, NULL, 0), FRCNN_ERROR_INVALID, "found i32");
    assert_ok(frcnn_tensor_batch_norm(&out, empty, mean, variance, NULL, NULL, 0));
    assert_memory_equal(frcnn_tensor_get_shape(out), none, sizeof none);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&whole);
    frcnn_tensor_destroy(&empty);
    frcnn_tensor_destroy(&mean);
    frcnn_tensor_destroy(&variance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_pytorch),
        cmocka_unit_test(doubles_are_computed_as_doubles),
        cmocka_unit_test(integers_and_empty_tensors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
