#include "support.h"

#include "frcnn/ops.h"
#include "tensor/parallel.h"
#include "tensor/storage.h"

static frcnn_tensor *make(frcnn_dtype dtype, int n_dims, const int64_t *shape, const double *values)
{
    frcnn_tensor *real = NULL;
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_create(&real, FRCNN_F64, n_dims, shape));
    for (int64_t i = 0; i < real->n_elements && values != NULL; i++)
        ((double *)frcnn_tensor_get_data(real))[i] = values[i];
    assert_ok(frcnn_tensor_cast(&tensor, real, dtype));
    frcnn_tensor_destroy(&real);
    return tensor;
}

static void tensors_follow_one_another_along_each_dimension(void **state)
{
    (void)state;
    const int64_t shape[] = {1, 1, 2, 4};
    const double a_values[] = {0, 1, 2, 3, 4, 5, 6, 7};
    const double b_values[] = {10, 11, 12, 13, 14, 15, 16, 17};
    static const struct {
        int dim;
        int64_t shape[4];
        float values[16];
    } rows[] = {
        {0, {2, 1, 2, 4}, {0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17}},
        {1, {1, 2, 2, 4}, {0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17}},
        {-2, {1, 1, 4, 4}, {0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17}},
        {3, {1, 1, 2, 8}, {0, 1, 2, 3, 10, 11, 12, 13, 4, 5, 6, 7, 14, 15, 16, 17}},
    };
    frcnn_tensor *a = make(FRCNN_F32, 4, shape, a_values);
    frcnn_tensor *b = make(FRCNN_F32, 4, shape, b_values);
    const frcnn_tensor *both[] = {a, b};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        frcnn_tensor *out = NULL;
        assert_ok(frcnn_tensor_cat(&out, both, 2, rows[i].dim));
        assert_memory_equal(frcnn_tensor_get_shape(out), rows[i].shape, sizeof rows[i].shape);
        assert_memory_equal(frcnn_tensor_get_const_data(out), rows[i].values, sizeof rows[i].values);
        frcnn_tensor_destroy(&out);
    }
    frcnn_tensor_destroy(&b);
    frcnn_tensor_destroy(&a);
}

/* torch 2.14.1: cat of int64 and float32 is float32, of uint8 and int8 int16. */
static void dtypes_promote(void **state)
{
    (void)state;
    const int64_t shape[] = {2};
    const double values[] = {200, 3};
    const double negative[] = {-1, 2};
    const float reals[] = {200, 3, -1, 2};
    const int16_t wholes[] = {200, 3, -1, 2};
    frcnn_tensor *i64 = make(FRCNN_I64, 1, shape, values);
    frcnn_tensor *f32 = make(FRCNN_F32, 1, shape, negative);
    frcnn_tensor *u8 = make(FRCNN_U8, 1, shape, values);
    frcnn_tensor *i8 = make(FRCNN_I8, 1, shape, negative);
    const frcnn_tensor *mixed[] = {i64, f32};
    const frcnn_tensor *bytes[] = {u8, i8};
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_cat(&out, mixed, 2, 0));
    assert_int_equal(frcnn_tensor_get_dtype(out), FRCNN_F32);
    assert_memory_equal(frcnn_tensor_get_const_data(out), reals, sizeof reals);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_cat(&out, bytes, 2, 0));
    assert_int_equal(frcnn_tensor_get_dtype(out), FRCNN_I16);
    assert_memory_equal(frcnn_tensor_get_const_data(out), wholes, sizeof wholes);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&i8);
    frcnn_tensor_destroy(&u8);
    frcnn_tensor_destroy(&f32);
    frcnn_tensor_destroy(&i64);
}

static void one_dimension_of_nothing_is_skipped(void **state)
{
    (void)state;
    const int64_t none[] = {0};
    const int64_t shape[] = {2, 3};
    frcnn_tensor *empty = make(FRCNN_F64, 1, none, NULL);
    frcnn_tensor *tensor = make(FRCNN_F32, 2, shape, NULL);
    frcnn_tensor *out = NULL;
    const frcnn_tensor *with[] = {empty, tensor, empty, tensor};
    const frcnn_tensor *only[] = {empty, empty};
    assert_ok(frcnn_tensor_cat(&out, with, 4, 1));
    assert_int_equal(frcnn_tensor_get_dtype(out), FRCNN_F64);
    assert_int_equal(frcnn_tensor_get_shape(out)[1], 6);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_cat(&out, only, 2, 5));
    assert_int_equal(frcnn_tensor_get_n_dims(out), 1);
    assert_int_equal(frcnn_tensor_get_n_elements(out), 0);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&tensor);
    frcnn_tensor_destroy(&empty);
}

/* Chunks of work begin anywhere in a run; the result is the same as with one thread. */
static void large_views_are_copied_whole(void **state)
{
    (void)state;
    enum { ROWS = 700, COLUMNS = 301 };
    const int64_t shape[] = {ROWS, COLUMNS};
    frcnn_tensor *rows = NULL;
    frcnn_tensor *columns = NULL;
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_create(&rows, FRCNN_I32, 2, shape));
    int32_t *values = frcnn_tensor_get_data(rows);
    for (int32_t i = 0; i < ROWS * COLUMNS; i++) values[i] = i;
    assert_ok(frcnn_tensor_transpose(&columns, rows, 0, 1));
    const frcnn_tensor *both[] = {columns, columns};
    const int n_threads = frcnn_parallel_get_threads();
    for (int n = 1; n <= 3; n += 2) {
        frcnn_parallel_set_threads(n);
        assert_ok(frcnn_tensor_cat(&out, both, 2, 1));
        const int32_t *found = frcnn_tensor_get_const_data(out);
        int64_t n_wrong = 0;
        for (int64_t y = 0; y < COLUMNS; y++)
            for (int64_t x = 0; x < 2 * ROWS; x++) n_wrong += found[y * 2 * ROWS + x] != x % ROWS * COLUMNS + y;
        assert_int_equal(n_wrong, 0);
        frcnn_tensor_destroy(&out);
    }
    frcnn_parallel_set_threads(n_threads);
    frcnn_tensor_destroy(&columns);
    frcnn_tensor_destroy(&rows);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3};
    const int64_t wider[] = {2, 4};
    const int64_t deeper[] = {2, 3, 1};
    frcnn_tensor *a = make(FRCNN_F32, 2, shape, NULL);
    frcnn_tensor *b = make(FRCNN_F32, 2, wider, NULL);
    frcnn_tensor *c = make(FRCNN_F32, 3, deeper, NULL);
    frcnn_tensor *scalar = make(FRCNN_F32, 0, NULL, NULL);
    frcnn_tensor *remote = NULL;
    assert_ok(frcnn_tensor_share(&remote, a));
    remote->device.kind = FRCNN_CUDA;
    remote->device.index = 1;
    frcnn_tensor *out = NULL;
    const frcnn_tensor *uneven[] = {a, b};
    const frcnn_tensor *deep[] = {a, c};
    const frcnn_tensor *flat[] = {a, scalar};
    const frcnn_tensor *apart[] = {a, remote};
    assert_fails(frcnn_tensor_cat(&out, uneven, 0, 0), FRCNN_ERROR_INVALID, "1 tensor or more, found 0");
    assert_fails(frcnn_tensor_cat(&out, uneven, 2, 0), FRCNN_ERROR_INVALID,
                 "expected [2, 3] but for dimension 0, found [2, 4] for tensor 1");
    assert_fails(frcnn_tensor_cat(&out, deep, 2, 0), FRCNN_ERROR_INVALID, "found [2, 3, 1] for tensor 1");
    assert_fails(frcnn_tensor_cat(&out, flat, 2, 0), FRCNN_ERROR_INVALID, "a scalar for tensor 1");
    assert_fails(frcnn_tensor_cat(&out, uneven, 2, 2), FRCNN_ERROR_INVALID, "expected [-2, 1], found 2");
    assert_fails(frcnn_tensor_cat(&out, apart, 2, 0), FRCNN_ERROR_INVALID,
                 "cat: expected tensors on one device, found cpu and cuda:1");
    assert_null(out);
    frcnn_tensor_destroy(&remote);
    frcnn_tensor_destroy(&scalar);
    frcnn_tensor_destroy(&c);
    frcnn_tensor_destroy(&b);
    frcnn_tensor_destroy(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tensors_follow_one_another_along_each_dimension),
        cmocka_unit_test(dtypes_promote),
        cmocka_unit_test(one_dimension_of_nothing_is_skipped),
        cmocka_unit_test(large_views_are_copied_whole),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
