#include "roi_problem.h"

#include "roi/roi_ops.h"

extern const frcnn_roi_ops frcnn_roi_ops_cuda;

static frcnn_roi_align_run make_run(const roi_problem *p, const frcnn_roi_level *levels, frcnn_dtype dtype)
{
    frcnn_roi_align_run run = {.n = p->n, .n_rows = p->n_rows, .dtype = dtype};
    run.align = (frcnn_roi_align){.n_levels = p->n_levels,
                                  .k_min = p->k_min,
                                  .channels = p->channels,
                                  .output_size = p->output_size,
                                  .sampling_ratio = p->sampling_ratio,
                                  .is_aligned = p->is_aligned};
    memcpy(run.align.levels, levels, (size_t)p->n_levels * sizeof *levels);
    return run;
}

static frcnn_status on_cpu(const roi_problem *p, const frcnn_roi_level *levels, frcnn_dtype dtype, const float *boxes,
                           const int64_t *counts, void *dst, frcnn_stream *stream)
{
    frcnn_roi_align_run run = make_run(p, levels, dtype);
    run.boxes = boxes;
    run.counts = counts;
    run.dst = dst;
    return frcnn_roi_ops_cpu.align(&run, stream);
}

static frcnn_status on_cuda(const roi_problem *p, const frcnn_roi_level *levels, frcnn_dtype dtype, const float *boxes,
                            const int64_t *counts, void *dst, frcnn_stream *stream)
{
    frcnn_roi_align_run run = make_run(p, levels, dtype);
    run.boxes = boxes;
    run.counts = counts;
    run.dst = dst;
    return frcnn_roi_ops_cuda.align(&run, stream);
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
        check((roi_problem){"channels", 1, 4, 1, 4, channels[i], 9, 11, 4.0f, 7, 2, 0});
}

static void any_bins(void **state)
{
    (void)state;
    static const int sizes[] = {1, 2, 3, 14, 65};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        check((roi_problem){"bins", 1, 3, 1, 4, 8, 12, 10, 4.0f, sizes[i], 2, 1});
}

static void any_sampling(void **state)
{
    (void)state;
    for (int sampling_ratio = -1; sampling_ratio <= 3; sampling_ratio++)
        for (int is_aligned = 0; is_aligned <= 1; is_aligned++) {
            check((roi_problem){"sampling", 1, 45, 1, 4, 8, 13, 17, 2.0f, 3, sampling_ratio, is_aligned});
            check((roi_problem){"sampling", 1, 45, 1, 4, 3, 13, 17, 2.0f, 3, sampling_ratio, is_aligned});
        }
}

/* More samples along an axis than a block keeps: by the ratio, and by RoIs as long as their map. */
static void large_grids(void **state)
{
    (void)state;
    check((roi_problem){"25 samples", 1, 2, 1, 4, 8, 9, 11, 4.0f, 7, 25, 0});
    check((roi_problem){"19 samples", 1, 2, 1, 4, 3, 9, 11, 4.0f, 7, 19, 1});
    check((roi_problem){"a long map", 1, 4, 1, 4, 8, 5, 400, 1.0f, 2, 0, 1});
    check((roi_problem){"a high map", 1, 4, 1, 4, 8, 400, 5, 1.0f, 2, 0, 0});
}

/* RoIs of every level, images with no, some and all RoIs. */
static void levels_and_images(void **state)
{
    (void)state;
    check((roi_problem){"levels", 1, 24, 4, 2, 8, 160, 200, 4.0f, 2, 2, 0});
    check((roi_problem){"images", 3, 11, 3, 3, 16, 61, 50, 8.0f, 7, 2, 0});
    check((roi_problem){"images", 3, 8, 2, 3, 5, 61, 50, 8.0f, 4, 0, 1});
    check((roi_problem){"one pixel", 1, 1, 1, 4, 8, 1, 1, 4.0f, 7, 2, 0});
}

/* Squares whose sides are those of a level, a few ulp less and more: the device takes the level that the CPU takes. */
static void edges_of_levels(void **state)
{
    (void)state;
    enum { N_STEPS = 41, N_SIDES = 4, N = N_SIDES * N_STEPS };
    static const float sides[N_SIDES] = {56.0f, 112.0f, 224.0f, 448.0f};
    const roi_problem p = {"edges of levels", 1, N, 4, 2, 4, 120, 120, 4.0f, 1, 1, 0};
    float boxes[N * 4];
    for (int i = 0; i < N; i++) {
        float side = sides[i / N_STEPS];
        for (int k = 0; k < i % N_STEPS; k++) side = nextafterf(side, k == 0 ? 1e9f : 0.0f);
        const float box[4] = {0.0f, 0.0f, side, side};
        memcpy(boxes + 4 * i, box, sizeof box);
    }
    const int64_t count = N;
    frcnn_stream *stream = open_stream();
    check_roi_dtype(&p, on_cpu, on_cuda, FRCNN_F32, boxes, &count, stream);
    close_stream(stream);
}

/* So many RoIs that a block takes all rows of bins, and so few that each row has a block of its own. */
static void many_rois(void **state)
{
    (void)state;
    check((roi_problem){"2100 RoIs", 1, 2100, 1, 4, 4, 16, 16, 4.0f, 2, 2, 0});
    check((roi_problem){"700 RoIs", 1, 700, 1, 4, 4, 16, 16, 4.0f, 5, 2, 0});
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    frcnn_stream *stream = open_stream();
    frcnn_roi_level level = {NULL, 9, 11, 0.25f};
    roi_problem p = {"", 1, 8, 1, 4, 8, 9, 11, 4.0f, 7, 2, 0};
    frcnn_roi_align_run run = make_run(&p, &level, FRCNN_F64);
    assert_fails(frcnn_roi_ops_cuda.align(&run, stream), FRCNN_ERROR_BACKEND, "found f64");
    level.height = level.width = 65535;
    run = make_run(&p, &level, FRCNN_F16);
    assert_fails(frcnn_roi_ops_cuda.align(&run, stream), FRCNN_ERROR_BACKEND, "65535x65535");
    p.n = 2;
    p.n_rows = INT32_MAX;
    run = make_run(&p, &level, FRCNN_F16);
    assert_fails(frcnn_roi_ops_cuda.align(&run, stream), FRCNN_ERROR_BACKEND, "2 times 2147483647");
    close_stream(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_channels),    cmocka_unit_test(any_bins),
        cmocka_unit_test(any_sampling),    cmocka_unit_test(large_grids),
        cmocka_unit_test(edges_of_levels), cmocka_unit_test(levels_and_images),
        cmocka_unit_test(many_rois),       cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return RUN_CUDA_TESTS(tests);
}
