#include "support.h"

#include "frcnn/ops.h"

static frcnn_tensor *make(int n_dims, const int64_t *shape, float first)
{
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, n_dims, shape));
    float *values = frcnn_tensor_get_data(tensor);
    for (int64_t i = 0; i < frcnn_tensor_get_n_elements(tensor); i++) values[i] = first + (float)i;
    return tensor;
}

/* The element at an index of the broadcast shape. */
static float read_broadcast(const frcnn_tensor *tensor, int n_dims, const int64_t *index)
{
    const int missing = n_dims - frcnn_tensor_get_n_dims(tensor);
    const float *value = frcnn_tensor_get_const_data(tensor);
    for (int d = missing; d < n_dims; d++)
        if (frcnn_tensor_get_shape(tensor)[d - missing] != 1)
            value += index[d] * frcnn_tensor_get_strides(tensor)[d - missing];
    return *value;
}

static void check_sum(const frcnn_tensor *a, const frcnn_tensor *b, int n_dims, const int64_t *shape)
{
    frcnn_tensor *sum = NULL;
    assert_ok(frcnn_tensor_add(&sum, a, b));
    assert_int_equal(frcnn_tensor_get_n_dims(sum), n_dims);
    for (int d = 0; d < n_dims; d++) assert_int_equal(frcnn_tensor_get_shape(sum)[d], shape[d]);
    assert_true(frcnn_tensor_is_contiguous(sum));
    const float *values = frcnn_tensor_get_const_data(sum);
    for (int64_t i = 0; i < frcnn_tensor_get_n_elements(sum); i++) {
        int64_t index[FRCNN_MAX_DIMS];
        int64_t rest = i;
        for (int d = n_dims - 1; d >= 0; d--) {
            index[d] = rest % shape[d];
            rest /= shape[d];
        }
        assert_true(values[i] == read_broadcast(a, n_dims, index) + read_broadcast(b, n_dims, index));
    }
    frcnn_tensor_destroy(&sum);
}

static void shapes_broadcast_from_the_last_dimension_on(void **state)
{
    (void)state;
    static const struct {
        int a_dims;
        int64_t a[4];
        int b_dims;
        int64_t b[4];
        int n_dims;
        int64_t shape[4];
    } rows[] = {
        {4, {2, 3, 5, 7}, 4, {2, 3, 5, 7}, 4, {2, 3, 5, 7}},
        {4, {2, 3, 5, 7}, 1, {7}, 4, {2, 3, 5, 7}},
        {4, {2, 3, 5, 7}, 4, {2, 1, 1, 7}, 4, {2, 3, 5, 7}},
        {4, {2, 1, 5, 1}, 3, {3, 1, 7}, 4, {2, 3, 5, 7}},
        {2, {4, 1}, 1, {6}, 2, {4, 6}},
        {2, {4, 6}, 2, {4, 1}, 2, {4, 6}},
        {2, {4, 6}, 0, {0}, 2, {4, 6}},
        {0, {0}, 0, {0}, 0, {0}},
        {2, {0, 3}, 2, {1, 3}, 2, {0, 3}},
        {2, {3, 0}, 1, {1}, 2, {3, 0}},
        {2, {3, 20001}, 2, {1, 20001}, 2, {3, 20001}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        frcnn_tensor *a = make(rows[i].a_dims, rows[i].a, 1);
        frcnn_tensor *b = make(rows[i].b_dims, rows[i].b, 1000);
        check_sum(a, b, rows[i].n_dims, rows[i].shape);
        check_sum(b, a, rows[i].n_dims, rows[i].shape);
        frcnn_tensor_destroy(&b);
        frcnn_tensor_destroy(&a);
    }
}

static void strided_inputs_are_walked_in_place(void **state)
{
    (void)state;
    const int64_t shape[] = {4, 6, 3};
    const int64_t sum_shape[] = {3, 4, 2};
    const int64_t line[] = {2};
    const int order[] = {2, 0, 1};
    frcnn_tensor *base = make(3, shape, 0);
    frcnn_tensor *permuted = NULL;
    frcnn_tensor *part = NULL;
    frcnn_tensor *b = make(1, line, 100);
    assert_ok(frcnn_tensor_permute(&permuted, base, order));
    assert_ok(frcnn_tensor_narrow(&part, permuted, 2, 3, 2));
    check_sum(part, b, 3, sum_shape);
    check_sum(part, part, 3, sum_shape);
    frcnn_tensor_destroy(&b);
    frcnn_tensor_destroy(&part);
    frcnn_tensor_destroy(&permuted);
    frcnn_tensor_destroy(&base);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    const int64_t a_shape[] = {2, 3};
    const int64_t b_shape[] = {2, 4};
    const int64_t tall[] = {INT64_C(1) << 40, 1};
    const int64_t wide[] = {INT64_C(1) << 40};
    const int64_t strides[] = {0, 0};
    frcnn_tensor *a = make(2, a_shape, 0);
    frcnn_tensor *b = make(2, b_shape, 0);
    frcnn_tensor *huge_a = NULL;
    frcnn_tensor *huge_b = NULL;
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_as_strided(&huge_a, a, 2, tall, strides, 0));
    assert_ok(frcnn_tensor_as_strided(&huge_b, a, 1, wide, strides, 0));
    assert_fails(frcnn_tensor_add(&out, a, b), FRCNN_ERROR_INVALID, "found [2, 3] and [2, 4]");
    assert_fails(frcnn_tensor_add(&out, huge_a, huge_b), FRCNN_ERROR_INVALID, "memory can address");
    assert_null(out);
    frcnn_tensor_destroy(&huge_b);
    frcnn_tensor_destroy(&huge_a);
    frcnn_tensor_destroy(&b);
    frcnn_tensor_destroy(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_broadcast_from_the_last_dimension_on),
        cmocka_unit_test(strided_inputs_are_walked_in_place),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
