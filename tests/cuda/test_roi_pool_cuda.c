#include "roi_problem.h"

#include "roi/roi_ops.h"

extern const frcnn_roi_ops frcnn_roi_ops_cuda;

static frcnn_roi_pool_run make_run(const roi_problem *p, const frcnn_roi_level *levels, frcnn_dtype dtype)
{
    frcnn_roi_pool_run run = {.n = p->n, .n_rows = p->n_rows, .dtype = dtype};
    run.pool = (frcnn_roi_pool){
        .n_levels = p->n_levels, .k_min = p->k_min, .channels = p->channels, .output_size = p->output_size};
    memcpy(run.pool.levels, levels, (size_t)p->n_levels * sizeof *levels);
    return run;
}

static frcnn_status on_cpu(const roi_problem *p, const frcnn_roi_level *levels, frcnn_dtype dtype, const float *boxes,
                           const int64_t *counts, void *dst, frcnn_stream *stream)
{
    frcnn_roi_pool_run run = make_run(p, levels, dtype);
    run.boxes = boxes;
    run.counts = counts;
    run.dst = dst;
    return frcnn_roi_ops_cpu.pool(&run, stream);
}

static frcnn_status on_cuda(const roi_problem *p, const frcnn_roi_level *levels, frcnn_dtype dtype, const float *boxes,
                            const int64_t *counts, void *dst, frcnn_stream *stream)
{
    frcnn_roi_pool_run run = make_run(p, levels, dtype);
    run.boxes = boxes;
    run.counts = counts;
    run.dst = dst;
    return frcnn_roi_ops_cuda.pool(&run, stream);
}

static void check(roi_problem problem)
{
    check_roi_problem(&problem, on_cpu, on_cuda);
}

/* Channels that fill accesses of 16 bytes, in some dtypes or in none; rows of bins round a block of 256 threads. */
static void any_channels(void **state)
{
    (void)state;
    static const int channels[] = {1, 3, 4, 8, 37, 40, 64, 256};
    for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++)
        check((roi_problem){"channels", 1, 4, 1, 4, channels[i], 9, 11, 4.0f, 7, 0, 0});
}

static void any_bins(void **state)
{
    (void)state;
    static const int sizes[] = {1, 2, 3, 14, 65};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        check((roi_problem){"bins", 1, 45, 1, 4, 8, 12, 10, 4.0f, sizes[i] < 14 ? sizes[i] : 1, 0, 0});
        check((roi_problem){"bins", 1, 3, 1, 4, 8, 12, 10, 4.0f, sizes[i], 0, 0});
    }
}

static void levels_and_images(void **state)
{
    (void)state;
    check((roi_problem){"levels", 1, 24, 4, 2, 8, 160, 200, 4.0f, 2, 0, 0});
    check((roi_problem){"images", 3, 11, 3, 3, 16, 61, 50, 8.0f, 7, 0, 0});
    check((roi_problem){"images", 3, 8, 2, 3, 5, 61, 50, 8.0f, 4, 0, 0});
    check((roi_problem){"one pixel", 1, 1, 1, 4, 8, 1, 1, 4.0f, 7, 0, 0});
}

/* NaN is never the maximum; a bin of nothing but NaN or -infinity is -FLT_MAX, which f16 and bf16 round to -infinity. */
static void special_values(void **state)
{
    (void)state;
    static const float roi[4] = {0.0f, 0.0f, 40.0f, 27.0f};
    float map[11 * 7 * 8];
    uint32_t seed = 3;
    for (size_t i = 0; i < sizeof map / sizeof map[0]; i++) {
        const uint32_t dice = seeded_next(&seed) % 8;
        map[i] = dice < 5 ? NAN : dice == 5 ? -INFINITY : dice == 6 ? INFINITY : 0.5f;
    }
    const roi_problem p = {"special values", 1, 1, 1, 4, 8, 11, 7, 4.0f, 5, 0, 0};
    const int64_t count = 1;
    frcnn_stream *stream = open_stream();
    frcnn_roi_level level;
    set_levels(&p, &level);
    level.map = map;
    float expected[5 * 5 * 8];
    assert_ok(on_cpu(&p, &level, FRCNN_F32, roi, &count, expected, NULL));
    for (int i = 0; i < N_MAP_DTYPES; i++) {
        void *narrow = narrow_values(map_dtypes[i], map, sizeof map / sizeof map[0]);
        void *found = pool_on_device(&p, on_cuda, map_dtypes[i], &narrow, roi, &count, stream);
        assert_values_equal(map_dtypes[i], found, expected, 5 * 5 * 8, p.what);
        free(narrow);
        free(found);
    }
    close_stream(stream);
}

static void other_dtypes_are_refused(void **state)
{
    (void)state;
    frcnn_stream *stream = open_stream();
    const frcnn_roi_level level = {NULL, 9, 11, 0.25f};
    const roi_problem p = {"", 1, 8, 1, 4, 8, 9, 11, 4.0f, 7, 0, 0};
    const frcnn_roi_pool_run run = make_run(&p, &level, FRCNN_I64);
    assert_fails(frcnn_roi_ops_cuda.pool(&run, stream), FRCNN_ERROR_BACKEND, "found i64");
    close_stream(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_channels),
        cmocka_unit_test(any_bins),
        cmocka_unit_test(special_values),
        cmocka_unit_test(levels_and_images),
        cmocka_unit_test(other_dtypes_are_refused),
    };
    return RUN_CUDA_TESTS(tests);
}
