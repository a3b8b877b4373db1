#include "tensor_tables.h"

typedef struct shape {
    int64_t n_repeats, n_outer, n, n_inner;
} shape;

/* Runs of threads in all three directions, chunks, and what lies beside their edges. */
static const shape shapes[] = {
    {1, 1, 1, 1},   {1, 3, 5, 1}, {1, 1, 1000, 1}, {1, 2, 7, 3},    {3, 2, 5, 4},    {1, 1, 37, 33}, {2, 1, 300, 33},
    {1, 300, 2, 1}, {5, 3, 1, 2}, {1, 1, 9000, 1}, {2, 1, 4099, 2}, {1, 2, 600, 65}, {300, 2, 3, 1}, {1, 2, 129, 31},
};
enum { N_SHAPES = sizeof shapes / sizeof *shapes };

static int64_t count(const shape *s)
{
    return s->n_repeats * s->n_outer * s->n * s->n_inner;
}

/* Of each result the sum of the sizes of what it is made of. */
static double *sum_sizes(const shape *s, frcnn_dtype dtype, const void *values)
{
    double *sizes = calloc((size_t)(s->n_outer * s->n_inner) + 1, sizeof *sizes);
    assert_non_null(sizes);
    for (int64_t i = 0; i < count(s); i++) {
        const int64_t at = i / (s->n * s->n_inner) % s->n_outer * s->n_inner + i % s->n_inner;
        sizes[at] += fabs(get_real(dtype, values, i));
    }
    return sizes;
}

typedef struct results {
    void *values;
    int64_t *indices;
} results;

static results run(const frcnn_reduction_job *job, const shape *s, const void *values, int is_on_gpu)
{
    const int64_t n = s->n_outer * s->n_inner;
    const size_t src_bytes = (size_t)count(s) * frcnn_dtype_get_size(job->dtype);
    const size_t dst_bytes =
        (size_t)n * frcnn_dtype_get_size(frcnn_reduction_get_dst_dtype(job->reduction, job->dtype));
    const int has_indices = job->reduction == FRCNN_REDUCTION_ARGMAX || job->reduction == FRCNN_REDUCTION_ARGMIN;
    frcnn_reduction_job own = *job;
    results out = {malloc(dst_bytes + 1), has_indices ? malloc((size_t)n * sizeof(int64_t)) : NULL};
    own.src = is_on_gpu ? to_gpu(values, src_bytes) : values;
    own.dst = is_on_gpu ? gpu_alloc(dst_bytes) : out.values;
    own.indices = is_on_gpu && has_indices ? gpu_alloc((size_t)n * sizeof(int64_t)) : out.indices;
    assert_ok((is_on_gpu ? get_gpu()->reduce : frcnn_tensor_ops_cpu.reduce)->reduce(&own));
    if (!is_on_gpu) return out;
    free(out.values);
    free(out.indices);
    gpu_free(own.src);
    out.values = from_gpu(own.dst, dst_bytes);
    if (has_indices) out.indices = from_gpu(own.indices, (size_t)n * sizeof(int64_t));
    return out;
}

static void release(results *r)
{
    free(r->values);
    free(r->indices);
}

/* On the CPU eight f32 are added in f32 before they go on in f64, which is three roundings of each, and one at the end; in f64
   each addition rounds. */
static double get_tolerance(frcnn_reduction reduction, frcnn_dtype dtype, const shape *s, double size, double result)
{
    const double n = (double)(s->n_repeats * s->n);
    const double step = dtype == FRCNN_F32 ? 0x1p-24 : 0x1p-53;
    if (reduction == FRCNN_REDUCTION_SUM) return dtype == FRCNN_F32 ? 4 * step * size : n * step * size;
    if (reduction == FRCNN_REDUCTION_MEAN) return dtype == FRCNN_F32 ? 4 * step * size / n : step * size;
    if (reduction == FRCNN_REDUCTION_PROD) return (dtype == FRCNN_F32 ? 2 : 2 * n) * step * fabs(result);
    if (reduction == FRCNN_REDUCTION_VAR) return (dtype == FRCNN_F32 ? 4 : 64 * n) * step * fabs(result);
    return 0.0;
}

static void compare(frcnn_reduction reduction, frcnn_dtype dtype, const shape *s, fill_kind kind, uint64_t seed)
{
    const int64_t n = s->n_outer * s->n_inner;
    const frcnn_dtype dst_dtype = frcnn_reduction_get_dst_dtype(reduction, dtype);
    const frcnn_reduction_job job = {.reduction = reduction,
                                     .dtype = dtype,
                                     .n_repeats = s->n_repeats,
                                     .n_outer = s->n_outer,
                                     .n = s->n,
                                     .n_inner = s->n_inner,
                                     .correction = 1.0};
    void *values = make_values(dtype, count(s), kind, seed);
    results expected = run(&job, s, values, 0);
    results found = run(&job, s, values, 1);
    if (dst_dtype == FRCNN_F32 || dst_dtype == FRCNN_F64) {
        double *tolerances = sum_sizes(s, dtype, values);
        for (int64_t i = 0; i < n; i++)
            tolerances[i] = get_tolerance(reduction, dtype, s, tolerances[i], get_real(dtype, expected.values, i));
        assert_reals_near(dst_dtype, n, found.values, expected.values, 0.0, tolerances);
        free(tolerances);
    } else {
        assert_bytes_equal(found.values, expected.values, (size_t)n * frcnn_dtype_get_size(dst_dtype));
    }
    if (expected.indices != NULL) assert_bytes_equal(found.indices, expected.indices, (size_t)n * sizeof(int64_t));
    release(&expected);
    release(&found);
    free(values);
}

static void sweep(frcnn_reduction reduction, const frcnn_dtype *dtypes, int n_dtypes, const fill_kind *kinds,
                  int n_kinds)
{
    for (int d = 0; d < n_dtypes; d++)
        for (int k = 0; k < n_kinds; k++)
            for (int i = 0; i < N_SHAPES; i++)
                compare(reduction, dtypes[d], &shapes[i], kinds[k], 100 * (uint64_t)d + 10 * (uint64_t)k + (uint64_t)i);
}

static const frcnn_dtype all_dtypes[] = {FRCNN_F32, FRCNN_F64, FRCNN_U8,  FRCNN_I8,
                                         FRCNN_I16, FRCNN_I32, FRCNN_I64, FRCNN_BOOL};
static const frcnn_dtype wide_dtypes[] = {FRCNN_F32, FRCNN_F64, FRCNN_I64};
static const frcnn_dtype extreme_dtypes[] = {FRCNN_F32, FRCNN_F64, FRCNN_U8, FRCNN_I32, FRCNN_I64};
static const fill_kind all_kinds[] = {FILL_PLAIN, FILL_TIES, FILL_SPECIAL};

static void test_sums(void **state)
{
    const fill_kind kinds[] = {FILL_PLAIN, FILL_SPECIAL};
    (void)state;
    sweep(FRCNN_REDUCTION_SUM, all_dtypes, 8, kinds, 2);
    sweep(FRCNN_REDUCTION_MEAN, wide_dtypes, 2, kinds, 2);
}

static void test_products(void **state)
{
    const fill_kind kinds[] = {FILL_NEAR_ONE, FILL_SPECIAL};
    (void)state;
    sweep(FRCNN_REDUCTION_PROD, wide_dtypes, 3, kinds, 2);
}

static void test_extremes(void **state)
{
    (void)state;
    sweep(FRCNN_REDUCTION_AMAX, extreme_dtypes, 5, all_kinds, 3);
    sweep(FRCNN_REDUCTION_AMIN, extreme_dtypes, 5, all_kinds, 3);
}

static void test_indices_of_extremes(void **state)
{
    (void)state;
    for (int d = 0; d < 3; d++)
        for (int k = 0; k < 3; k++)
            for (int i = 0; i < N_SHAPES; i++) {
                shape s = shapes[i];
                s.n_repeats = 1;
                compare(FRCNN_REDUCTION_ARGMAX, wide_dtypes[d], &s, all_kinds[k], (uint64_t)i);
                compare(FRCNN_REDUCTION_ARGMIN, wide_dtypes[d], &s, all_kinds[k], (uint64_t)i);
            }
}

static void test_any_and_all(void **state)
{
    (void)state;
    sweep(FRCNN_REDUCTION_ANY, all_dtypes, 8, all_kinds, 3);
    sweep(FRCNN_REDUCTION_ALL, all_dtypes, 8, all_kinds, 3);
}

static void test_variance(void **state)
{
    const fill_kind kinds[] = {FILL_PLAIN, FILL_NEAR_ONE, FILL_SPECIAL};
    (void)state;
    sweep(FRCNN_REDUCTION_VAR, wide_dtypes, 2, kinds, 3);
}

/* Zeros in front of the only value that counts, of either sign, and nothing but the lowest value. */
static void test_extreme_of_lowest(void **state)
{
    float values[40];
    const shape s = {1, 1, 40, 1};
    const frcnn_reduction_job job = {
        .reduction = FRCNN_REDUCTION_ARGMAX, .dtype = FRCNN_F32, .n_repeats = 1, .n_outer = 1, .n = 40, .n_inner = 1};
    (void)state;
    for (int i = 0; i < 40; i++) values[i] = -INFINITY;
    results found = run(&job, &s, values, 1);
    assert_int_equal(found.indices[0], 0);
    assert_true(*(float *)found.values == -INFINITY);
    release(&found);
}

static void test_nothing(void **state)
{
    const shape empty = {1, 2, 0, 3};
    const shape no_result = {1, 0, 5, 3};
    (void)state;
    for (frcnn_reduction r = FRCNN_REDUCTION_SUM; r <= FRCNN_REDUCTION_VAR; r++) {
        if (r == FRCNN_REDUCTION_AMAX || r == FRCNN_REDUCTION_AMIN) continue;
        compare(r, FRCNN_F32, &empty, FILL_PLAIN, 1);
        compare(r, FRCNN_F32, &no_result, FILL_PLAIN, 1);
    }
}

static void test_same_bytes(void **state)
{
    const shape s = {2, 1, 5000, 3};
    const frcnn_reduction kinds[] = {FRCNN_REDUCTION_SUM, FRCNN_REDUCTION_VAR, FRCNN_REDUCTION_PROD};
    void *values = make_values(FRCNN_F64, count(&s), FILL_NEAR_ONE, 5);
    (void)state;
    for (int k = 0; k < 3; k++) {
        const frcnn_reduction_job job = {
            .reduction = kinds[k], .dtype = FRCNN_F64, .n_repeats = 2, .n_outer = 1, .n = 5000, .n_inner = 3};
        results first = {NULL, NULL};
        for (int i = 0; i < N_RUNS; i++) {
            begin_run(i);
            results next = run(&job, &s, values, 1);
            if (i == 0) {
                first = next;
                continue;
            }
            assert_memory_equal(next.values, first.values, 3 * sizeof(double));
            release(&next);
        }
        release(&first);
    }
    begin_run(0);
    free(values);
}

static void compare_softmax(frcnn_dtype dtype, const shape *s, int is_log, fill_kind kind)
{
    const size_t bytes = (size_t)count(s) * frcnn_dtype_get_size(dtype);
    void *values = make_values(dtype, count(s), kind, (uint64_t)s->n);
    void *expected = malloc(bytes);
    frcnn_softmax softmax = {dtype, s->n_outer, s->n, s->n_inner, is_log, values, expected};
    assert_ok(frcnn_softmax_cpu(&softmax));
    softmax.src = to_gpu(values, bytes);
    softmax.dst = gpu_alloc(bytes);
    assert_ok(get_gpu()->reduce->softmax(&softmax));
    gpu_free(softmax.src);
    void *found = from_gpu(softmax.dst, bytes);
    /* The CPU adds up to 64 powers in f32 one after the other; results are at most 1, their logarithms some tens. */
    const double tolerance = dtype == FRCNN_F32 ? 4e-6 : 1e-14;
    double *tolerances = malloc((size_t)count(s) * sizeof *tolerances);
    for (int64_t i = 0; i < count(s); i++)
        tolerances[i] =
            tolerance * (is_log ? fmax(1.0, fabs(get_real(dtype, expected, i))) : fabs(get_real(dtype, expected, i)));
    assert_reals_near(dtype, count(s), found, expected, 0.0, tolerances);
    free(tolerances);
    free(values);
    free(expected);
    free(found);
}

static void test_softmax(void **state)
{
    const shape runs[] = {{1, 1, 1, 1},  {1, 3, 5, 1},   {1, 2, 7, 3},  {1, 1, 3000, 1},
                          {1, 5, 91, 1}, {1, 2, 33, 40}, {1, 300, 2, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
        for (int is_log = 0; is_log < 2; is_log++)
            for (int k = 0; k < 3; k++) {
                compare_softmax(FRCNN_F32, &runs[i], is_log, all_kinds[k]);
                compare_softmax(FRCNN_F64, &runs[i], is_log, all_kinds[k]);
            }
}

static void compare_cumsum(frcnn_dtype dtype, const shape *s, fill_kind kind, int is_in_place)
{
    const size_t bytes = (size_t)count(s) * frcnn_dtype_get_size(dtype);
    void *values = make_values(dtype, count(s), kind, (uint64_t)s->n);
    void *expected = malloc(bytes + 1);
    assert_ok(frcnn_cumsum_cpu(dtype, s->n_outer, s->n, s->n_inner, values, expected));
    void *src = to_gpu(values, bytes);
    void *dst = is_in_place ? src : gpu_alloc(bytes);
    assert_ok(get_gpu()->reduce->cumsum(dtype, s->n_outer, s->n, s->n_inner, src, dst));
    if (!is_in_place) gpu_free(src);
    void *found = from_gpu(dst, bytes);
    if (dtype == FRCNN_I64) {
        assert_bytes_equal(found, expected, bytes);
    } else {
        /* Double sums of at most n values of 4, and what f32 rounds at most. */
        double *tolerances = malloc((size_t)count(s) * sizeof *tolerances + 1);
        for (int64_t i = 0; i < count(s); i++)
            tolerances[i] = 0x1p-52 * 4.0 * (double)s->n * (double)s->n +
                            (dtype == FRCNN_F32 ? 0x1p-23 * fabs(get_real(dtype, expected, i)) : 0.0);
        assert_reals_near(dtype, count(s), found, expected, 0.0, tolerances);
        free(tolerances);
    }
    free(values);
    free(expected);
    free(found);
}

static void test_cumsum(void **state)
{
    const shape lines[] = {{1, 1, 1, 1},     {1, 1, 64, 3},   {1, 2, 65, 1},   {1, 1, 1024, 1},
                           {1, 3, 1025, 2},  {1, 1, 4097, 1}, {1, 2, 9000, 3}, {1, 40, 10, 7},
                           {1, 256, 70, 32}, {1, 0, 70, 32},  {1, 2, 0, 3}};
    const frcnn_dtype dtypes[] = {FRCNN_F32, FRCNN_F64, FRCNN_I64};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        for (int d = 0; d < 3; d++) {
            compare_cumsum(dtypes[d], &lines[i], FILL_PLAIN, 0);
            compare_cumsum(dtypes[d], &lines[i], FILL_SPECIAL, 1);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_products),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_indices_of_extremes),
        cmocka_unit_test(test_any_and_all),
        cmocka_unit_test(test_variance),
        cmocka_unit_test(test_extreme_of_lowest),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_softmax),
        cmocka_unit_test(test_cumsum),
    };
    return RUN_CUDA_TESTS(tests);
}
