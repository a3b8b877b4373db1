#include "tensor_tables.h"

#include "tensor/layers/window.h"
#include "tensor/memory.h"
#include "tensor/random/generator.h"

enum { CEIL = 1 };

static const frcnn_layers_ops *cpu(void)
{
    return frcnn_tensor_ops_cpu.layers;
}

static const frcnn_layers_ops *gpu(void)
{
    return get_gpu()->layers;
}

static void assert_equal_and_free(frcnn_dtype dtype, int64_t n, void *found, void *expected)
{
    void *copy = from_gpu(found, (size_t)n * frcnn_dtype_get_size(dtype));
    assert_values_equal(dtype, n, copy, expected);
    free(copy);
    free(expected);
}

/* Windows along a side; kernel 0: bins. */
typedef struct window_case {
    int in, out, kernel, stride, padding, dilation, ceil_mode;
} window_case;

static const window_case windows[] = {
    {7, 0, 3, 2, 1, 1, 0}, {8, 0, 3, 2, 1, 1, CEIL}, {5, 0, 2, 2, 0, 1, 0},
    {9, 0, 3, 1, 1, 2, 0}, {1, 0, 1, 1, 0, 1, 0},    {10, 0, 3, 3, 1, 3, CEIL},
    {7, 3, 0, 1, 0, 1, 0}, {5, 5, 0, 1, 0, 1, 0},    {4, 9, 0, 1, 0, 1, 0},
};
enum { N_WINDOWS = sizeof windows / sizeof *windows };

static frcnn_window make_window(const window_case *w)
{
    frcnn_window window = {.in = w->in,
                           .out = w->out,
                           .kernel = w->kernel,
                           .stride = w->stride,
                           .padding = w->padding,
                           .dilation = w->dilation};
    if (w->kernel > 0) assert_ok(frcnn_window_set_output(&window, "test", w->ceil_mode));
    return window;
}

static void compare_max_pool(frcnn_dtype dtype, const window_case *y, const window_case *x, int64_t c, int has_indices,
                             fill_kind kind)
{
    frcnn_max_pool2d_run run = {
        .pool = {.n = 2, .c = c, .y = make_window(y), .x = make_window(x)}, .dtype = dtype, .lowest = -128};
    const size_t size = frcnn_dtype_get_size(dtype);
    const int64_t n_src = 2 * c * run.pool.y.in * run.pool.x.in;
    const int64_t n = 2 * c * run.pool.y.out * run.pool.x.out;
    void *src = make_values(dtype, n_src, kind, 21);
    void *expected = malloc((size_t)n * size);
    int64_t *indices = has_indices ? malloc((size_t)n * sizeof *indices) : NULL;
    run.src = src;
    run.dst = expected;
    run.indices = indices;
    assert_ok(cpu()->max_pool2d(&run));
    run.src = to_gpu(src, (size_t)n_src * size);
    run.dst = gpu_alloc((size_t)n * size);
    run.indices = has_indices ? gpu_alloc((size_t)n * sizeof *indices) : NULL;
    assert_ok(gpu()->max_pool2d(&run));
    gpu_free(run.src);
    assert_equal_and_free(dtype, n, run.dst, expected);
    if (has_indices) assert_equal_and_free(FRCNN_I64, n, run.indices, indices);
    free(src);
}

static void test_max_pool2d(void **state)
{
    const frcnn_dtype dtypes[] = {FRCNN_F32, FRCNN_F64, FRCNN_I64};
    (void)state;
    for (int d = 0; d < 3; d++)
        for (int i = 0; i < N_WINDOWS; i++)
            for (int64_t c = 1; c <= 9; c += 4)
                for (fill_kind kind = FILL_PLAIN; kind <= FILL_SPECIAL; kind++)
                    compare_max_pool(dtypes[d], &windows[i], &windows[(i + 2) % N_WINDOWS], c,
                                     kind != FILL_TIES || i % 2 == 0, kind);
}

static void compare_avg_pool(frcnn_dtype dtype, const window_case *y, const window_case *x, int64_t c,
                             frcnn_avg_divisor by, fill_kind kind)
{
    frcnn_avg_pool2d_run run = {
        .pool = {.n = 2, .c = c, .y = make_window(y), .x = make_window(x), .by = by, .number = -1}, .dtype = dtype};
    const size_t size = frcnn_dtype_get_size(dtype);
    const int64_t n_src = 2 * c * run.pool.y.in * run.pool.x.in;
    const int64_t n = 2 * c * run.pool.y.out * run.pool.x.out;
    void *src = make_values(dtype, n_src, kind, 22);
    void *expected = malloc((size_t)n * size);
    run.src = src;
    run.dst = expected;
    assert_ok(cpu()->avg_pool2d(&run));
    run.src = to_gpu(src, (size_t)n_src * size);
    run.dst = gpu_alloc((size_t)n * size);
    assert_ok(gpu()->avg_pool2d(&run));
    gpu_free(run.src);
    assert_equal_and_free(dtype, n, run.dst, expected);
    free(src);
}

static void test_avg_pool2d(void **state)
{
    const frcnn_dtype dtypes[] = {FRCNN_F32, FRCNN_F64, FRCNN_I64};
    (void)state;
    for (int d = 0; d < 3; d++)
        for (int i = 0; i < N_WINDOWS; i++)
            for (int64_t c = 1; c <= 9; c += 4) {
                const window_case *y = &windows[i];
                const window_case *x = &windows[i < 6 ? (i + 1) % 6 : 6 + (i + 1) % 3];
                if (y->dilation > 1 || x->dilation > 1) continue;
                const int is_sliding = y->kernel > 0;
                for (frcnn_avg_divisor by = FRCNN_AVG_BY_WINDOW; by <= FRCNN_AVG_BY_NUMBER; by++)
                    if (is_sliding || by == FRCNN_AVG_BY_SIDES) compare_avg_pool(dtypes[d], y, x, c, by, FILL_PLAIN);
                compare_avg_pool(dtypes[d], y, x, c, FRCNN_AVG_BY_SIDES, FILL_SPECIAL);
            }
}

static void test_map_mean(void **state)
{
    const int64_t sizes[][3] = {{1, 1, 1}, {2, 49, 5}, {1, 700, 130}, {3, 16, 64}};
    (void)state;
    for (int i = 0; i < 4; i++)
        for (int is_f64 = 0; is_f64 < 2; is_f64++) {
            const frcnn_dtype dtype = is_f64 ? FRCNN_F64 : FRCNN_F32;
            const size_t size = frcnn_dtype_get_size(dtype);
            const int64_t n = sizes[i][0] * sizes[i][2];
            const int64_t n_src = n * sizes[i][1];
            void *src = make_values(dtype, n_src, FILL_PLAIN, 23);
            void *expected = malloc((size_t)n * size);
            frcnn_map_mean_run run = {sizes[i][0], sizes[i][1], sizes[i][2], dtype, src, expected};
            assert_ok(cpu()->map_mean(&run));
            run.src = to_gpu(src, (size_t)n_src * size);
            run.dst = gpu_alloc((size_t)n * size);
            assert_ok(gpu()->map_mean(&run));
            gpu_free(run.src);
            void *found = from_gpu(run.dst, (size_t)n * size);
            /* On the CPU four are added in their own type; values are at most 4. */
            assert_reals_near(dtype, n, found, expected, 4 * 3 * (is_f64 ? 0x1p-50 : 0x1p-24), NULL);
            free(found);
            free(expected);
            free(src);
        }
}

static void test_batch_norm(void **state)
{
    const int64_t sizes[][2] = {{1, 1}, {7, 3}, {300, 5}, {4, 70}};
    (void)state;
    for (int i = 0; i < 16; i++) {
        const frcnn_dtype dtype = i % 2 == 0 ? FRCNN_F32 : FRCNN_F64;
        const int has_weight = i / 2 % 2;
        const size_t size = frcnn_dtype_get_size(dtype);
        const int64_t c = sizes[i / 4][1];
        const int64_t n = sizes[i / 4][0] * c;
        const size_t bytes = (size_t)c * size;
        void *src = make_values(dtype, n, i % 3 == 0 ? FILL_SPECIAL : FILL_PLAIN, 24);
        void *mean = make_values(dtype, c, FILL_PLAIN, 25);
        void *variance = make_values(dtype, c, FILL_NEAR_ONE, 26);
        void *weight = has_weight ? make_values(dtype, c, FILL_PLAIN, 27) : NULL;
        void *bias = has_weight ? make_values(dtype, c, FILL_PLAIN, 28) : NULL;
        void *expected = malloc((size_t)n * size);
        frcnn_batch_norm_run run = {sizes[i / 4][0], c, dtype, 1e-5, src, mean, variance, weight, bias, expected};
        assert_ok(cpu()->batch_norm(&run));
        run.src = to_gpu(src, (size_t)n * size);
        run.mean = to_gpu(mean, bytes);
        run.variance = to_gpu(variance, bytes);
        run.weight = to_gpu(weight, bytes);
        run.bias = to_gpu(bias, bytes);
        run.dst = gpu_alloc((size_t)n * size);
        assert_ok(gpu()->batch_norm(&run));
        const void *const inputs[] = {run.src, run.mean, run.variance, run.weight, run.bias};
        for (int k = 0; k < 5; k++) gpu_free(inputs[k]);
        assert_equal_and_free(dtype, n, run.dst, expected);
        free(src);
        free(mean);
        free(variance);
        free(weight);
        free(bias);
    }
}

static void compare_pad(size_t size, int n_dims, const int64_t *in, const int64_t *pads, frcnn_pad_mode mode)
{
    const frcnn_dtype dtype = size == 1 ? FRCNN_U8 : size == 2 ? FRCNN_I16 : size == 4 ? FRCNN_I32 : FRCNN_I64;
    frcnn_pad_run run = {.n_dims = n_dims, .mode = mode, .element_bytes = size, .value = {1, 2, 3, 4, 5, 6, 7, 8}};
    int64_t n_src = 1;
    int64_t n = 1;
    for (int d = 0; d < n_dims; d++) {
        run.in[d] = in[d];
        run.before[d] = pads[2 * d];
        run.out[d] = in[d] + pads[2 * d] + pads[2 * d + 1];
        n_src *= run.in[d];
        n *= run.out[d];
    }
    void *src = make_values(dtype, n_src, FILL_PLAIN, 29);
    void *expected = malloc((size_t)n * size + 1);
    run.src = src;
    run.dst = expected;
    assert_ok(cpu()->pad(&run));
    run.src = to_gpu(src, (size_t)n_src * size);
    run.dst = gpu_alloc((size_t)n * size);
    assert_ok(gpu()->pad(&run));
    gpu_free(run.src);
    assert_equal_and_free(dtype, n, run.dst, expected);
    free(src);
}

static void test_pad(void **state)
{
    (void)state;
    for (frcnn_pad_mode mode = FRCNN_PAD_CONSTANT; mode <= FRCNN_PAD_CIRCULAR; mode++)
        for (size_t size = 1; size <= 8; size *= 2) {
            compare_pad(size, 1, (const int64_t[]){5}, (const int64_t[]){2, 3}, mode);
            compare_pad(size, 1, (const int64_t[]){7}, (const int64_t[]){-2, 3}, mode);
            compare_pad(size, 2, (const int64_t[]){4, 6}, (const int64_t[]){1, 2, -1, -2}, mode);
            compare_pad(size, 3, (const int64_t[]){3, 5, 16}, (const int64_t[]){0, 0, 2, 1, 0, 0}, mode);
            compare_pad(size, 3, (const int64_t[]){3, 5, 3}, (const int64_t[]){2, 1, 0, 0, 0, 0}, mode);
            compare_pad(size, 4, (const int64_t[]){2, 9, 8, 3}, (const int64_t[]){0, 0, 3, 0, 0, 3, 0, 0}, mode);
            compare_pad(size, 2, (const int64_t[]){3, 4}, (const int64_t[]){0, 0, 0, 0}, mode);
        }
}

static void compare_interpolate(frcnn_dtype dtype, int64_t c, const int64_t *sides,
                                const frcnn_resample_options *options)
{
    const size_t size = frcnn_dtype_get_size(dtype);
    frcnn_interpolate_run run = {
        .n = 2, .c = c, .y = {.in = sides[0], .out = sides[1]}, .x = {.in = sides[2], .out = sides[3]}, .dtype = dtype};
    const int64_t n_src = 2 * c * sides[0] * sides[2];
    const int64_t n = 2 * c * sides[1] * sides[3];
    void *src = make_values(dtype, n_src, FILL_PLAIN, 30);
    void *expected = malloc((size_t)n * size);
    if (options == NULL) {
        assert_ok(frcnn_resample_side_set_nearest(&run.y, 0));
        assert_ok(frcnn_resample_side_set_nearest(&run.x, 0));
    } else {
        assert_ok(frcnn_resample_side_set_linear(&run.y, dtype, options));
        assert_ok(frcnn_resample_side_set_linear(&run.x, dtype, options));
    }
    run.src = src;
    run.dst = expected;
    assert_ok(options == NULL ? cpu()->interpolate_nearest(&run) : cpu()->interpolate_linear(&run));
    run.src = to_gpu(src, (size_t)n_src * size);
    run.dst = gpu_alloc((size_t)n * size);
    assert_ok(options == NULL ? gpu()->interpolate_nearest(&run) : gpu()->interpolate_linear(&run));
    gpu_free(run.src);
    assert_equal_and_free(dtype, n, run.dst, expected);
    frcnn_free(run.y.first);
    frcnn_free(run.x.first);
    free(src);
}

static void test_interpolate(void **state)
{
    const int64_t sides[][4] = {{1, 1, 1, 1},  {5, 9, 4, 7},   {9, 5, 7, 4}, {6, 6, 5, 10},
                                {10, 5, 8, 8}, {13, 2, 3, 17}, {4, 8, 6, 12}};
    const frcnn_dtype dtypes[] = {FRCNN_F32, FRCNN_F64, FRCNN_U8};
    const frcnn_dtype moved[] = {FRCNN_F32, FRCNN_F64, FRCNN_U8, FRCNN_F16};
    (void)state;
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
        for (int64_t c = 1; c <= 17; c += 8) {
            for (int d = 0; d < 4; d++) compare_interpolate(moved[d], c, sides[i], NULL);
            for (int d = 0; d < 3; d++)
                for (int mode = 0; mode < 3; mode++) {
                    const frcnn_resample_options options = {0, mode == 1, mode == 2};
                    compare_interpolate(dtypes[d], c, sides[i], &options);
                }
        }
}

static void compare_dropout(frcnn_dtype dtype, int64_t n)
{
    const size_t size = frcnn_dtype_get_size(dtype);
    const frcnn_dropout dropout = {dtype, n, UINT32_C(0x6fffffff), 1.75};
    frcnn_generator *a = NULL;
    frcnn_generator *b = NULL;
    void *src = make_values(dtype, n, FILL_SPECIAL, 31);
    void *expected = malloc((size_t)n * size + 1);
    assert_ok(frcnn_generator_create(&a, 7));
    assert_ok(frcnn_generator_create(&b, 7));
    assert_ok(cpu()->dropout(&dropout, a, src, expected));
    void *on_gpu = to_gpu(src, (size_t)n * size);
    assert_ok(gpu()->dropout(&dropout, b, on_gpu, on_gpu));
    assert_equal_and_free(dtype, n, on_gpu, expected);
    assert_int_equal(frcnn_generator_draw_u32(b), frcnn_generator_draw_u32(a));
    frcnn_generator_destroy(&a);
    frcnn_generator_destroy(&b);
    free(src);
}

static void test_dropout(void **state)
{
    const int64_t sizes[] = {0, 1, 623, 3000};
    (void)state;
    for (int i = 0; i < 4; i++) {
        compare_dropout(FRCNN_F32, sizes[i]);
        compare_dropout(FRCNN_F64, sizes[i]);
    }
}

/* A batch of [2, 3] products where has_batch, of which a's first and b's second dimension are broadcast. */
static void compare_matmul(frcnn_dtype dtype, int64_t m, int64_t k, int64_t n, int is_transposed, int has_batch)
{
    const size_t size = frcnn_dtype_get_size(dtype);
    frcnn_matmul matmul = {.dtype = dtype, .m = m, .k = k, .n = n, .b_is_transposed = is_transposed};
    if (has_batch) {
        matmul.n_batch_dims = 2;
        matmul.batch_shape[0] = 2;
        matmul.batch_shape[1] = 3;
        matmul.a_strides[1] = 1;
        matmul.b_strides[0] = 1;
    }
    const int64_t n_a = (has_batch ? 3 : 1) * m * k;
    const int64_t n_b = (has_batch ? 2 : 1) * k * n;
    const int64_t n_dst = (has_batch ? 6 : 1) * m * n;
    void *a = make_values(dtype, n_a, FILL_PLAIN, 32);
    void *b = make_values(dtype, n_b, FILL_PLAIN, 33);
    void *expected = malloc((size_t)n_dst * size);
    matmul.a = a;
    matmul.b = b;
    matmul.dst = expected;
    assert_ok(cpu()->matmul(&matmul));
    matmul.a = to_gpu(a, (size_t)n_a * size);
    matmul.b = to_gpu(b, (size_t)n_b * size);
    matmul.dst = gpu_alloc((size_t)n_dst * size);
    assert_ok(gpu()->matmul(&matmul));
    gpu_free(matmul.a);
    gpu_free(matmul.b);
    void *found = from_gpu(matmul.dst, (size_t)n_dst * size);
    /* k products of at most 16, rounded in another order. */
    if (dtype == FRCNN_I64)
        assert_memory_equal(found, expected, (size_t)n_dst * size);
    else
        assert_reals_near(dtype, n_dst, found, expected,
                          16.0 * (double)k * sqrt((double)k) * (dtype == FRCNN_F32 ? 0x1p-23 : 0x1p-52), NULL);
    free(found);
    free(expected);
    free(a);
    free(b);
}

static void test_matmul(void **state)
{
    const int64_t sizes[][3] = {{1, 1, 1},    {3, 5, 2},    {64, 16, 64},  {65, 17, 63},
                                {1, 300, 70}, {130, 40, 1}, {33, 129, 65}, {120, 85, 112}};
    const frcnn_dtype dtypes[] = {FRCNN_F32, FRCNN_F64, FRCNN_I64};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int d = 0; d < 3; d++)
            for (int mode = 0; mode < 4; mode++)
                compare_matmul(dtypes[d], sizes[i][0], sizes[i][1], sizes[i][2], mode % 2, mode / 2);
}

static void compare_conv(frcnn_conv2d conv, int is_f64, int64_t offset)
{
    const frcnn_dtype dtype = is_f64 ? FRCNN_F64 : FRCNN_F32;
    const size_t size = frcnn_dtype_get_size(dtype);
    conv.dilation_h = conv.dilation_w = conv.dilation_h > 0 ? conv.dilation_h : 1;
    assert_ok(frcnn_conv2d_set_output(&conv));
    const int64_t n_src = conv.n * conv.in_h * conv.in_w * conv.in_c;
    const int64_t n_weights = conv.out_c * (conv.in_c / conv.groups) * conv.kernel_h * conv.kernel_w;
    const int64_t n = conv.n * conv.out_h * conv.out_w * conv.out_c;
    void *src = make_values(dtype, n_src + offset, FILL_PLAIN, 34);
    void *weight = make_values(dtype, n_weights, FILL_PLAIN, 35);
    void *bias = make_values(dtype, conv.out_c + offset, FILL_PLAIN, 36);
    void *expected = make_values(dtype, n, FILL_PLAIN, 37);
    void *src_on_gpu = to_gpu(src, (size_t)(n_src + offset) * size);
    void *weight_on_gpu = to_gpu(weight, (size_t)n_weights * size);
    void *bias_on_gpu = to_gpu(bias, (size_t)(conv.out_c + offset) * size);
    void *dst = gpu_alloc((size_t)n * size);
    if (is_f64) {
        assert_ok(cpu()->conv2d_f64(&conv, src, weight, bias, expected));
        assert_ok(gpu()->conv2d_f64(&conv, src_on_gpu, weight_on_gpu, bias_on_gpu, dst));
    } else {
        assert_ok(cpu()->conv2d(&conv, (float *)src + offset, weight, (float *)bias + offset, expected));
        assert_ok(
            gpu()->conv2d(&conv, (float *)src_on_gpu + offset, weight_on_gpu, (float *)bias_on_gpu + offset, dst));
    }
    gpu_free(src_on_gpu);
    gpu_free(weight_on_gpu);
    gpu_free(bias_on_gpu);
    void *found = from_gpu(dst, (size_t)n * size);
    /* The f64 of both go in one order; f32 sums of products of at most 16 do not. */
    const double n_terms = (double)(conv.in_c / conv.groups * conv.kernel_h * conv.kernel_w);
    assert_reals_near(dtype, n, found, expected, is_f64 ? 0.0 : 16.0 * n_terms * sqrt(n_terms) * 0x1p-23, NULL);
    free(found);
    free(expected);
    free(src);
    free(weight);
    free(bias);
}

static void test_conv2d(void **state)
{
    const frcnn_conv2d convs[] = {
        {.n = 1,
         .in_h = 1,
         .in_w = 1,
         .in_c = 1,
         .out_c = 1,
         .kernel_h = 1,
         .kernel_w = 1,
         .stride_h = 1,
         .stride_w = 1,
         .groups = 1},
        {.n = 2,
         .in_h = 7,
         .in_w = 9,
         .in_c = 3,
         .out_c = 10,
         .kernel_h = 3,
         .kernel_w = 3,
         .stride_h = 2,
         .stride_w = 2,
         .padding_h = 1,
         .padding_w = 1,
         .groups = 1},
        {.n = 1,
         .in_h = 8,
         .in_w = 6,
         .in_c = 8,
         .out_c = 12,
         .kernel_h = 3,
         .kernel_w = 2,
         .stride_h = 1,
         .stride_w = 1,
         .padding_h = 2,
         .padding_w = 1,
         .dilation_h = 2,
         .groups = 2},
        {.n = 2,
         .in_h = 9,
         .in_w = 5,
         .in_c = 6,
         .out_c = 6,
         .kernel_h = 3,
         .kernel_w = 3,
         .stride_h = 1,
         .stride_w = 1,
         .padding_h = 1,
         .padding_w = 1,
         .groups = 6},
        {.n = 1,
         .in_h = 20,
         .in_w = 1,
         .in_c = 40,
         .out_c = 33,
         .kernel_h = 1,
         .kernel_w = 1,
         .stride_h = 1,
         .stride_w = 1,
         .groups = 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof convs / sizeof *convs; i++) {
        compare_conv(convs[i], 0, 0);
        compare_conv(convs[i], 0, 1);
        compare_conv(convs[i], 1, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_max_pool2d), cmocka_unit_test(test_avg_pool2d), cmocka_unit_test(test_map_mean),
        cmocka_unit_test(test_batch_norm), cmocka_unit_test(test_pad),        cmocka_unit_test(test_interpolate),
        cmocka_unit_test(test_dropout),    cmocka_unit_test(test_matmul),     cmocka_unit_test(test_conv2d),
    };
    return RUN_CUDA_TESTS(tests);
}
