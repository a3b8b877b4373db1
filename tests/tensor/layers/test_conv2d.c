/* Convolutions against a plain sum in double: strides, padding, dilation, groups, what is fused, and the same bytes for
   every number of threads and every batch. */
#include "support.h"

#include <math.h>

#include "frcnn/ops.h"
#include "tensor/memory.h"
#include "tensor/onednn.h"
#include "tensor/parallel.h"

static uint32_t seed = 1;

/* -0.5 to 0.5 */
static float next_random(void)
{
    seed = seed * 1664525u + 1013904223u;
    return (float)(seed >> 8) * 0x1p-24f - 0.5f;
}

static float *random_array(int64_t n)
{
    void *block = NULL;
    assert_ok(frcnn_alloc(&block, (size_t)n, sizeof(float), "test"));
    float *values = block;
    for (int64_t i = 0; i < n; i++) values[i] = next_random();
    return values;
}

typedef struct problem {
    frcnn_conv2d conv;
    float *src, *weight, *bias, *residual;
    int64_t n_dst;
} problem;

static problem make_problem(frcnn_conv2d conv)
{
    assert_ok(frcnn_conv2d_set_output(&conv));
    const int64_t n_dst = conv.n * conv.out_h * conv.out_w * conv.out_c;
    const int64_t n_weights = conv.out_c * (conv.in_c / conv.groups) * conv.kernel_h * conv.kernel_w;
    const problem p = {conv,
                       random_array(conv.n * conv.in_h * conv.in_w * conv.in_c),
                       random_array(n_weights),
                       random_array(conv.out_c),
                       random_array(n_dst),
                       n_dst};
    return p;
}

static void free_problem(problem *p)
{
    frcnn_free(p->src);
    frcnn_free(p->weight);
    frcnn_free(p->bias);
    frcnn_free(p->residual);
}

/* One output by the definition. */
static double reference(const problem *p, int64_t n, int64_t y, int64_t x, int64_t oc)
{
    const frcnn_conv2d *c = &p->conv;
    const int64_t group_in = c->in_c / c->groups, group = oc / (c->out_c / c->groups);
    double sum = (double)p->bias[oc];
    for (int64_t i = 0; i < group_in; i++)
        for (int ky = 0; ky < c->kernel_h; ky++)
            for (int kx = 0; kx < c->kernel_w; kx++) {
                const int64_t sy = y * c->stride_h - c->padding_h + ky * c->dilation_h;
                const int64_t sx = x * c->stride_w - c->padding_w + kx * c->dilation_w;
                if (sy < 0 || sx < 0 || sy >= c->in_h || sx >= c->in_w) continue;
                const float w = p->weight[((oc * group_in + i) * c->kernel_h + ky) * c->kernel_w + kx];
                const float v = p->src[((n * c->in_h + sy) * c->in_w + sx) * c->in_c + group * group_in + i];
                sum += (double)w * (double)v;
            }
    const int64_t at = ((n * c->out_h + y) * c->out_w + x) * c->out_c + oc;
    if (c->has_residual) sum += (double)p->residual[at];
    if (c->activation == FRCNN_HARDSWISH) return sum * fmin(fmax(sum + 3.0, 0.0), 6.0) / 6.0;
    if (c->activation != FRCNN_LINEAR && sum < 0.0) sum = 0.0;
    if (c->activation == FRCNN_RELU6 && sum > 6.0) sum = 6.0;
    return sum;
}

/* The output of image first … first + n - 1 of the problem, computed alone. */
static float *run_problem(const problem *p, int64_t first, int64_t n)
{
    frcnn_conv2d conv = p->conv;
    frcnn_primitive *primitive = NULL;
    frcnn_packed *packed = NULL;
    void *scratchpad = NULL;
    conv.n = n;
    const int64_t per_image = p->n_dst / p->conv.n;
    float *dst = random_array(n * per_image);
    memcpy(dst, p->residual + first * per_image, (size_t)(n * per_image) * sizeof(float));
    assert_ok(frcnn_primitive_create(&primitive, &conv));
    assert_ok(frcnn_packed_create(&packed, primitive, p->weight, p->bias));
    assert_true(frcnn_packed_fits(packed, primitive));
    assert_ok(frcnn_alloc(&scratchpad, frcnn_primitive_get_scratchpad(primitive), 1, "scratchpad"));
    const float *src = p->src + first * conv.in_h * conv.in_w * conv.in_c;
    assert_ok(frcnn_primitive_run(primitive, src, packed, dst, scratchpad));
    frcnn_free(scratchpad);
    frcnn_packed_destroy(&packed);
    frcnn_primitive_destroy(&primitive);
    return dst;
}

static void check_against_reference(const problem *p)
{
    const frcnn_conv2d *c = &p->conv;
    float *dst = run_problem(p, 0, c->n);
    /* Sums of n products of values below 0.5: float32 rounds each step, in an order of its own. */
    const double bound = 1e-6 * sqrt((double)(c->in_c / c->groups * c->kernel_h * c->kernel_w)) + 1e-6;
    int64_t at = 0;
    for (int64_t n = 0; n < c->n; n++)
        for (int64_t y = 0; y < c->out_h; y++)
            for (int64_t x = 0; x < c->out_w; x++)
                for (int64_t oc = 0; oc < c->out_c; oc++, at++) {
                    const double expected = reference(p, n, y, x, oc);
                    if (!(fabs((double)dst[at] - expected) <= bound))
                        fail_msg("[%d, %d, %d, %d]: expected %.9g, found %.9g", (int)n, (int)y, (int)x, (int)oc,
                                 expected, (double)dst[at]);
                }
    frcnn_free(dst);
}

/* {n, in_h, in_w, in_c, out_h, out_w, out_c, kernel, stride, padding, dilation (two each), groups, activation,
   has_residual, weight_is_transposed, and of a plan: precision, dst_is_f32, residual_h, residual_w} */
static const frcnn_conv2d sweep[] = {
    {1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, FRCNN_LINEAR, 0, 0, FRCNN_PRECISION_F32, 0, 0, 0},
    {1, 5, 7, 3, 0, 0, 8, 3, 3, 1, 1, 1, 1, 1, 1, 1, FRCNN_RELU, 0, 0, FRCNN_PRECISION_F32, 0, 0, 0},
    {2, 5, 7, 3, 0, 0, 8, 3, 3, 2, 2, 1, 1, 1, 1, 1, FRCNN_RELU6, 0, 0, FRCNN_PRECISION_F32, 0, 0, 0},
    {1, 23, 31, 3, 0, 0, 64, 7, 7, 2, 2, 3, 3, 1, 1, 1, FRCNN_RELU, 0, 0, FRCNN_PRECISION_F32, 0, 0, 0},
    {1, 9, 11, 16, 0, 0, 13, 1, 1, 1, 1, 0, 0, 1, 1, 1, FRCNN_LINEAR, 1, 0, FRCNN_PRECISION_F32, 0, 0, 0},
    {2, 9, 11, 17, 0, 0, 16, 1, 1, 2, 2, 0, 0, 1, 1, 1, FRCNN_RELU, 1, 0, FRCNN_PRECISION_F32, 0, 0, 0},
    {1, 9, 11, 32, 0, 0, 32, 3, 3, 1, 1, 2, 2, 2, 2, 1, FRCNN_RELU, 1, 0, FRCNN_PRECISION_F32, 0, 0, 0},
    {1, 9, 11, 32, 0, 0, 64, 3, 3, 2, 2, 1, 1, 1, 1, 32, FRCNN_RELU, 0, 0, FRCNN_PRECISION_F32, 0, 0, 0},
    {1, 9, 11, 48, 0, 0, 48, 3, 3, 1, 1, 1, 1, 1, 1, 48, FRCNN_RELU6, 0, 0, FRCNN_PRECISION_F32, 0, 0, 0},
    {3, 9, 11, 24, 0, 0, 24, 3, 3, 2, 2, 1, 1, 1, 1, 24, FRCNN_RELU6, 0, 0, FRCNN_PRECISION_F32, 0, 0, 0},
    {1, 9, 11, 48, 0, 0, 48, 5, 5, 2, 2, 2, 2, 1, 1, 48, FRCNN_HARDSWISH, 0, 0, FRCNN_PRECISION_F32, 0, 0, 0},
    {2, 9, 11, 96, 0, 0, 40, 1, 1, 1, 1, 0, 0, 1, 1, 1, FRCNN_HARDSWISH, 1, 0, FRCNN_PRECISION_F32, 0, 0, 0},
    {1, 9, 11, 7, 0, 0, 7, 3, 3, 1, 1, 1, 1, 1, 1, 7, FRCNN_LINEAR, 1, 0, FRCNN_PRECISION_F32, 0, 0, 0},
    {1, 200, 1, 49, 0, 0, 31, 1, 1, 1, 1, 0, 0, 1, 1, 1, FRCNN_RELU, 0, 0, FRCNN_PRECISION_F32, 0, 0, 0},
    {1, 37, 1, 640, 0, 0, 55, 1, 1, 1, 1, 0, 0, 1, 1, 1, FRCNN_LINEAR, 0, 0, FRCNN_PRECISION_F32, 0, 0, 0},
    {1, 2, 2, 5, 0, 0, 5, 3, 3, 2, 2, 1, 1, 1, 1, 1, FRCNN_LINEAR, 0, 0, FRCNN_PRECISION_F32, 0, 0, 0},
    {1, 12, 13, 64, 0, 0, 64, 3, 3, 1, 1, 1, 1, 1, 1, 4, FRCNN_RELU, 1, 0, FRCNN_PRECISION_F32, 0, 0, 0},
    {1, 6, 6, 20, 0, 0, 40, 5, 5, 1, 1, 2, 2, 1, 1, 1, FRCNN_LINEAR, 0, 0, FRCNN_PRECISION_F32, 0, 0, 0},
    {2, 9, 14, 6, 0, 0, 10, 3, 5, 2, 1, 1, 3, 2, 1, 2, FRCNN_RELU, 0, 0, FRCNN_PRECISION_F32, 0, 0, 0},
    {1, 9, 14, 6, 0, 0, 6, 1, 4, 1, 3, 0, 2, 1, 2, 6, FRCNN_LINEAR, 1, 0, FRCNN_PRECISION_F32, 0, 0, 0},
    {1, 4, 5, 2, 0, 0, 3, 2, 1, 1, 1, 4, 3, 1, 1, 1, FRCNN_LINEAR, 0, 0, FRCNN_PRECISION_F32, 0, 0, 0},
};

static void test_against_a_plain_sum(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sweep / sizeof sweep[0]; i++) {
        problem p = make_problem(sweep[i]);
        check_against_reference(&p);
        free_problem(&p);
    }
}

static void test_same_bytes_for_threads_and_batches(void **state)
{
    (void)state;
    static const frcnn_conv2d cases[] = {
        {3, 40, 52, 3, 0, 0, 32, 3, 3, 2, 2, 1, 1, 1, 1, 1, FRCNN_RELU6, 0, 0, FRCNN_PRECISION_F32, 0, 0, 0},
        {3, 20, 26, 128, 0, 0, 128, 3, 3, 1, 1, 1, 1, 1, 1, 1, FRCNN_RELU, 1, 0, FRCNN_PRECISION_F32, 0, 0, 0},
        {3, 9, 12, 576, 0, 0, 160, 1, 1, 1, 1, 0, 0, 1, 1, 1, FRCNN_LINEAR, 1, 0, FRCNN_PRECISION_F32, 0, 0, 0},
        {3, 9, 12, 960, 0, 0, 960, 3, 3, 1, 1, 1, 1, 1, 1, 960, FRCNN_RELU6, 0, 0, FRCNN_PRECISION_F32, 0, 0, 0},
        /* A linear layer with many columns: sums must not be split among threads. */
        {1, 200, 1, 6272, 0, 0, 256, 1, 1, 1, 1, 0, 0, 1, 1, 1, FRCNN_RELU, 0, 0, FRCNN_PRECISION_F32, 0, 0, 0},
    };
    const int threads = frcnn_parallel_get_threads();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        problem p = make_problem(cases[i]);
        const int64_t per_image = p.n_dst / p.conv.n;
        frcnn_parallel_set_threads(1);
        float *expected = run_problem(&p, 0, p.conv.n);
        for (int n = 2; n <= 4; n++) {
            frcnn_parallel_set_threads(n);
            float *found = run_problem(&p, 0, p.conv.n);
            assert_memory_equal(found, expected, (size_t)p.n_dst * sizeof(float));
            frcnn_free(found);
        }
        for (int64_t image = 0; image < p.conv.n; image++) {
            float *alone = run_problem(&p, image, 1);
            assert_memory_equal(alone, expected + image * per_image, (size_t)per_image * sizeof(float));
            frcnn_free(alone);
        }
        frcnn_free(expected);
        free_problem(&p);
    }
    frcnn_parallel_set_threads(threads);
}

static frcnn_tensor *wrap(int n_dims, const int64_t *shape, float *values)
{
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_F32, n_dims, shape, values, NULL, NULL));
    return tensor;
}

/* The public operations give the bytes of the primitive that plans run. */
static void test_tensor_operations(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sweep / sizeof sweep[0]; i++) {
        frcnn_conv2d conv = sweep[i];
        conv.activation = FRCNN_LINEAR;
        conv.has_residual = 0;
        problem p = make_problem(conv);
        const frcnn_conv2d *c = &p.conv;
        const int64_t src_shape[] = {c->n, c->in_h, c->in_w, c->in_c};
        const int64_t weight_shape[] = {c->out_c, c->in_c / c->groups, c->kernel_h, c->kernel_w};
        frcnn_tensor *src = wrap(4, src_shape, p.src), *weight = wrap(4, weight_shape, p.weight);
        frcnn_tensor *bias = wrap(1, &c->out_c, p.bias), *out = NULL;
        frcnn_conv2d_options options;
        frcnn_conv2d_options_default(&options);
        options.stride_h = c->stride_h;
        options.stride_w = c->stride_w;
        options.padding_h = c->padding_h;
        options.padding_w = c->padding_w;
        options.dilation_h = c->dilation_h;
        options.dilation_w = c->dilation_w;
        options.groups = c->groups;
        float *expected = run_problem(&p, 0, c->n);
        assert_ok(frcnn_tensor_conv2d(&out, src, weight, bias, &options));
        assert_int_equal(frcnn_tensor_get_n_elements(out), p.n_dst);
        assert_memory_equal(frcnn_tensor_get_const_data(out), expected, (size_t)p.n_dst * sizeof(float));
        frcnn_tensor_destroy(&out);
        if (c->kernel_h == 1 && c->kernel_w == 1 && c->groups == 1 && c->stride_h == 1) {
            frcnn_tensor *matrix = wrap(2, weight_shape, p.weight);
            assert_ok(frcnn_tensor_linear(&out, src, matrix, bias));
            assert_int_equal(frcnn_tensor_get_n_dims(out), 4);
            const float *found = frcnn_tensor_get_const_data(out);
            for (int64_t k = 0; k < p.n_dst; k++) assert_true(fabsf(found[k] - expected[k]) < 1e-5f);
            frcnn_tensor_destroy(&out);
            frcnn_tensor_destroy(&matrix);
        }
        frcnn_free(expected);
        frcnn_tensor_destroy(&src);
        frcnn_tensor_destroy(&weight);
        frcnn_tensor_destroy(&bias);
        free_problem(&p);
    }
}

/* Other dtypes against f32 on values that f16 holds. f64 sums in its own order: the error left is that of f32, as above.
   16-bit results round once more. */
static void test_tensor_operations_in_other_dtypes(void **state)
{
    (void)state;
    static const double rounding[] = {0, 1e-6, 0x1p-11, 0x1p-8};
    static const frcnn_dtype dtypes[] = {FRCNN_F32, FRCNN_F64, FRCNN_F16, FRCNN_BF16};
    for (size_t i = 0; i < sizeof sweep / sizeof sweep[0]; i++)
        for (int t = 1; t < 4; t++) {
            frcnn_conv2d conv = sweep[i];
            problem p = make_problem(conv);
            const frcnn_conv2d *c = &p.conv;
            const int64_t src_shape[] = {c->n, c->in_h, c->in_w, c->in_c};
            const int64_t weight_shape[] = {c->out_c, c->in_c / c->groups, c->kernel_h, c->kernel_w};
            frcnn_tensor *plain[3] = {wrap(4, src_shape, p.src), wrap(4, weight_shape, p.weight),
                                      wrap(1, &c->out_c, p.bias)};
            frcnn_tensor *in_dtype[3] = {NULL}, *exact[3] = {NULL}, *expected = NULL, *out = NULL, *wide = NULL;
            for (int k = 0; k < 3; k++) {
                assert_ok(frcnn_tensor_cast(&in_dtype[k], plain[k], dtypes[t]));
                assert_ok(frcnn_tensor_cast(&exact[k], in_dtype[k], FRCNN_F32));
            }
            frcnn_conv2d_options options;
            frcnn_conv2d_options_default(&options);
            options.stride_h = c->stride_h;
            options.stride_w = c->stride_w;
            options.padding_h = c->padding_h;
            options.padding_w = c->padding_w;
            options.dilation_h = c->dilation_h;
            options.dilation_w = c->dilation_w;
            options.groups = c->groups;
            assert_ok(frcnn_tensor_conv2d(&expected, exact[0], exact[1], exact[2], &options));
            assert_ok(frcnn_tensor_conv2d(&out, in_dtype[0], in_dtype[1], in_dtype[2], &options));
            assert_int_equal(frcnn_tensor_get_dtype(out), dtypes[t]);
            assert_ok(frcnn_tensor_cast(&wide, out, FRCNN_F64));
            const float *a = frcnn_tensor_get_const_data(expected);
            const double *b = frcnn_tensor_get_const_data(wide);
            const double bound = 1e-6 * sqrt((double)(c->in_c / c->groups * c->kernel_h * c->kernel_w)) + 1e-6;
            for (int64_t k = 0; k < p.n_dst; k++)
                assert_true(fabs((double)a[k] - b[k]) <= bound + rounding[t] * fabs((double)a[k]));
            for (int k = 0; k < 3; k++) {
                frcnn_tensor_destroy(&plain[k]);
                frcnn_tensor_destroy(&in_dtype[k]);
                frcnn_tensor_destroy(&exact[k]);
            }
            frcnn_tensor_destroy(&expected);
            frcnn_tensor_destroy(&out);
            frcnn_tensor_destroy(&wide);
            free_problem(&p);
        }
}

/* No rows, no columns and no images, as in PyTorch. */
static void test_tensor_operations_on_nothing(void **state)
{
    (void)state;
    const int64_t rows[] = {0, 3}, columns[] = {2, 0}, matrix_shape[] = {4, 3}, thin_shape[] = {4, 0}, four[] = {4};
    const int64_t maps[] = {0, 5, 5, 3}, weight_shape[] = {4, 3, 3, 3};
    float bias_values[] = {1, 2, 3, 4};
    frcnn_tensor *none = NULL, *thin = NULL, *matrix = NULL, *thin_matrix = NULL, *map = NULL, *weight = NULL,
                 *out = NULL;
    frcnn_tensor *bias = wrap(1, four, bias_values);
    assert_ok(frcnn_tensor_create(&none, FRCNN_F32, 2, rows));
    assert_ok(frcnn_tensor_create(&thin, FRCNN_F32, 2, columns));
    assert_ok(frcnn_tensor_create(&matrix, FRCNN_F32, 2, matrix_shape));
    assert_ok(frcnn_tensor_create(&thin_matrix, FRCNN_F32, 2, thin_shape));
    assert_ok(frcnn_tensor_create(&map, FRCNN_F32, 4, maps));
    assert_ok(frcnn_tensor_create(&weight, FRCNN_F32, 4, weight_shape));
    assert_ok(frcnn_tensor_linear(&out, none, matrix, bias));
    assert_int_equal(frcnn_tensor_get_shape(out)[0], 0);
    assert_int_equal(frcnn_tensor_get_shape(out)[1], 4);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_linear(&out, thin, thin_matrix, bias));
    for (int i = 0; i < 8; i++) assert_true(((const float *)frcnn_tensor_get_const_data(out))[i] == bias_values[i % 4]);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_conv2d(&out, map, weight, bias, NULL));
    assert_int_equal(frcnn_tensor_get_shape(out)[0], 0);
    assert_int_equal(frcnn_tensor_get_shape(out)[3], 4);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&none);
    frcnn_tensor_destroy(&thin);
    frcnn_tensor_destroy(&matrix);
    frcnn_tensor_destroy(&thin_matrix);
    frcnn_tensor_destroy(&map);
    frcnn_tensor_destroy(&weight);
    frcnn_tensor_destroy(&bias);
}

static void test_tensor_operations_refuse(void **state)
{
    (void)state;
    const int64_t map_shape[] = {1, 4, 4, 6}, weight_shape[] = {5, 6, 3, 3}, oblong_shape[] = {5, 6, 3, 1};
    const int64_t matrix_shape[] = {5, 7}, four[] = {4};
    frcnn_tensor *map = NULL, *weight = NULL, *oblong = NULL, *matrix = NULL, *bias = NULL, *out = NULL;
    frcnn_conv2d_options options;
    assert_ok(frcnn_tensor_create(&map, FRCNN_F32, 4, map_shape));
    assert_ok(frcnn_tensor_create(&weight, FRCNN_F32, 4, weight_shape));
    assert_ok(frcnn_tensor_create(&oblong, FRCNN_F32, 4, oblong_shape));
    assert_ok(frcnn_tensor_create(&matrix, FRCNN_F32, 2, matrix_shape));
    assert_ok(frcnn_tensor_create(&bias, FRCNN_F32, 1, four));
    assert_fails(frcnn_tensor_conv2d(&out, map, matrix, NULL, NULL), FRCNN_ERROR_INVALID, "a weight of 4 dimensions");
    assert_ok(frcnn_tensor_conv2d(&out, map, oblong, NULL, NULL));
    assert_int_equal(frcnn_tensor_get_shape(out)[1], 2);
    assert_int_equal(frcnn_tensor_get_shape(out)[2], 4);
    frcnn_tensor_destroy(&out);
    assert_fails(frcnn_tensor_conv2d(&out, map, weight, bias, NULL), FRCNN_ERROR_INVALID, "a bias of 5");
    frcnn_conv2d_options_default(&options);
    options.groups = 2;
    assert_fails(frcnn_tensor_conv2d(&out, map, weight, NULL, &options), FRCNN_ERROR_INVALID, "in 2 groups");
    frcnn_conv2d_options_default(&options);
    options.padding_h = -1;
    assert_fails(frcnn_tensor_conv2d(&out, map, weight, NULL, &options), FRCNN_ERROR_INVALID, "padding -1");
    options.struct_size = 3;
    assert_fails(frcnn_tensor_conv2d(&out, map, weight, NULL, &options), FRCNN_ERROR_INVALID, "found 3");
    assert_fails(frcnn_tensor_linear(&out, map, matrix, NULL), FRCNN_ERROR_INVALID, "6 columns, found [5, 7]");
    assert_null(out);
    frcnn_tensor_destroy(&map);
    frcnn_tensor_destroy(&weight);
    frcnn_tensor_destroy(&oblong);
    frcnn_tensor_destroy(&matrix);
    frcnn_tensor_destroy(&bias);
}

static void test_sizes_that_are_none(void **state)
{
    (void)state;
    frcnn_conv2d conv = {1, 5, 5, 6, 0, 0, 4, 3, 3, 1, 1, 1, 1, 1, 1, 1, FRCNN_LINEAR, 0, 0, FRCNN_PRECISION_F32,
                         0, 0, 0};
    conv.in_c = 0;
    assert_fails(frcnn_conv2d_set_output(&conv), FRCNN_ERROR_INVALID, "[1, 5, 5, 0]");
    conv.in_c = 6;
    conv.groups = 4;
    assert_fails(frcnn_conv2d_set_output(&conv), FRCNN_ERROR_INVALID, "4 groups");
    conv.groups = 1;
    conv.kernel_h = 9;
    assert_fails(frcnn_conv2d_set_output(&conv), FRCNN_ERROR_INVALID, "7x7");
    conv.kernel_h = 3;
    conv.stride_h = 0;
    assert_fails(frcnn_conv2d_set_output(&conv), FRCNN_ERROR_INVALID, "stride 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_a_plain_sum),
        cmocka_unit_test(test_same_bytes_for_threads_and_batches),
        cmocka_unit_test(test_tensor_operations),
        cmocka_unit_test(test_tensor_operations_refuse),
        cmocka_unit_test(test_tensor_operations_in_other_dtypes),
        cmocka_unit_test(test_tensor_operations_on_nothing),
        cmocka_unit_test(test_sizes_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
