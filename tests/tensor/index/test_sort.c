#include "tensor/index/index_support.h"

#include <math.h>

#include "tensor/memory.h"
#include "tensor/parallel.h"

/* Expected numbers: torch 2.14.1, sort(stable=True). */

static void nan_is_last_and_signed_zeros_keep_their_order(void **state)
{
    (void)state;
    const float values[] = {2, NAN, -0.0f, 0, -1, 2, INFINITY, -INFINITY, NAN, 0, -0.0f, NAN};
    const float up[] = {-1, -0.0f, 0, 2, 2, NAN, -INFINITY, 0, -0.0f, INFINITY, NAN, NAN};
    const int64_t up_indices[] = {4, 2, 3, 0, 5, 1, 1, 3, 4, 0, 2, 5};
    const float down[] = {NAN, 2, 2, -0.0f, 0, -1, NAN, NAN, INFINITY, 0, -0.0f, -INFINITY};
    const int64_t down_indices[] = {1, 0, 5, 2, 3, 4, 2, 5, 0, 3, 4, 1};
    frcnn_tensor *tensor = make_tensor(FRCNN_F32, 2, SHAPE(2, 6), values);
    frcnn_tensor *sorted = NULL;
    frcnn_tensor *indices = NULL;
    assert_ok(frcnn_tensor_sort(&sorted, &indices, tensor, -1, 0));
    assert_tensor(&sorted, FRCNN_F32, 2, SHAPE(2, 6), up);
    assert_tensor(&indices, FRCNN_I64, 2, SHAPE(2, 6), up_indices);
    assert_ok(frcnn_tensor_sort(&sorted, &indices, tensor, 1, 1));
    assert_tensor(&sorted, FRCNN_F32, 2, SHAPE(2, 6), down);
    assert_tensor(&indices, FRCNN_I64, 2, SHAPE(2, 6), down_indices);
    assert_ok(frcnn_tensor_argsort(&indices, tensor, 1, 1));
    assert_tensor(&indices, FRCNN_I64, 2, SHAPE(2, 6), down_indices);
    frcnn_tensor_destroy(&tensor);
}

static void columns_of_i64_from_end_to_end_are_sorted(void **state)
{
    (void)state;
    const int64_t values[] = {3, INT64_MIN, 3, INT64_MAX, 0, -1, 3, 5, -1};
    const int64_t up[] = {3, INT64_MIN, -1, 3, 0, -1, INT64_MAX, 5, 3};
    const int64_t up_indices[] = {0, 0, 1, 2, 1, 2, 1, 2, 0};
    const int64_t down[] = {INT64_MAX, 5, 3, 3, 0, -1, 3, INT64_MIN, -1};
    const int64_t down_indices[] = {1, 2, 0, 0, 1, 1, 2, 0, 2};
    frcnn_tensor *tensor = make_tensor(FRCNN_I64, 2, SHAPE(3, 3), values);
    frcnn_tensor *transposed = transpose(tensor);
    frcnn_tensor *sorted = NULL;
    frcnn_tensor *indices = NULL;
    assert_ok(frcnn_tensor_sort(&sorted, &indices, tensor, 0, 0));
    assert_tensor(&sorted, FRCNN_I64, 2, SHAPE(3, 3), up);
    assert_tensor(&indices, FRCNN_I64, 2, SHAPE(3, 3), up_indices);
    assert_ok(frcnn_tensor_sort(&sorted, &indices, tensor, 0, 1));
    assert_tensor(&sorted, FRCNN_I64, 2, SHAPE(3, 3), down);
    assert_tensor(&indices, FRCNN_I64, 2, SHAPE(3, 3), down_indices);
    assert_ok(frcnn_tensor_sort(&sorted, &indices, transposed, 1, 0));
    frcnn_tensor_destroy(&transposed);
    transposed = transpose(sorted);
    frcnn_tensor_destroy(&sorted);
    assert_ok(frcnn_tensor_cast(&sorted, transposed, FRCNN_I64));
    assert_tensor(&sorted, FRCNN_I64, 2, SHAPE(3, 3), up);
    frcnn_tensor_destroy(&transposed);
    frcnn_tensor_destroy(&indices);
    frcnn_tensor_destroy(&tensor);
}

/* Values 1.5, -2, NaN, 65504, -65504, 0, -0, 1.5 as torch rounds them to each dtype. */
static void floats_of_16_and_64_bits_are_sorted(void **state)
{
    (void)state;
    const float values[] = {1.5f, -2, NAN, 65504, -65504, 0, -0.0f, 1.5f};
    const int64_t order[] = {2, 3, 0, 7, 5, 6, 1, 4};
    static const frcnn_dtype dtypes[] = {FRCNN_F32, FRCNN_F64, FRCNN_F16, FRCNN_BF16};
    frcnn_tensor *tensor = make_tensor(FRCNN_F32, 1, SHAPE(8), values);
    for (int i = 0; i < 4; i++) {
        frcnn_tensor *typed = NULL;
        frcnn_tensor *sorted = NULL;
        frcnn_tensor *indices = NULL;
        assert_ok(frcnn_tensor_cast(&typed, tensor, dtypes[i]));
        assert_ok(frcnn_tensor_sort(&sorted, &indices, typed, 0, 1));
        const size_t size = frcnn_dtype_get_size(dtypes[i]);
        const unsigned char *from = frcnn_tensor_get_const_data(typed);
        const unsigned char *to = frcnn_tensor_get_const_data(sorted);
        for (size_t at = 0; at < 8; at++) assert_memory_equal(to + at * size, from + (size_t)order[at] * size, size);
        assert_tensor(&indices, FRCNN_I64, 1, SHAPE(8), order);
        frcnn_tensor_destroy(&sorted);
        frcnn_tensor_destroy(&typed);
    }
    frcnn_tensor_destroy(&tensor);
}

static void narrow_integers_and_bool_are_sorted(void **state)
{
    (void)state;
    const uint8_t u8[] = {5, 0, 200, 127, 5};
    const uint8_t u8_up[] = {0, 5, 5, 127, 200};
    const int64_t u8_order[] = {1, 0, 4, 3, 2};
    const int8_t i8[] = {5, -128, -1, 127, -1};
    const int8_t i8_up[] = {-128, -1, -1, 5, 127};
    const int16_t i16[] = {5, -128, -1, 127, -1};
    const int16_t i16_up[] = {-128, -1, -1, 5, 127};
    const int32_t i32[] = {5, -128, -1, 127, -1};
    const int32_t i32_up[] = {-128, -1, -1, 5, 127};
    const int64_t signed_order[] = {1, 2, 4, 0, 3};
    const uint8_t flags[] = {1, 0, 1, 1, 1};
    const uint8_t flags_up[] = {0, 1, 1, 1, 1};
    const int64_t flags_order[] = {1, 0, 2, 3, 4};
    const struct {
        frcnn_dtype dtype;
        const void *values, *up;
        const int64_t *order;
    } cases[] = {
        {FRCNN_U8, u8, u8_up, u8_order},
        {FRCNN_I8, i8, i8_up, signed_order},
        {FRCNN_I16, i16, i16_up, signed_order},
        {FRCNN_I32, i32, i32_up, signed_order},
        {FRCNN_BOOL, flags, flags_up, flags_order},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        frcnn_tensor *tensor = make_tensor(cases[i].dtype, 1, SHAPE(5), cases[i].values);
        frcnn_tensor *sorted = NULL;
        frcnn_tensor *indices = NULL;
        assert_ok(frcnn_tensor_sort(&sorted, &indices, tensor, 0, 0));
        assert_tensor(&sorted, cases[i].dtype, 1, SHAPE(5), cases[i].up);
        assert_tensor(&indices, FRCNN_I64, 1, SHAPE(5), cases[i].order);
        frcnn_tensor_destroy(&tensor);
    }
}

static void a_scalar_and_nothing_sort_to_themselves(void **state)
{
    (void)state;
    const double value = 5;
    const int64_t zero = 0;
    frcnn_tensor *scalar = make_tensor(FRCNN_F64, 0, NULL, &value);
    frcnn_tensor *nothing = NULL;
    frcnn_tensor *sorted = NULL;
    frcnn_tensor *indices = NULL;
    assert_ok(frcnn_tensor_create(&nothing, FRCNN_F16, 2, SHAPE(3, 0)));
    assert_ok(frcnn_tensor_sort(&sorted, &indices, scalar, -1, 1));
    assert_tensor(&sorted, FRCNN_F64, 0, NULL, &value);
    assert_tensor(&indices, FRCNN_I64, 0, NULL, &zero);
    for (int dim = 0; dim < 2; dim++) {
        assert_ok(frcnn_tensor_sort(&sorted, &indices, nothing, dim, 0));
        assert_tensor(&sorted, FRCNN_F16, 2, SHAPE(3, 0), NULL);
        assert_tensor(&indices, FRCNN_I64, 2, SHAPE(3, 0), NULL);
    }
    assert_fails(frcnn_tensor_sort(&sorted, &indices, nothing, 2, 0), FRCNN_ERROR_INVALID,
                 "sort: dimension out of range, expected [-2, 1], found 2");
    assert_fails(frcnn_tensor_argsort(&indices, scalar, 1, 0), FRCNN_ERROR_INVALID,
                 "argsort: dimension out of range, expected [-1, 0], found 1");
    assert_null(sorted);
    assert_null(indices);
    frcnn_tensor_destroy(&nothing);
    frcnn_tensor_destroy(&scalar);
}

/* Enough rows for several threads; each row must come out as it does alone. */
static void every_number_of_threads_gives_the_same_bytes(void **state)
{
    (void)state;
    enum { N = 300 };
    const int n_threads = frcnn_parallel_get_threads();
    void *block = NULL;
    assert_ok(frcnn_alloc(&block, N * N, sizeof(double), "test"));
    double *values = block;
    uint32_t seed = 5;
    for (int i = 0; i < N * N; i++) {
        seed = seed * 1664525u + 1013904223u;
        values[i] = (double)(seed >> 20) - 2048;
    }
    frcnn_tensor *tensor = make_tensor(FRCNN_F64, 2, SHAPE(N, N), values);
    frcnn_tensor *expected = NULL;
    frcnn_tensor *expected_indices = NULL;
    frcnn_parallel_set_threads(1);
    assert_ok(frcnn_tensor_sort(&expected, &expected_indices, tensor, 0, 0));
    const double *up = frcnn_tensor_get_const_data(expected);
    const int64_t *order = frcnn_tensor_get_const_data(expected_indices);
    for (int i = 1; i < N; i++)
        for (int j = 0; j < N; j++) {
            const int at = i * N + j;
            assert_true(up[at - N] < up[at] || (up[at - N] == up[at] && order[at - N] < order[at]));
            assert_true(values[order[at] * N + j] == up[at]);
        }
    for (int threads = 2; threads <= 7; threads += 5) {
        frcnn_tensor *sorted = NULL;
        frcnn_tensor *indices = NULL;
        frcnn_parallel_set_threads(threads);
        assert_ok(frcnn_tensor_sort(&sorted, &indices, tensor, 0, 0));
        assert_tensor(&sorted, FRCNN_F64, 2, SHAPE(N, N), up);
        assert_tensor(&indices, FRCNN_I64, 2, SHAPE(N, N), order);
    }
    frcnn_parallel_set_threads(n_threads);
    frcnn_tensor_destroy(&expected);
    frcnn_tensor_destroy(&expected_indices);
    frcnn_tensor_destroy(&tensor);
    frcnn_free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nan_is_last_and_signed_zeros_keep_their_order),
        cmocka_unit_test(columns_of_i64_from_end_to_end_are_sorted),
        cmocka_unit_test(floats_of_16_and_64_bits_are_sorted),
        cmocka_unit_test(narrow_integers_and_bool_are_sorted),
        cmocka_unit_test(a_scalar_and_nothing_sort_to_themselves),
        cmocka_unit_test(every_number_of_threads_gives_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
