/* Products against a plain sum in double or in 64-bit integers, for every shape that PyTorch's matmul takes. */
#include "support.h"

#include <math.h>

#include "frcnn/ops.h"
#include "tensor/parallel.h"

static uint32_t seed = 1;

/* -8 to 8 in steps of 1/16: exact in every float dtype but bf16, and so are products and short sums in f32. */
static double next_random(void)
{
    seed = seed * 1664525u + 1013904223u;
    return (double)(seed >> 24) / 16 - 8;
}

static frcnn_tensor *random_tensor(frcnn_dtype dtype, int n_dims, const int64_t *shape)
{
    frcnn_tensor *wide = NULL, *tensor = NULL;
    assert_ok(frcnn_tensor_create(&wide, FRCNN_F64, n_dims, shape));
    double *values = frcnn_tensor_get_data(wide);
    for (int64_t i = 0; i < frcnn_tensor_get_n_elements(wide); i++) values[i] = next_random();
    assert_ok(frcnn_tensor_cast(&tensor, wide, dtype));
    frcnn_tensor_destroy(&wide);
    return tensor;
}

static frcnn_tensor *as_f64(const frcnn_tensor *tensor)
{
    frcnn_tensor *wide = NULL;
    assert_ok(frcnn_tensor_cast(&wide, tensor, FRCNN_F64));
    return wide;
}

/* [m, k] * [k, n] by the definition, against the product of the library. */
static void check_product(frcnn_dtype dtype, int64_t m, int64_t k, int64_t n, double tolerance)
{
    const int64_t a_shape[] = {m, k}, b_shape[] = {k, n};
    frcnn_tensor *a = random_tensor(dtype, 2, a_shape), *b = random_tensor(dtype, 2, b_shape), *out = NULL;
    assert_ok(frcnn_tensor_matmul(&out, a, b));
    assert_int_equal(frcnn_tensor_get_dtype(out), dtype);
    assert_int_equal(frcnn_tensor_get_shape(out)[0], m);
    assert_int_equal(frcnn_tensor_get_shape(out)[1], n);
    frcnn_tensor *a_wide = as_f64(a), *b_wide = as_f64(b), *wide = as_f64(out);
    const double *x = frcnn_tensor_get_const_data(a_wide), *y = frcnn_tensor_get_const_data(b_wide);
    const double *found = frcnn_tensor_get_const_data(wide);
    for (int64_t r = 0; r < m; r++)
        for (int64_t c = 0; c < n; c++) {
            double sum = 0;
            for (int64_t i = 0; i < k; i++) sum += x[r * k + i] * y[i * n + c];
            if (!(fabs(found[r * n + c] - sum) <= tolerance))
                fail_msg("%s [%d, %d] * [%d, %d] at [%d, %d]: expected %.17g, found %.17g", frcnn_dtype_get_name(dtype),
                         (int)m, (int)k, (int)k, (int)n, (int)r, (int)c, sum, found[r * n + c]);
        }
    frcnn_tensor_destroy(&wide);
    frcnn_tensor_destroy(&b_wide);
    frcnn_tensor_destroy(&a_wide);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&b);
    frcnn_tensor_destroy(&a);
}

/* Around the edges of tiles and blocks. Values are multiples of 1/16 and their products of 1/256: sums below 2^16 are exact
   in f32, all are in f64 and i64. */
static void sizes_around_tiles_are_exact(void **state)
{
    (void)state;
    static const int64_t sizes[][3] = {{1, 1, 1},    {3, 5, 2},    {4, 256, 32},  {5, 257, 33},  {129, 3, 17},
                                       {2, 600, 1},  {131, 70, 1}, {1, 300, 100}, {60, 64, 64},  {100, 300, 90},
                                       {9, 8, 2000}, {7, 255, 31}, {8, 513, 47},  {128, 40, 65}, {300, 12, 130}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        check_product(FRCNN_F32, sizes[i][0], sizes[i][1], sizes[i][2], 0);
        check_product(FRCNN_F64, sizes[i][0], sizes[i][1], sizes[i][2], 0);
        check_product(FRCNN_I64, sizes[i][0], sizes[i][1], sizes[i][2], 0);
        check_product(FRCNN_I32, sizes[i][0], sizes[i][1], sizes[i][2], 0);
    }
}

/* One rounding of a sum that is exact before: half an ulp of at most 64 * 8, or of as much in bf16. */
static void halves_are_rounded_once(void **state)
{
    (void)state;
    check_product(FRCNN_F16, 5, 8, 7, 0.125);
    check_product(FRCNN_BF16, 5, 8, 7, 1);
}

/* 200 * 200 + 100 * 3 = 40300 is 108 modulo 256. */
static void integers_wrap(void **state)
{
    (void)state;
    const int64_t two[] = {2};
    uint8_t a[] = {200, 100}, b[] = {200, 3};
    frcnn_tensor *x = NULL, *y = NULL, *out = NULL;
    assert_ok(frcnn_tensor_from_memory(&x, FRCNN_U8, 1, two, a, NULL, NULL));
    assert_ok(frcnn_tensor_from_memory(&y, FRCNN_U8, 1, two, b, NULL, NULL));
    assert_ok(frcnn_tensor_matmul(&out, x, y));
    assert_int_equal(frcnn_tensor_get_n_dims(out), 0);
    assert_int_equal(*(const uint8_t *)frcnn_tensor_get_const_data(out), 108);
    frcnn_tensor_destroy(&out);
    int64_t big[] = {INT64_MAX, 1}, factors[] = {2, 5};
    frcnn_tensor *p = NULL, *q = NULL;
    assert_ok(frcnn_tensor_from_memory(&p, FRCNN_I64, 1, two, big, NULL, NULL));
    assert_ok(frcnn_tensor_from_memory(&q, FRCNN_I64, 1, two, factors, NULL, NULL));
    assert_ok(frcnn_tensor_matmul(&out, p, q));
    assert_true(*(const int64_t *)frcnn_tensor_get_const_data(out) == 3);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&p);
    frcnn_tensor_destroy(&q);
    frcnn_tensor_destroy(&x);
    frcnn_tensor_destroy(&y);
}

static void check_shape(int n_a, const int64_t *a_shape, int n_b, const int64_t *b_shape, int n_out,
                        const int64_t *out_shape)
{
    frcnn_tensor *a = random_tensor(FRCNN_F32, n_a, a_shape), *b = random_tensor(FRCNN_F32, n_b, b_shape), *out = NULL;
    assert_ok(frcnn_tensor_matmul(&out, a, b));
    assert_int_equal(frcnn_tensor_get_n_dims(out), n_out);
    for (int d = 0; d < n_out; d++) assert_int_equal(frcnn_tensor_get_shape(out)[d], out_shape[d]);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&b);
    frcnn_tensor_destroy(&a);
}

#define SHAPE(...)                                                                                                     \
    (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (int64_t[])                                             \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }

static void vectors_and_batches_have_the_shapes_of_pytorch(void **state)
{
    (void)state;
    check_shape(SHAPE(3, 4), SHAPE(4, 5), SHAPE(3, 5));
    check_shape(SHAPE(4), SHAPE(4, 5), SHAPE(5));
    check_shape(SHAPE(3, 4), SHAPE(4), SHAPE(3));
    check_shape(SHAPE(4), SHAPE(2, 4, 3), SHAPE(2, 3));
    check_shape(SHAPE(2, 3, 4), SHAPE(4), SHAPE(2, 3));
    check_shape(SHAPE(6, 1, 3, 4), SHAPE(2, 4, 5), SHAPE(6, 2, 3, 5));
    check_shape(SHAPE(3, 4), SHAPE(7, 4, 5), SHAPE(7, 3, 5));
    check_shape(SHAPE(0, 4), SHAPE(4, 5), SHAPE(0, 5));
    check_shape(SHAPE(2, 3, 4), SHAPE(2, 4, 0), SHAPE(2, 3, 0));
    check_shape(SHAPE(0, 3, 4), SHAPE(1, 4, 2), SHAPE(0, 3, 2));
}

/* Each matrix of a batch that is broadcast, permuted and transposed is the product of its two. */
static void batches_are_products_one_by_one(void **state)
{
    (void)state;
    const int64_t a_shape[] = {3, 1, 5, 6}, b_shape[] = {2, 7, 6};
    const int order[] = {0, 2, 1};
    frcnn_tensor *a = random_tensor(FRCNN_F32, 4, a_shape), *base = random_tensor(FRCNN_F32, 3, b_shape);
    frcnn_tensor *b = NULL, *out = NULL;
    assert_ok(frcnn_tensor_permute(&b, base, order));
    assert_ok(frcnn_tensor_matmul(&out, a, b));
    const float *x = frcnn_tensor_get_const_data(a), *y = frcnn_tensor_get_const_data(base);
    const float *found = frcnn_tensor_get_const_data(out);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 2; j++)
            for (int r = 0; r < 5; r++)
                for (int c = 0; c < 7; c++) {
                    double sum = 0;
                    for (int k = 0; k < 6; k++) sum += (double)x[(i * 5 + r) * 6 + k] * (double)y[(j * 7 + c) * 6 + k];
                    assert_true((double)found[((i * 2 + j) * 5 + r) * 7 + c] == sum);
                }
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&b);
    frcnn_tensor_destroy(&base);
    frcnn_tensor_destroy(&a);
}

static void a_sum_over_nothing_is_zero(void **state)
{
    (void)state;
    const int64_t a_shape[] = {2, 0}, b_shape[] = {0, 3};
    frcnn_tensor *a = random_tensor(FRCNN_F32, 2, a_shape), *b = random_tensor(FRCNN_F32, 2, b_shape), *out = NULL;
    assert_ok(frcnn_tensor_matmul(&out, a, b));
    const float *found = frcnn_tensor_get_const_data(out);
    for (int i = 0; i < 6; i++) assert_true(found[i] == 0 && !signbit(found[i]));
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&b);
    frcnn_tensor_destroy(&a);
}

/* Values of all magnitudes, so that another order of a sum would show. */
static void same_bytes_for_every_number_of_threads(void **state)
{
    (void)state;
    static const int64_t sizes[][4] = {{1, 200, 6272, 256}, {1, 33, 1000, 70}, {1, 8, 20000, 8}, {1, 1000, 1000, 1},
                                       {1, 64, 4096, 16},   {1, 5, 3000, 300}, {6, 40, 500, 64}, {40, 7, 90, 33}};
    const int threads = frcnn_parallel_get_threads();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (int type = 0; type < 2; type++) {
            const frcnn_dtype dtype = type == 0 ? FRCNN_F32 : FRCNN_F64;
            const int64_t a_shape[] = {sizes[i][0], sizes[i][1], sizes[i][2]};
            const int64_t b_shape[] = {sizes[i][0], sizes[i][2], sizes[i][3]};
            frcnn_tensor *a = random_tensor(dtype, 3, a_shape), *b = random_tensor(dtype, 3, b_shape);
            for (int64_t k = 0; k < frcnn_tensor_get_n_elements(a); k++)
                if (type == 0)
                    ((float *)frcnn_tensor_get_data(a))[k] *= 1.0f + (float)(k % 97) * 0.37f;
                else
                    ((double *)frcnn_tensor_get_data(a))[k] *= 1.0 + (double)(k % 97) * 0.37;
            frcnn_tensor *out[4] = {NULL};
            for (int n = 0; n < 4; n++) {
                frcnn_parallel_set_threads(n + 1);
                assert_ok(frcnn_tensor_matmul(&out[n], a, b));
                assert_memory_equal(frcnn_tensor_get_const_data(out[n]), frcnn_tensor_get_const_data(out[0]),
                                    (size_t)frcnn_tensor_get_n_elements(out[0]) * frcnn_dtype_get_size(dtype));
            }
            for (int n = 0; n < 4; n++) frcnn_tensor_destroy(&out[n]);
            frcnn_tensor_destroy(&b);
            frcnn_tensor_destroy(&a);
        }
    frcnn_parallel_set_threads(threads);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    const int64_t a_shape[] = {2, 3, 4}, b_shape[] = {3, 4, 5}, c_shape[] = {3, 4};
    frcnn_tensor *a = random_tensor(FRCNN_F32, 3, a_shape), *b = random_tensor(FRCNN_F32, 3, b_shape);
    frcnn_tensor *c = random_tensor(FRCNN_F32, 2, c_shape), *wide = as_f64(c),
                 *scalar = random_tensor(FRCNN_F32, 0, NULL);
    frcnn_tensor *flags = random_tensor(FRCNN_BOOL, 2, c_shape), *out = NULL;
    assert_fails(frcnn_tensor_matmul(&out, a, b), FRCNN_ERROR_INVALID, "[2, 3, 4] and [3, 4, 5]");
    assert_fails(frcnn_tensor_matmul(&out, a, c), FRCNN_ERROR_INVALID, "[2, 3, 4] and [3, 4]");
    assert_fails(frcnn_tensor_matmul(&out, a, wide), FRCNN_ERROR_INVALID, "f32 and f64");
    assert_fails(frcnn_tensor_matmul(&out, a, scalar), FRCNN_ERROR_INVALID, "a scalar");
    assert_fails(frcnn_tensor_matmul(&out, flags, flags), FRCNN_ERROR_INVALID, "bool and bool");
    assert_null(out);
    frcnn_tensor_destroy(&flags);
    frcnn_tensor_destroy(&scalar);
    frcnn_tensor_destroy(&wide);
    frcnn_tensor_destroy(&c);
    frcnn_tensor_destroy(&b);
    frcnn_tensor_destroy(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_around_tiles_are_exact),
        cmocka_unit_test(halves_are_rounded_once),
        cmocka_unit_test(integers_wrap),
        cmocka_unit_test(vectors_and_batches_have_the_shapes_of_pytorch),
        cmocka_unit_test(batches_are_products_one_by_one),
        cmocka_unit_test(a_sum_over_nothing_is_zero),
        cmocka_unit_test(same_bytes_for_every_number_of_threads),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
