#include "device_arrays.h"

#include "golden/seeded.h"
#include "tensor/layers/upsample_nearest.h"
#include "tensor/network_ops.h"

frcnn_status frcnn_upsample_nearest_cuda(const frcnn_upsample *upsample, frcnn_dtype dtype, const void *src, void *dst,
                                         frcnn_stream *stream);

static void check_dtype(const frcnn_upsample *u, const float *values, frcnn_dtype dtype, frcnn_stream *stream)
{
    const size_t n_in = (size_t)(u->n * u->in_h * u->in_w * u->c), n_out = (size_t)(u->n * u->out_h * u->out_w * u->c);
    const size_t element = frcnn_dtype_get_size(dtype);
    float *wide = malloc(n_in * sizeof *wide), *expected = malloc(n_out * sizeof *expected);
    assert_non_null(wide);
    assert_non_null(expected);
    memcpy(wide, values, n_in * sizeof *wide);
    void *narrow = narrow_values(dtype, wide, n_in);
    frcnn_upsample_nearest_cpu(u->n, u->in_h, u->in_w, u->out_h, u->out_w, u->c, wide, expected);
    for (int run = 0; run < N_RUNS; run++) {
        begin_run(run);
        void *src = device_copy(stream, narrow, n_in * element);
        void *dst = device_output(stream, n_out * element);
        assert_ok(frcnn_upsample_nearest_cuda(u, dtype, src, dst, stream));
        void *found = take_output(stream, dst, n_out * element);
        assert_values_equal(dtype, found, expected, n_out, "upsample");
        device_free(stream, src);
        free(found);
    }
    free(narrow);
    free(expected);
    free(wide);
}

static void check(frcnn_upsample u)
{
    const size_t n = (size_t)(u.n * u.in_h * u.in_w * u.c);
    frcnn_stream *stream = open_stream();
    float *values = malloc(n * sizeof *values);
    assert_non_null(values);
    seeded_fill((uint32_t)n, -3.0f, 2.0f, values, n);
    for (int i = 0; i < N_MAP_DTYPES; i++) check_dtype(&u, values, map_dtypes[i], stream);
    free(values);
    close_stream(stream);
}

static void any_sizes(void **state)
{
    (void)state;
    static const int64_t sizes[][4] = {{1, 1, 1, 1}, {1, 1, 5, 7}, {5, 7, 10, 14}, {7, 11, 13, 21},
                                       {9, 9, 4, 5}, {3, 4, 3, 4}, {13, 2, 25, 3}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        check((frcnn_upsample){2, sizes[i][0], sizes[i][1], sizes[i][2], sizes[i][3], 8});
}

/* Pixels of 2, 4, 6, 12, 16, 74 and more bytes: every kind of copy, and rows round a block. */
static void any_channels(void **state)
{
    (void)state;
    static const int64_t channels[] = {1, 2, 3, 6, 8, 37, 64, 256};
    for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++)
        check((frcnn_upsample){1, 3, 4, 5, 8, channels[i]});
    check((frcnn_upsample){1, 2, 100, 2, 255, 1});
    check((frcnn_upsample){1, 2, 100, 2, 257, 1});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_sizes),
        cmocka_unit_test(any_channels),
    };
    return RUN_CUDA_TESTS(tests);
}
