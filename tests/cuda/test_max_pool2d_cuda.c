#include "device_arrays.h"

#include <math.h>

#include "golden/seeded.h"
#include "tensor/network_ops.h"

frcnn_status frcnn_max_pool2d_cuda(const frcnn_max_pool2d *pool, frcnn_dtype dtype, const void *src, void *dst,
                                   frcnn_stream *stream);

static size_t get_n_in(const frcnn_max_pool2d *pool)
{
    return (size_t)(pool->n * pool->y.in * pool->x.in * pool->c);
}

static size_t get_n_out(const frcnn_max_pool2d *pool)
{
    return (size_t)(pool->n * pool->y.out * pool->x.out * pool->c);
}

static frcnn_max_pool2d make_pool(int n, int c, frcnn_window y, frcnn_window x, int ceil_mode)
{
    frcnn_max_pool2d pool = {.n = n, .c = c, .y = y, .x = x};
    assert_ok(frcnn_max_pool2d_get_size(&pool, ceil_mode));
    return pool;
}

static void check_dtype(const frcnn_max_pool2d *pool, const float *values, frcnn_dtype dtype, frcnn_stream *stream)
{
    const size_t n_in = get_n_in(pool), n_out = get_n_out(pool), element = frcnn_dtype_get_size(dtype);
    float *wide = malloc(n_in * sizeof *wide), *expected = malloc(n_out * sizeof *expected);
    assert_non_null(wide);
    assert_non_null(expected);
    memcpy(wide, values, n_in * sizeof *wide);
    void *narrow = narrow_values(dtype, wide, n_in);
    frcnn_max_pool2d_cpu(pool, wide, expected);
    for (int run = 0; run < N_RUNS; run++) {
        begin_run(run);
        void *src = device_copy(stream, narrow, n_in * element);
        void *dst = device_output(stream, n_out * element);
        assert_ok(frcnn_max_pool2d_cuda(pool, dtype, src, dst, stream));
        void *found = take_output(stream, dst, n_out * element);
        assert_values_equal(dtype, found, expected, n_out, "max_pool2d");
        device_free(stream, src);
        free(found);
    }
    free(narrow);
    free(expected);
    free(wide);
}

static void check_values(const frcnn_max_pool2d *pool, const float *values)
{
    frcnn_stream *stream = open_stream();
    for (int i = 0; i < N_MAP_DTYPES; i++) check_dtype(pool, values, map_dtypes[i], stream);
    close_stream(stream);
}

static void check(int n, int c, frcnn_window y, frcnn_window x, int ceil_mode)
{
    const frcnn_max_pool2d pool = make_pool(n, c, y, x, ceil_mode);
    float *values = malloc(get_n_in(&pool) * sizeof *values);
    assert_non_null(values);
    seeded_fill((uint32_t)(c + y.kernel), -3.0f, 2.0f, values, get_n_in(&pool));
    check_values(&pool, values);
    free(values);
}

static frcnn_window make_window(int in, int kernel, int stride, int padding, int dilation)
{
    const frcnn_window window = {in, 0, kernel, stride, padding, dilation};
    return window;
}

/* Channels that fill accesses of 16 bytes, in some dtypes or in none. */
static void any_channels(void **state)
{
    (void)state;
    static const int channels[] = {1, 3, 4, 8, 12, 16, 37, 64, 72};
    for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++)
        check(2, channels[i], make_window(11, 3, 2, 1, 1), make_window(13, 3, 2, 1, 1), 0);
}

static void any_window(void **state)
{
    (void)state;
    check(1, 8, make_window(1, 1, 1, 0, 1), make_window(1, 1, 1, 0, 1), 0);
    check(1, 8, make_window(25, 1, 2, 0, 1), make_window(42, 1, 2, 0, 1), 0);
    check(1, 8, make_window(14, 2, 2, 0, 1), make_window(15, 2, 2, 0, 1), 0);
    check(1, 8, make_window(14, 2, 2, 0, 1), make_window(15, 2, 2, 0, 1), 1);
    check(3, 8, make_window(10, 3, 2, 1, 1), make_window(9, 5, 3, 2, 1), 1);
    check(1, 8, make_window(17, 3, 1, 1, 2), make_window(19, 2, 2, 1, 3), 0);
}

/* A row of outputs takes exactly one block of 256 threads, one less, one more. */
static void rows_round_a_block(void **state)
{
    (void)state;
    for (int width = 255; width <= 257; width++)
        check(1, 1, make_window(3, 3, 2, 1, 1), make_window(width, 3, 1, 1, 1), 0);
    for (int width = 31; width <= 33; width++)
        check(2, 64, make_window(2, 1, 1, 0, 1), make_window(width, 1, 1, 0, 1), 0);
}

/* NaN wins wherever it stands; padding never wins, not even against -infinity; a window may see nothing but padding. */
static void special_values(void **state)
{
    (void)state;
    const frcnn_max_pool2d pool = make_pool(1, 8, make_window(7, 3, 2, 1, 1), make_window(9, 3, 2, 1, 1), 1);
    float values[7 * 9 * 8];
    for (size_t i = 0; i < get_n_in(&pool); i++) values[i] = -INFINITY;
    check_values(&pool, values);
    uint32_t seed = 3;
    for (size_t i = 0; i < get_n_in(&pool); i++) {
        const uint32_t dice = seeded_next(&seed) % 8;
        values[i] = dice == 0 ? NAN : dice == 1 ? INFINITY : dice == 2 ? -INFINITY : -(float)dice;
    }
    check_values(&pool, values);
    const frcnn_max_pool2d dilated = make_pool(1, 8, make_window(4, 2, 3, 1, 5), make_window(4, 2, 3, 1, 5), 0);
    check_values(&dilated, values);
}

static void other_dtypes_are_refused(void **state)
{
    (void)state;
    frcnn_stream *stream = open_stream();
    const frcnn_max_pool2d pool = make_pool(1, 8, make_window(7, 3, 2, 1, 1), make_window(9, 3, 2, 1, 1), 1);
    assert_fails(frcnn_max_pool2d_cuda(&pool, FRCNN_I64, NULL, NULL, stream), FRCNN_ERROR_BACKEND, "found i64");
    close_stream(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_channels),
        cmocka_unit_test(any_window),
        cmocka_unit_test(special_values),
        cmocka_unit_test(rows_round_a_block),
        cmocka_unit_test(other_dtypes_are_refused),
    };
    return RUN_CUDA_TESTS(tests);
}
