/* Every variant that cuDNN and cuBLASLt have of convolutions, against a plain sum in double: on numbers of few bits, whose
   sums are exact in any order, and on others within what their precision is worth; run directly, and recorded. */
#include "cuda_support.h"

#include <float.h>
#include <math.h>
#include <pthread.h>

#include "../../cuda/conv_candidates.h"
#include "tensor/cuda_devices.h"
#include "tensor/error.h"
#include "tensor/half.h"
#include "tensor/memory.h"
#include "tensor/network_ops.h"

extern const frcnn_network_ops frcnn_network_ops_cuda;

static const frcnn_stream_ops *const streams = &frcnn_stream_ops_cuda;
static const frcnn_network_ops *const network = &frcnn_network_ops_cuda;

static const char CUDNN[] = "cuDNN: ";
static const char CUBLASLT[] = "cuBLASLt: ";

enum { GUARD_BYTES = 256, N_SHAPES = 13 };

typedef struct shape {
    int64_t n, h, w, in_c, out_c;
    int kernel, stride, padding, dilation, groups;
} shape;

/* The first is one that both libraries run in every precision; 3x3 in the next four. */
static const shape SHAPES[N_SHAPES] = {
    {1, 16, 16, 64, 256, 1, 1, 0, 1, 1}, {2, 9, 13, 64, 64, 3, 1, 1, 1, 1},    {1, 17, 19, 32, 48, 3, 2, 1, 1, 1},
    {1, 12, 11, 32, 32, 3, 1, 2, 2, 1},  {1, 8, 8, 64, 64, 3, 1, 1, 1, 32},    {1, 23, 29, 3, 64, 7, 2, 3, 1, 1},
    {1, 14, 15, 64, 128, 1, 2, 0, 1, 1}, {3, 7, 11, 17, 19, 3, 1, 1, 1, 1},    {1, 3, 5, 256, 15, 1, 1, 0, 1, 1},
    {37, 1, 1, 96, 24, 1, 1, 0, 1, 1},   {129, 1, 1, 1024, 91, 1, 1, 0, 1, 1}, {1, 1, 1, 16, 8, 1, 1, 0, 1, 1},
    {5, 1, 1, 7, 5, 1, 1, 0, 1, 1},
};

static frcnn_conv2d make_conv(const shape *s)
{
    frcnn_conv2d conv = {.n = s->n,
                         .in_h = s->h,
                         .in_w = s->w,
                         .in_c = s->in_c,
                         .out_c = s->out_c,
                         .kernel_h = s->kernel,
                         .kernel_w = s->kernel,
                         .stride_h = s->stride,
                         .stride_w = s->stride,
                         .padding_h = s->padding,
                         .padding_w = s->padding,
                         .dilation_h = s->dilation,
                         .dilation_w = s->dilation,
                         .groups = s->groups};
    assert_ok(frcnn_conv2d_set_output(&conv));
    return conv;
}

/* An array of f32, each of them a number of the precision's dtype, or of TF32. */
typedef struct array {
    float *values;
    int64_t n;
} array;

typedef struct problem {
    frcnn_conv2d conv;
    array src, weight, bias, residual;
    double *expected;  /* [n_dst] */
    double *magnitude; /* of each: the sum of absolute values */
    double *rounded;   /* of each: the magnitudes of what may be rounded to dst's dtype on the way */
} problem;

static uint32_t seed = 1;

/* -1 to 1: of 4 bits, or of all that an f32 has. */
static float next_random(int is_exact)
{
    seed = seed * 1664525u + 1013904223u;
    if (is_exact) return (float)((int)(seed >> 24) % 17 - 8) / 8.0f;
    return (float)(seed >> 8) * 0x1p-23f - 1.0f;
}

static float round_to(frcnn_precision precision, float value)
{
    if (precision == FRCNN_PRECISION_F16) return frcnn_f16_to_f32(frcnn_f32_to_f16(value));
    if (precision == FRCNN_PRECISION_BF16) return frcnn_bf16_to_f32(frcnn_f32_to_bf16(value));
    if (precision == FRCNN_PRECISION_TF32) return frcnn_f32_from_bits((frcnn_f32_to_bits(value) + 0x1000u) & ~0x1fffu);
    return value;
}

static array random_array(int64_t n, frcnn_precision precision, int is_exact)
{
    array a = {NULL, n};
    assert_ok(frcnn_alloc((void **)&a.values, (size_t)n, sizeof(float), "test"));
    for (int64_t i = 0; i < n; i++) a.values[i] = round_to(precision, next_random(is_exact));
    return a;
}

static int64_t count_dst(const frcnn_conv2d *conv)
{
    return conv->n * conv->out_h * conv->out_w * conv->out_c;
}

/* One output by the definition, its magnitude, and the sums on the way to it: some kernels hand them on in dst's dtype,
   before bias and residual are added in either order. */
static double compute_one(const problem *p, int64_t at, double *magnitude, double *rounded)
{
    const frcnn_conv2d *c = &p->conv;
    const int64_t oc = at % c->out_c, x = at / c->out_c % c->out_w, y = at / c->out_c / c->out_w % c->out_h;
    const int64_t n = at / c->out_c / c->out_w / c->out_h;
    const int64_t group_in = c->in_c / c->groups, group = oc / (c->out_c / c->groups);
    const double bias = p->bias.values[oc], residual = c->has_residual ? (double)p->residual.values[at] : 0.0;
    double sum = 0.0;
    *magnitude = fabs(bias) + fabs(residual);
    for (int64_t i = 0; i < group_in; i++)
        for (int ky = 0; ky < c->kernel_h; ky++)
            for (int kx = 0; kx < c->kernel_w; kx++) {
                const int64_t sy = y * c->stride_h - c->padding_h + ky * c->dilation_h;
                const int64_t sx = x * c->stride_w - c->padding_w + kx * c->dilation_w;
                if (sy < 0 || sx < 0 || sy >= c->in_h || sx >= c->in_w) continue;
                const float w = p->weight.values[((oc * group_in + i) * c->kernel_h + ky) * c->kernel_w + kx];
                const float v = p->src.values[((n * c->in_h + sy) * c->in_w + sx) * c->in_c + group * group_in + i];
                sum += (double)w * (double)v;
                *magnitude += fabs((double)w * (double)v);
            }
    *rounded = fabs(sum) + (c->has_residual ? fabs(sum + bias) + fabs(sum + residual) : 0.0);
    sum += bias + residual;
    *rounded += fabs(sum); /* before ReLU */
    return c->activation != FRCNN_LINEAR && sum < 0.0 ? 0.0 : sum;
}

static problem make_problem(const frcnn_conv2d *conv, int is_exact)
{
    const int64_t n_dst = count_dst(conv),
                  n_weights = conv->out_c * (conv->in_c / conv->groups) * conv->kernel_h * conv->kernel_w;
    problem p = {.conv = *conv};
    p.src = random_array(conv->n * conv->in_h * conv->in_w * conv->in_c, conv->precision, is_exact);
    p.weight = random_array(n_weights, conv->precision, is_exact);
    p.bias = random_array(conv->out_c, conv->precision, is_exact);
    p.residual = random_array(n_dst, conv->precision, is_exact);
    assert_ok(frcnn_alloc((void **)&p.expected, (size_t)n_dst, sizeof(double), "test"));
    assert_ok(frcnn_alloc((void **)&p.magnitude, (size_t)n_dst, sizeof(double), "test"));
    assert_ok(frcnn_alloc((void **)&p.rounded, (size_t)n_dst, sizeof(double), "test"));
    for (int64_t i = 0; i < n_dst; i++) p.expected[i] = compute_one(&p, i, &p.magnitude[i], &p.rounded[i]);
    return p;
}

static void free_problem(problem *p)
{
    frcnn_free(p->src.values);
    frcnn_free(p->weight.values);
    frcnn_free(p->bias.values);
    frcnn_free(p->residual.values);
    frcnn_free(p->expected);
    frcnn_free(p->magnitude);
    frcnn_free(p->rounded);
}

static frcnn_dtype get_dst_dtype(const frcnn_conv2d *conv)
{
    return conv->dst_is_f32 ? FRCNN_F32 : frcnn_precision_get_dtype(conv->precision);
}

static size_t get_size(frcnn_dtype dtype)
{
    return dtype == FRCNN_F32 ? 4 : 2;
}

/* In the CPU's memory, as dtype stores it. */
static void *narrow(const array *a, frcnn_dtype dtype)
{
    void *block = NULL;
    assert_ok(frcnn_alloc(&block, (size_t)a->n, sizeof(float), "test"));
    if (dtype == FRCNN_F32) memcpy(block, a->values, (size_t)a->n * sizeof(float));
    uint16_t *halves = block;
    for (int64_t i = 0; i < a->n && dtype != FRCNN_F32; i++)
        halves[i] = dtype == FRCNN_F16 ? frcnn_f32_to_f16(a->values[i]) : frcnn_f32_to_bf16(a->values[i]);
    return block;
}

static double read_one(const void *dst, frcnn_dtype dtype, int64_t i)
{
    if (dtype == FRCNN_F32) return (double)((const float *)dst)[i];
    const uint16_t half = ((const uint16_t *)dst)[i];
    return (double)(dtype == FRCNN_F16 ? frcnn_f16_to_f32(half) : frcnn_bf16_to_f32(half));
}

/* The device's memory of a problem, and what runs it. */
typedef struct bench {
    const problem *p;
    frcnn_stream *stream;
    frcnn_primitive *primitive;
    frcnn_packed *packed;
    void *src, *dst, *scratchpad;
    void *dst_before, *dst_after; /* the CPU's */
    size_t n_bytes;               /* of dst */
} bench;

static void *upload(frcnn_stream *stream, const void *values, size_t bytes)
{
    void *memory = NULL;
    assert_ok(streams->alloc(stream, &memory, bytes, "test"));
    assert_ok(streams->upload(stream, memory, values, bytes));
    return memory;
}

/* dst starts as the residual, or as NaN, with a guard behind it. */
static void prepare_dst(bench *b)
{
    const frcnn_dtype dtype = get_dst_dtype(&b->p->conv);
    b->n_bytes = (size_t)b->p->residual.n * get_size(dtype);
    assert_ok(frcnn_alloc(&b->dst_before, b->n_bytes + GUARD_BYTES, 1, "test"));
    assert_ok(frcnn_alloc(&b->dst_after, b->n_bytes + GUARD_BYTES, 1, "test"));
    memset(b->dst_before, 0xff, b->n_bytes + GUARD_BYTES);
    if (b->p->conv.has_residual) {
        void *residual = narrow(&b->p->residual, dtype);
        memcpy(b->dst_before, residual, b->n_bytes);
        frcnn_free(residual);
    }
    b->dst = upload(b->stream, b->dst_before, b->n_bytes + GUARD_BYTES);
}

/* 0 where the GPU does not have the precision. */
static int open_bench(bench *b, const problem *p, frcnn_stream *stream)
{
    *b = (bench){.p = p, .stream = stream};
    frcnn_conv_candidates_forget();
    const frcnn_status status = network->create_primitive(&b->primitive, &p->conv, stream);
    if (status == FRCNN_ERROR_UNSUPPORTED) return 0;
    assert_ok(status);
    const frcnn_dtype dtype = frcnn_precision_get_dtype(p->conv.precision);
    void *src = narrow(&p->src, dtype);
    b->src = upload(stream, src, (size_t)p->src.n * get_size(dtype));
    assert_ok(network->create_packed(&b->packed, b->primitive, p->weight.values, p->bias.values, stream));
    assert_ok(streams->alloc(stream, &b->scratchpad, network->get_scratchpad(b->primitive) + 1, "test"));
    prepare_dst(b);
    assert_ok(streams->wait(stream));
    frcnn_free(src);
    return 1;
}

static void close_bench(bench *b)
{
    if (b->primitive == NULL) return;
    assert_ok(streams->wait(b->stream));
    streams->free(b->stream, b->src);
    streams->free(b->stream, b->dst);
    streams->free(b->stream, b->scratchpad);
    frcnn_free(b->dst_before);
    frcnn_free(b->dst_after);
    network->destroy_packed(&b->packed);
    network->destroy_primitive(&b->primitive);
}

static frcnn_status run_once(bench *b)
{
    const void *residual = b->p->conv.has_residual ? b->dst : NULL;
    return network->run(b->primitive, b->src, b->packed, residual, b->dst, b->scratchpad, b->stream);
}

static void reset_dst(bench *b)
{
    assert_ok(streams->upload(b->stream, b->dst, b->dst_before, b->n_bytes + GUARD_BYTES));
}

static void read_dst(bench *b)
{
    assert_ok(streams->download(b->stream, b->dst_after, b->dst, b->n_bytes + GUARD_BYTES));
    assert_ok(streams->wait(b->stream));
}

/* What a result may be off by: nothing where every sum is exact, but for rounding to dst's dtype, at the end and on the way,
   where parts of K may be rounded too. */
static double get_tolerance(const problem *p, int64_t i, int is_exact)
{
    const frcnn_dtype dtype = get_dst_dtype(&p->conv);
    const double rounding = dtype == FRCNN_F16 ? 0x1p-11 : dtype == FRCNN_BF16 ? 0x1p-8 : 0.0;
    const double sum = p->conv.precision == FRCNN_PRECISION_F32 ? 2e-6 : 1e-5;
    return p->rounded[i] * rounding + p->magnitude[i] * (0x1p-3 * rounding + (is_exact ? 0.0 : sum));
}

static void check_dst(const bench *b, const char *name, int is_exact)
{
    const problem *p = b->p;
    const frcnn_conv2d *c = &p->conv;
    for (int64_t i = 0; i < p->residual.n; i++) {
        const double found = read_one(b->dst_after, get_dst_dtype(c), i);
        if (!(fabs(found - p->expected[i]) <= get_tolerance(p, i, is_exact)))
            fail_msg(
                "%s, precision %d, %dx%d stride %d of %lld to %lld channels, %lld x %lld, activation %d, residual %d, "
                "f32 %d, exact %d: at %lld of %lld expected %.9g, found %.9g",
                name, c->precision, c->kernel_h, c->kernel_w, c->stride_h, (long long)c->in_c, (long long)c->out_c,
                (long long)c->in_h, (long long)c->in_w, c->activation, c->has_residual, c->dst_is_f32, is_exact,
                (long long)i, (long long)p->residual.n, p->expected[i], found);
    }
    for (size_t i = 0; i < GUARD_BYTES; i++)
        if (((const uint8_t *)b->dst_after)[b->n_bytes + i] != 0xff) fail_msg("%s wrote behind dst", name);
}

/* The same bytes again, from a recording. */
static void check_recording(bench *b, const char *name)
{
    frcnn_recording *recording = NULL;
    void *first = NULL;
    assert_ok(frcnn_alloc(&first, b->n_bytes, 1, "test"));
    memcpy(first, b->dst_after, b->n_bytes);
    assert_ok(streams->begin_recording(b->stream));
    const frcnn_status status = run_once(b);
    assert_ok(streams->end_recording(b->stream, &recording));
    assert_ok(status);
    for (int i = 0; i < 3; i++) {
        reset_dst(b);
        assert_ok(streams->replay(b->stream, recording));
        read_dst(b);
        if (memcmp(first, b->dst_after, b->n_bytes) != 0) fail_msg("%s: other bytes in replay %d", name, i);
    }
    streams->destroy_recording(&recording);
    frcnn_free(first);
}

/* Those whose names start so. */
static int check_variants(bench *b, const char *library, int is_exact)
{
    int n = 0;
    for (int i = 0; i < frcnn_conv_candidates_get_n(b->primitive); i++) {
        const char *name = frcnn_conv_candidates_get_name(b->primitive, i);
        if (strncmp(name, library, strlen(library)) != 0) continue;
        frcnn_conv_candidates_choose(b->primitive, i);
        reset_dst(b);
        assert_ok(run_once(b));
        read_dst(b);
        check_dst(b, name, is_exact);
        if (!is_exact) check_recording(b, name);
        n++;
    }
    return n;
}

typedef struct counts {
    int cudnn, cublaslt;
} counts;

static counts check_conv(const frcnn_conv2d *conv, int is_exact, frcnn_stream *stream)
{
    problem p = make_problem(conv, is_exact);
    counts n = {-1, -1};
    bench b;
    if (open_bench(&b, &p, stream)) {
        n.cudnn = check_variants(&b, CUDNN, is_exact);
        n.cublaslt = check_variants(&b, CUBLASLT, is_exact);
    }
    close_bench(&b);
    free_problem(&p);
    return n;
}

static frcnn_stream *stream;

static int set_up(void **state)
{
    (void)state;
    return streams->create(&stream, 0) == FRCNN_OK && streams->bind(stream) == FRCNN_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    streams->destroy(&stream);
    return 0;
}

/* Skips the test where neither is there: a grid on the CPU has no use for them. */
static frcnn_cuda_libraries find_libraries(void)
{
    frcnn_cuda_libraries found;
    frcnn_cuda_get_libraries(&found);
#if defined(FRCNN_TEST_HOST_GRID)
    found = (frcnn_cuda_libraries){"", ""};
#endif
    if (found.cudnn[0] == '\0' && found.cublaslt[0] == '\0') {
        puts("SKIPPED: neither cuDNN nor cuBLASLt runs here");
        skip();
    }
    return found;
}

/* Both have something for what they are there for. */
static void test_offers(void **state)
{
    (void)state;
    const frcnn_cuda_libraries found = find_libraries();
    for (int precision = 0; precision < FRCNN_N_PRECISIONS; precision++)
        for (int options = 0; options < 4; options++) {
            frcnn_conv2d conv = make_conv(&SHAPES[0]);
            conv.precision = (frcnn_precision)precision;
            conv.activation = options % 2 ? FRCNN_RELU : FRCNN_LINEAR;
            conv.has_residual = options / 2;
            const counts rows = check_conv(&conv, 1, stream);
            if (found.cublaslt[0] != '\0') assert_int_not_equal(rows.cublaslt, 0);
            if (found.cudnn[0] != '\0' && !conv.has_residual) assert_int_not_equal(rows.cudnn, 0);
            printf("precision %d, activation %d, residual %d: %d of cuDNN, %d of cuBLASLt\n", precision,
                   conv.activation, conv.has_residual, rows.cudnn, rows.cublaslt);
        }
}

/* All shapes and precisions, with every step-th of the eight ways to end a convolution. */
static void check_all(int is_exact, int step)
{
    int n_cudnn = 0, n_cublaslt = 0;
    find_libraries();
    for (int i = 0; i < N_SHAPES * FRCNN_N_PRECISIONS * 8; i++) {
        const int options = i / N_SHAPES / FRCNN_N_PRECISIONS;
        if (options % step != 0) continue;
        frcnn_conv2d conv = make_conv(&SHAPES[i % N_SHAPES]);
        conv.precision = (frcnn_precision)(i / N_SHAPES % FRCNN_N_PRECISIONS);
        conv.activation = options % 2 ? FRCNN_RELU : FRCNN_LINEAR;
        conv.has_residual = options / 2 % 2;
        conv.dst_is_f32 = options / 4;
        const counts n = check_conv(&conv, is_exact, stream);
        n_cudnn += n.cudnn > 0 ? n.cudnn : 0;
        n_cublaslt += n.cublaslt > 0 ? n.cublaslt : 0;
    }
    printf("%d variants of cuDNN, %d of cuBLASLt\n", n_cudnn, n_cublaslt);
}

static void test_exact_sums(void **state)
{
    (void)state;
    check_all(1, 1);
}

/* Numbers of all bits: f32 is f32, not TF32. Every time, and recorded, the same bytes. */
static void test_rounded_sums(void **state)
{
    (void)state;
    check_all(0, 3);
}

static void test_left_to_others(void **state)
{
    (void)state;
    find_libraries();
    frcnn_conv2d conv = make_conv(&SHAPES[0]);
    conv.activation = FRCNN_RELU6;
    counts n = check_conv(&conv, 1, stream);
    assert_int_equal(n.cudnn, 0);
    assert_int_equal(n.cublaslt, 0);
    conv.activation = FRCNN_RELU;
    conv.precision = FRCNN_PRECISION_F16;
    conv.dst_is_f32 = 1;
    n = check_conv(&conv, 1, stream);
    assert_int_equal(n.cudnn, 0);
}

static void test_tuned(void **state)
{
    (void)state;
    find_libraries();
    for (int i = 0; i < N_SHAPES; i++) {
        frcnn_conv2d conv = make_conv(&SHAPES[i]);
        conv.precision = FRCNN_PRECISION_F16;
        problem p = make_problem(&conv, 1);
        bench b;
        assert_true(open_bench(&b, &p, stream));
        assert_ok(network->tune(b.primitive, b.src, b.packed, NULL, b.dst, b.scratchpad, stream));
        reset_dst(&b);
        assert_ok(run_once(&b));
        read_dst(&b);
        const char *name = frcnn_conv_candidates_get_name(b.primitive, frcnn_conv_candidates_get_chosen(b.primitive));
        check_dst(&b, name, 1);
        printf("shape %d: %s\n", i, name);
        close_bench(&b);
        free_problem(&p);
    }
}

/* What a thread does with a bench of its own; status is what went wrong first. */
typedef struct worker {
    bench b;
    frcnn_status status;
} worker;

static frcnn_status make_and_run(bench *b)
{
    FRCNN_TRY(streams->bind(b->stream));
    for (int run = 0; run < 10; run++) {
        frcnn_primitive *other = NULL;
        if (run % 5 == 0) FRCNN_TRY(network->create_primitive(&other, &b->p->conv, b->stream));
        network->destroy_primitive(&other);
        FRCNN_TRY(run_once(b));
    }
    return FRCNN_OK;
}

static void *work(void *argument)
{
    worker *w = argument;
    w->status = make_and_run(&w->b);
    return NULL;
}

/* The threads share each library's handle, to make plans and to run them. */
static void test_two_threads(void **state)
{
    (void)state;
    find_libraries();
    frcnn_stream *other = NULL;
    assert_ok(streams->create(&other, 0));
    frcnn_conv2d conv = make_conv(&SHAPES[1]);
    conv.precision = FRCNN_PRECISION_F16;
    problem p = make_problem(&conv, 1);
    worker workers[2];
    pthread_t threads[2];
    for (int k = 0; k < 2; k++) assert_true(open_bench(&workers[k].b, &p, k == 0 ? stream : other));
    for (int i = 0; i < frcnn_conv_candidates_get_n(workers[0].b.primitive); i++) {
        for (int k = 0; k < 2; k++) {
            frcnn_conv_candidates_choose(workers[k].b.primitive, i);
            reset_dst(&workers[k].b);
            assert_int_equal(pthread_create(&threads[k], NULL, work, &workers[k]), 0);
        }
        for (int k = 0; k < 2; k++) assert_int_equal(pthread_join(threads[k], NULL), 0);
        for (int k = 0; k < 2; k++) {
            bench *b = &workers[k].b;
            assert_int_equal(workers[k].status, FRCNN_OK);
            read_dst(b);
            check_dst(b, frcnn_conv_candidates_get_name(b->primitive, i), 1);
        }
    }
    for (int k = 0; k < 2; k++) close_bench(&workers[k].b);
    streams->destroy(&other);
    free_problem(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_offers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_exact_sums, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rounded_sums, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_left_to_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tuned, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_two_threads, set_up, tear_down),
    };
    return RUN_CUDA_TESTS(tests);
}
