#include "support.h"

#include "tensor/layer.h"

enum { IN = 2, N_CLASSES = 3 };

static frcnn_tensor *make(int n_dims, const int64_t *shape, const float *values)
{
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, n_dims, shape));
    memcpy(frcnn_tensor_get_data(tensor), values, (size_t)frcnn_tensor_get_n_elements(tensor) * sizeof *values);
    return tensor;
}

/* Scores with the background's row at the end, and deltas without any: read, the background is row 0 of both. */
static void test_background_comes_first(void **state)
{
    (void)state;
    static const float scores[N_CLASSES * IN] = {1, 2, 3, 4, 9, 9}, scores_bias[N_CLASSES] = {1, 2, 9};
    static const float deltas[2 * IN] = {5, 6, 7, 8}, deltas_bias[2] = {5, 7};
    static const float expected[6 * IN] = {9, 9, 1, 2, 3, 4, 0, 0, 5, 6, 7, 8}, expected_bias[6] = {9, 1, 2, 0, 5, 7};
    const int64_t scores_shape[] = {N_CLASSES, IN}, deltas_shape[] = {2, IN};
    frcnn_tensor *tensors[] = {make(2, scores_shape, scores), make(1, scores_shape, scores_bias),
                               make(2, deltas_shape, deltas), make(1, deltas_shape, deltas_bias)};
    const frcnn_layer layer = {
        .parts = {{.weight = tensors[0], .bias = tensors[1], .n_last_first = 1},
                  {.weight = tensors[2], .bias = tensors[3], .n_zeros = 1}},
        .n_parts = 2,
        .out_c = 6,
        .in_c = IN,
        .kernel = 1,
        .groups = 1,
    };
    float weight[6 * IN], bias[6];
    assert_int_equal(frcnn_layer_get_n_weights(&layer), 6 * IN);
    assert_int_equal(frcnn_layer_part_get_n_rows(&layer.parts[1]), 3);
    assert_ok(frcnn_layer_read(&layer, weight, bias));
    assert_memory_equal(weight, expected, sizeof weight);
    assert_memory_equal(bias, expected_bias, sizeof bias);
    for (int i = 0; i < 4; i++) frcnn_tensor_destroy(&tensors[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_background_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
