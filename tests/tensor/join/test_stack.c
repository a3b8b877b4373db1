#include "support.h"

#include "frcnn/ops.h"
#include "tensor/storage.h"

/* [2, 3] of start, start + 1, … */
static frcnn_tensor *make(float start)
{
    const int64_t shape[] = {2, 3};
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 2, shape));
    float *values = frcnn_tensor_get_data(tensor);
    for (int i = 0; i < 6; i++) values[i] = start + (float)i;
    return tensor;
}

static void tensors_lie_beside_each_other_in_a_new_dimension(void **state)
{
    (void)state;
    static const struct {
        int dim;
        int64_t shape[3];
        float values[12];
    } rows[] = {
        {0, {2, 2, 3}, {0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15}},
        {1, {2, 2, 3}, {0, 1, 2, 10, 11, 12, 3, 4, 5, 13, 14, 15}},
        {2, {2, 3, 2}, {0, 10, 1, 11, 2, 12, 3, 13, 4, 14, 5, 15}},
        {-1, {2, 3, 2}, {0, 10, 1, 11, 2, 12, 3, 13, 4, 14, 5, 15}},
        {-3, {2, 2, 3}, {0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15}},
    };
    frcnn_tensor *a = make(0);
    frcnn_tensor *b = make(10);
    const frcnn_tensor *both[] = {a, b};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        frcnn_tensor *out = NULL;
        assert_ok(frcnn_tensor_stack(&out, both, 2, rows[i].dim));
        assert_memory_equal(frcnn_tensor_get_shape(out), rows[i].shape, sizeof rows[i].shape);
        assert_memory_equal(frcnn_tensor_get_const_data(out), rows[i].values, sizeof rows[i].values);
        frcnn_tensor_destroy(&out);
    }
    frcnn_tensor_destroy(&b);
    frcnn_tensor_destroy(&a);
}

static void scalars_stack_to_a_line(void **state)
{
    (void)state;
    frcnn_tensor *scalar = NULL;
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_create(&scalar, FRCNN_F32, 0, NULL));
    *(float *)frcnn_tensor_get_data(scalar) = 7;
    const frcnn_tensor *three[] = {scalar, scalar, scalar};
    const float expected[] = {7, 7, 7};
    assert_ok(frcnn_tensor_stack(&out, three, 3, 0));
    assert_int_equal(frcnn_tensor_get_n_dims(out), 1);
    assert_memory_equal(frcnn_tensor_get_const_data(out), expected, sizeof expected);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&scalar);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    const int64_t ones[] = {1, 1, 1, 1, 1, 1, 1, 1};
    frcnn_tensor *a = make(0);
    frcnn_tensor *row = NULL;
    frcnn_tensor *deep = NULL;
    frcnn_tensor *remote = NULL;
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_narrow(&row, a, 0, 0, 1));
    assert_ok(frcnn_tensor_create(&deep, FRCNN_F32, 8, ones));
    assert_ok(frcnn_tensor_share(&remote, a));
    remote->device.kind = FRCNN_CUDA;
    const frcnn_tensor *uneven[] = {a, row};
    const frcnn_tensor *eight[] = {deep};
    const frcnn_tensor *apart[] = {remote, a};
    assert_fails(frcnn_tensor_stack(&out, uneven, 0, 0), FRCNN_ERROR_INVALID, "1 tensor or more, found 0");
    assert_fails(frcnn_tensor_stack(&out, uneven, 2, 0), FRCNN_ERROR_INVALID,
                 "expected [2, 3], found [1, 3] for tensor 1");
    assert_fails(frcnn_tensor_stack(&out, uneven, 1, 3), FRCNN_ERROR_INVALID, "expected [-3, 2], found 3");
    assert_fails(frcnn_tensor_stack(&out, eight, 1, 0), FRCNN_ERROR_INVALID, "fewer than 8 dimensions, found 8");
    assert_fails(frcnn_tensor_stack(&out, apart, 2, 0), FRCNN_ERROR_INVALID, "found cuda:0 and cpu");
    assert_null(out);
    frcnn_tensor_destroy(&remote);
    frcnn_tensor_destroy(&deep);
    frcnn_tensor_destroy(&row);
    frcnn_tensor_destroy(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tensors_lie_beside_each_other_in_a_new_dimension),
        cmocka_unit_test(scalars_stack_to_a_line),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
