#include "device_arrays.h"

#include "golden/seeded.h"
#include "tensor/network_ops.h"

frcnn_status frcnn_channel_mean_cuda(const frcnn_channels *channels, frcnn_dtype dtype, const void *src, void *dst,
                                     frcnn_stream *stream);
frcnn_status frcnn_channel_gate_cuda(const frcnn_channels *channels, frcnn_dtype dtype, const void *src,
                                     const void *gates, void *dst, frcnn_stream *stream);

/* What goes in, as the dtype has it, and as f32. */
typedef struct input {
    void *narrow;
    float *wide;
    size_t bytes;
} input;

static input make_input(uint32_t seed, frcnn_dtype dtype, size_t n)
{
    input in = {NULL, malloc(n * sizeof *in.wide), n * frcnn_dtype_get_size(dtype)};
    assert_non_null(in.wide);
    seeded_fill(seed, -4.0f, 5.0f, in.wide, n);
    in.narrow = narrow_values(dtype, in.wide, n);
    return in;
}

static void free_input(input *in)
{
    free(in->narrow);
    free(in->wide);
}

static void check_dtype(const frcnn_channels *s, frcnn_dtype dtype, frcnn_stream *stream)
{
    const size_t n = (size_t)(s->n * s->n_pixels * s->c), n_rows = (size_t)(s->n * s->c);
    const size_t element = frcnn_dtype_get_size(dtype);
    input map = make_input(1, dtype, n), gates = make_input(2, dtype, n_rows);
    float *means = malloc(n_rows * sizeof *means), *gated = malloc(n * sizeof *gated);
    assert_true(means != NULL && gated != NULL);
    frcnn_channel_mean_cpu(s, map.wide, means);
    frcnn_channel_gate_cpu(s, map.wide, gates.wide, gated);
    for (int run = 0; run < N_RUNS; run++) {
        begin_run(run);
        void *src = device_copy(stream, map.narrow, map.bytes), *rows = device_copy(stream, gates.narrow, gates.bytes);
        void *dst[2] = {device_output(stream, n_rows * element), device_output(stream, n * element)};
        assert_ok(frcnn_channel_mean_cuda(s, dtype, src, dst[0], stream));
        assert_ok(frcnn_channel_gate_cuda(s, dtype, src, rows, dst[1], stream));
        void *found[2] = {take_output(stream, dst[0], n_rows * element), take_output(stream, dst[1], n * element)};
        assert_values_equal(dtype, found[0], means, n_rows, "mean");
        assert_values_equal(dtype, found[1], gated, n, "gate");
        device_free(stream, src);
        device_free(stream, rows);
        free(found[0]);
        free(found[1]);
    }
    free_input(&map);
    free_input(&gates);
    free(means);
    free(gated);
}

static void any_shapes(void **state)
{
    (void)state;
    static const frcnn_channels shapes[] = {{1, 1, 1},   {2, 7, 3},   {3, 49, 33}, {1, 1000, 32},
                                            {5, 33, 65}, {2, 1, 100}, {1, 31, 31}, {70, 4, 8}};
    frcnn_stream *stream = open_stream();
    for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++)
        for (int i = 0; i < N_MAP_DTYPES; i++) check_dtype(&shapes[k], map_dtypes[i], stream);
    close_stream(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_shapes),
    };
    return RUN_CUDA_TESTS(tests);
}
