/* Convolutions of the CUDA backend, each of their variants, against a loop in f64. */
#include <math.h>
#include <stdlib.h>

#include "cuda_support.h"

#include "../../cuda/conv_candidates.h"
#include "tensor/half.h"
#include "tensor/memory.h"
#include "tensor/network_ops.h"

extern const frcnn_network_ops frcnn_network_ops_cuda;

enum { GUARD_BYTES = 256, GUARD = 0x5a, ALL_VARIANTS = 128 };

#if defined(FRCNN_TEST_HOST_GRID)
#include "fake_cuda.h"

enum { IS_HOST_GRID = 1 };
#else
enum { IS_HOST_GRID = 0 };
#endif

static frcnn_stream *stream;

static uint32_t random_state;

static uint32_t random_bits(void)
{
    random_state = random_state * 1664525u + 1013904223u;
    return random_state >> 8;
}

/* From -1 to 1. */
static double random_number(void)
{
    return (double)random_bits() / (double)(1 << 23) - 1.0;
}

/* To what factors of this precision are: then products are exact in f32, and only sums and dst are rounded. */
static float round_factor(double value, frcnn_precision precision)
{
    const float f32 = (float)value;
    switch (precision) {
    case FRCNN_PRECISION_F16:
        return frcnn_f16_to_f32(frcnn_f32_to_f16(f32));
    case FRCNN_PRECISION_BF16:
        return frcnn_bf16_to_f32(frcnn_f32_to_bf16(f32));
    case FRCNN_PRECISION_TF32:
        return frcnn_f32_from_bits(frcnn_f32_to_bits(f32) & ~0x1fffu);
    default:
        return f32;
    }
}

static float *make_floats(int64_t count, frcnn_precision precision)
{
    void *floats = NULL;
    assert_ok(frcnn_alloc(&floats, (size_t)count, sizeof(float), "test"));
    for (int64_t i = 0; i < count; ++i) ((float *)floats)[i] = round_factor(random_number(), precision);
    return floats;
}

static size_t get_bytes(frcnn_dtype dtype, int64_t count)
{
    return (size_t)count * (dtype == FRCNN_F32 ? 4 : 2);
}

static void narrow(void *dst, const float *src, int64_t count, frcnn_dtype dtype)
{
    for (int64_t i = 0; i < count; ++i)
        if (dtype == FRCNN_F16)
            ((uint16_t *)dst)[i] = frcnn_f32_to_f16(src[i]);
        else if (dtype == FRCNN_BF16)
            ((uint16_t *)dst)[i] = frcnn_f32_to_bf16(src[i]);
        else
            ((float *)dst)[i] = src[i];
}

static double widen(const void *src, int64_t i, frcnn_dtype dtype)
{
    if (dtype == FRCNN_F16) return frcnn_f16_to_f32(((const uint16_t *)src)[i]);
    if (dtype == FRCNN_BF16) return frcnn_bf16_to_f32(((const uint16_t *)src)[i]);
    return ((const float *)src)[i];
}

/* A convolution with all that it reads and what it should give. */
typedef struct problem {
    frcnn_conv2d conv;
    int is_in_place; /* the residual is what dst holds */
    frcnn_dtype src_dtype, dst_dtype;
    int64_t n_src, n_weights, n_residual, n_dst;
    float *src, *weight, *bias, *residual;
    double *expected;
    double *tolerance, *library_tolerance;
} problem;

/* Where a tap of a pixel's side falls, or -1. */
static int64_t find_place(int64_t out, int tap, int stride, int padding, int dilation, int64_t in)
{
    const int64_t place = out * stride - padding + (int64_t)tap * dilation;
    return place >= 0 && place < in ? place : -1;
}

static float get_weight(const problem *p, int64_t out, int64_t in, int y, int x)
{
    const frcnn_conv2d *c = &p->conv;
    const int64_t group_in_c = c->in_c / c->groups;
    const int64_t row = c->weight_is_transposed ? in * c->out_c + out : out * group_in_c + in;
    return p->weight[(row * c->kernel_h + y) * c->kernel_w + x];
}

/* The products' sum of one element, and that of their magnitudes. */
static double sum_element(const problem *p, int64_t image, int64_t y, int64_t x, int64_t channel, double *magnitude)
{
    const frcnn_conv2d *c = &p->conv;
    const int64_t group_in_c = c->in_c / c->groups;
    const int64_t first = channel / (c->out_c / c->groups) * group_in_c;
    double sum = 0.0;
    *magnitude = 0.0;
    for (int i = 0; i < c->kernel_h; ++i)
        for (int j = 0; j < c->kernel_w; ++j) {
            const int64_t in_y = find_place(y, i, c->stride_h, c->padding_h, c->dilation_h, c->in_h);
            const int64_t in_x = find_place(x, j, c->stride_w, c->padding_w, c->dilation_w, c->in_w);
            if (in_y < 0 || in_x < 0) continue;
            const float *pixel = p->src + ((image * c->in_h + in_y) * c->in_w + in_x) * c->in_c + first;
            for (int64_t k = 0; k < group_in_c; ++k) {
                const double term = (double)pixel[k] * get_weight(p, channel, k, i, j);
                sum += term;
                *magnitude += fabs(term);
            }
        }
    return sum;
}

static double get_residual(const problem *p, int64_t image, int64_t y, int64_t x, int64_t channel)
{
    const frcnn_conv2d *c = &p->conv;
    if (!c->has_residual) return 0.0;
    const int64_t h = c->residual_h != 0 ? c->residual_h : c->out_h;
    const int64_t w = c->residual_h != 0 ? c->residual_w : c->out_w;
    const int64_t from_y = (int64_t)((float)y * ((float)h / (float)c->out_h));
    const int64_t from_x = (int64_t)((float)x * ((float)w / (float)c->out_w));
    return p->residual[((image * h + (from_y < h ? from_y : h - 1)) * w + (from_x < w ? from_x : w - 1)) * c->out_c +
                       channel];
}

static double activate(double value, frcnn_activation activation)
{
    if (activation == FRCNN_HARDSWISH) return value * fmin(fmax(value + 3.0, 0.0), 6.0) / 6.0;
    if (activation != FRCNN_LINEAR && value < 0.0) return 0.0;
    return activation == FRCNN_RELU6 && value > 6.0 ? 6.0 : value;
}

/* As a part of a value, at most. */
static double get_half_ulp(frcnn_dtype dtype)
{
    return dtype == FRCNN_F16 ? 0x1p-11 : dtype == FRCNN_BF16 ? 0x1p-8 : 0x1p-24;
}

/* Factors are exact, so what differs is the order of a sum of k terms in f32, whose errors of up to 2^-23 of the sum so far (tensor
   cores round toward zero) go both ways. f32 by three products of TF32 leaves out less than 2^-21 of each. The last rounding is
   to dst's dtype. */
static double get_tolerance(const problem *p, double magnitude, double result)
{
    const frcnn_conv2d *c = &p->conv;
    const double k = (double)(c->in_c / c->groups) * c->kernel_h * c->kernel_w;
    return magnitude * (0x1p-23 * (4.0 + sqrt(k)) + 0x1p-21) + fabs(result) * get_half_ulp(p->dst_dtype) * 1.01 +
           0x1p-24;
}

/* What a library may be off by on top, where dst is narrow: it has the bias in dst's dtype, and some of its kernels hand what
   they have summed on in it, rounded before bias and residual are added in either order. Into how many parts it cuts K it
   may keep to itself: sums of them, so rounded, are given an eighth of all the terms' magnitude. */
static double get_library_tolerance(const problem *p, double products, double magnitude, double bias, double residual)
{
    if (p->dst_dtype == FRCNN_F32) return 0.0;
    const double sums = fabs(bias) + fabs(products) + fabs(products + bias) + fabs(products + residual);
    return (sums + magnitude / 8) * get_half_ulp(p->dst_dtype) * 1.01 + 0x1p-23;
}

static void fill_expected(problem *p)
{
    const frcnn_conv2d *c = &p->conv;
    for (int64_t i = 0; i < p->n_dst; ++i) {
        const int64_t channel = i % c->out_c;
        const int64_t x = i / c->out_c % c->out_w;
        const int64_t y = i / c->out_c / c->out_w % c->out_h;
        const int64_t image = i / c->out_c / c->out_w / c->out_h;
        double magnitude = 0.0;
        const double products = sum_element(p, image, y, x, channel, &magnitude);
        const double bias = p->bias[channel];
        const double residual = get_residual(p, image, y, x, channel);
        magnitude += fabs(bias) + fabs(residual);
        p->expected[i] = activate(products + bias + residual, c->activation);
        p->tolerance[i] = get_tolerance(p, magnitude, p->expected[i]);
        p->library_tolerance[i] = get_library_tolerance(p, products, magnitude, bias, residual);
    }
}

static void create_problem(problem *p, const frcnn_conv2d *conv, int is_in_place)
{
    void *block = NULL;
    p->conv = *conv;
    frcnn_conv2d *c = &p->conv;
    assert_ok(frcnn_conv2d_set_output(c));
    p->is_in_place = is_in_place;
    p->src_dtype = frcnn_precision_get_dtype(c->precision);
    p->dst_dtype = c->dst_is_f32 ? FRCNN_F32 : p->src_dtype;
    p->n_src = c->n * c->in_h * c->in_w * c->in_c;
    p->n_weights = c->out_c * (c->in_c / c->groups) * c->kernel_h * c->kernel_w;
    p->n_dst = c->n * c->out_h * c->out_w * c->out_c;
    p->n_residual = c->residual_h != 0 ? c->n * c->residual_h * c->residual_w * c->out_c : p->n_dst;
    p->src = make_floats(p->n_src, c->precision);
    p->weight = make_floats(p->n_weights, c->precision);
    p->bias = make_floats(c->out_c, FRCNN_PRECISION_F32);
    p->residual = make_floats(p->n_residual, c->dst_is_f32 ? FRCNN_PRECISION_F32 : c->precision);
    assert_ok(frcnn_alloc(&block, (size_t)p->n_dst, sizeof(double), "test"));
    p->expected = block;
    assert_ok(frcnn_alloc(&block, (size_t)p->n_dst, sizeof(double), "test"));
    p->tolerance = block;
    assert_ok(frcnn_alloc(&block, (size_t)p->n_dst, sizeof(double), "test"));
    p->library_tolerance = block;
    fill_expected(p);
}

static void destroy_problem(problem *p)
{
    frcnn_free(p->src);
    frcnn_free(p->weight);
    frcnn_free(p->bias);
    frcnn_free(p->residual);
    frcnn_free(p->expected);
    frcnn_free(p->tolerance);
    frcnn_free(p->library_tolerance);
}

/* The same on the device. */
typedef struct device_problem {
    const problem *p;
    frcnn_primitive *primitive;
    frcnn_packed *packed;
    void *src, *residual, *dst, *scratchpad; /* dst between guards */
    size_t dst_bytes, scratchpad_bytes;
    unsigned char *guarded, *first; /* on the CPU: dst with its guards, and what the first run gave */
} device_problem;

static void *upload_floats(const float *floats, int64_t count, frcnn_dtype dtype)
{
    void *host = NULL;
    void *device = NULL;
    const size_t bytes = get_bytes(dtype, count);
    assert_ok(frcnn_alloc(&host, bytes, 1, "test"));
    narrow(host, floats, count, dtype);
    assert_ok(frcnn_stream_ops_cuda.alloc(stream, &device, bytes, "test"));
    assert_ok(frcnn_stream_ops_cuda.upload(stream, device, host, bytes));
    assert_ok(frcnn_stream_ops_cuda.wait(stream));
    frcnn_free(host);
    return device;
}

static void create_device_problem(device_problem *d, const problem *p)
{
    const frcnn_network_ops *ops = &frcnn_network_ops_cuda;
    void *block = NULL;
    memset(d, 0, sizeof *d);
    d->p = p;
    assert_ok(ops->create_primitive(&d->primitive, &p->conv, stream));
    assert_ok(ops->create_packed(&d->packed, d->primitive, p->weight, p->bias, stream));
    assert_true(ops->fits(d->packed, d->primitive));
    d->src = upload_floats(p->src, p->n_src, p->src_dtype);
    d->residual = upload_floats(p->residual, p->n_residual, p->dst_dtype);
    d->dst_bytes = get_bytes(p->dst_dtype, p->n_dst);
    d->scratchpad_bytes = ops->get_scratchpad(d->primitive);
    assert_ok(frcnn_stream_ops_cuda.alloc(stream, &d->dst, d->dst_bytes + (size_t)2 * GUARD_BYTES, "test"));
    assert_ok(frcnn_stream_ops_cuda.alloc(stream, &d->scratchpad, d->scratchpad_bytes + 1, "test"));
    assert_ok(frcnn_alloc(&block, d->dst_bytes + (size_t)2 * GUARD_BYTES, 1, "test"));
    d->guarded = block;
    assert_ok(frcnn_alloc(&block, d->dst_bytes, 1, "test"));
    d->first = block;
}

static void destroy_device_problem(device_problem *d)
{
    frcnn_stream_ops_cuda.free(stream, d->src);
    frcnn_stream_ops_cuda.free(stream, d->residual);
    frcnn_stream_ops_cuda.free(stream, d->dst);
    frcnn_stream_ops_cuda.free(stream, d->scratchpad);
    frcnn_network_ops_cuda.destroy_packed(&d->packed);
    frcnn_network_ops_cuda.destroy_primitive(&d->primitive);
    frcnn_free(d->guarded);
    frcnn_free(d->first);
}

/* dst is NaN, or the residual; 0xff is NaN in every dtype. */
static void prefill(device_problem *d)
{
    memset(d->guarded, GUARD, d->dst_bytes + (size_t)2 * GUARD_BYTES);
    memset(d->guarded + GUARD_BYTES, 0xff, d->dst_bytes);
    if (d->p->is_in_place) narrow(d->guarded + GUARD_BYTES, d->p->residual, d->p->n_dst, d->p->dst_dtype);
    assert_ok(frcnn_stream_ops_cuda.upload(stream, d->dst, d->guarded, d->dst_bytes + (size_t)2 * GUARD_BYTES));
}

static void run_once(device_problem *d)
{
    void *dst = (unsigned char *)d->dst + GUARD_BYTES;
    const void *residual = !d->p->conv.has_residual ? NULL : d->p->is_in_place ? dst : d->residual;
    prefill(d);
    assert_ok(frcnn_network_ops_cuda.run(d->primitive, d->src, d->packed, residual, dst, d->scratchpad, stream));
    assert_ok(frcnn_stream_ops_cuda.download(stream, d->guarded, d->dst, d->dst_bytes + (size_t)2 * GUARD_BYTES));
    assert_ok(frcnn_stream_ops_cuda.wait(stream));
}

static void describe(const problem *p, const char *variant)
{
    const frcnn_conv2d *c = &p->conv;
    print_message("%s, %s: [%d, %d, %d, %d] -> %d, %dx%d, stride %d, padding %d, dilation %d, %d groups\n", variant,
                  frcnn_precision_get_name(c->precision), (int)c->n, (int)c->in_h, (int)c->in_w, (int)c->in_c,
                  (int)c->out_c, c->kernel_h, c->kernel_w, c->stride_h, c->padding_h, c->dilation_h, c->groups);
}

static int is_of_library(const char *variant)
{
    return strncmp(variant, "cuDNN", 5) == 0 || strncmp(variant, "cuBLASLt", 8) == 0;
}

static void check_result(const device_problem *d, const char *variant)
{
    const problem *p = d->p;
    const int is_library = is_of_library(variant);
    for (size_t i = 0; i < GUARD_BYTES; ++i)
        if (d->guarded[i] != GUARD || d->guarded[GUARD_BYTES + d->dst_bytes + i] != GUARD) {
            describe(p, variant);
            fail_msg("guard byte %zu was written", i);
        }
    for (int64_t i = 0; i < p->n_dst; ++i) {
        const double actual = widen(d->guarded + GUARD_BYTES, i, p->dst_dtype);
        const double tolerance = p->tolerance[i] + (is_library ? p->library_tolerance[i] : 0.0);
        if (fabs(actual - p->expected[i]) <= tolerance) continue;
        describe(p, variant);
        fail_msg("element %lld: expected %.9g within %.3g, found %.9g", (long long)i, p->expected[i], tolerance,
                 actual);
    }
}

/* Every variant, n_runs times with the same bytes. Returns how many there are. */
static int check_conv(const frcnn_conv2d *conv, int is_in_place, int n_runs)
{
    problem p;
    device_problem d;
    create_problem(&p, conv, is_in_place);
    create_device_problem(&d, &p);
    const int n = frcnn_conv_candidates_get_n(d.primitive);
    assert_true(n > 0);
    for (int i = 0; i < n; ++i) {
        frcnn_conv_candidates_choose(d.primitive, i);
        assert_int_equal(frcnn_conv_candidates_get_chosen(d.primitive), i);
        const char *variant = frcnn_conv_candidates_get_name(d.primitive, i);
        for (int run = 0; run < n_runs; ++run) {
            if (n_runs > 1) begin_run(run);
            run_once(&d);
            check_result(&d, variant);
            if (run == 0)
                memcpy(d.first, d.guarded + GUARD_BYTES, d.dst_bytes);
            else
                assert_memory_equal(d.first, d.guarded + GUARD_BYTES, d.dst_bytes);
        }
    }
    destroy_device_problem(&d);
    destroy_problem(&p);
    return n;
}

static frcnn_conv2d make_conv(int n, int h, int w, int in_c, int out_c, int kernel, int stride)
{
    frcnn_conv2d conv = {.n = n,
                         .in_h = h,
                         .in_w = w,
                         .in_c = in_c,
                         .out_c = out_c,
                         .kernel_h = kernel,
                         .kernel_w = kernel,
                         .stride_h = stride,
                         .stride_w = stride,
                         .padding_h = kernel / 2,
                         .padding_w = kernel / 2,
                         .dilation_h = 1,
                         .dilation_w = 1,
                         .groups = 1};
    return conv;
}

/* On the host grid, which is slow, one call takes f32 and f16, and the next TF32 and bf16; in a short run each takes one. */
static void check_precisions(frcnn_conv2d conv, int is_in_place)
{
    static int n_calls;
    const int step = is_short() ? FRCNN_N_PRECISIONS : IS_HOST_GRID ? 2 : 1;
    for (int precision = n_calls++ % step; precision < FRCNN_N_PRECISIONS; precision += step) {
        conv.precision = (frcnn_precision)precision;
        (void)check_conv(&conv, is_in_place, 1);
    }
}

/* Pixels and channels around the edges of the tiles. */
static void test_tiles(void **state)
{
    (void)state;
    static const int SIZES[][4] = {{1, 1, 8, 1}, {7, 9, 64, 64}, {5, 13, 64, 65}, {9, 15, 72, 130}, {13, 21, 40, 31}};
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; ++i)
        for (int precision = 0; precision < FRCNN_N_PRECISIONS; ++precision) {
            frcnn_conv2d conv = make_conv(1, SIZES[i][0], SIZES[i][1], SIZES[i][2], SIZES[i][3], 1, 1);
            conv.precision = (frcnn_precision)precision;
            (void)check_conv(&conv, 0, i == 1 && !is_short() ? N_RUNS : 1);
        }
}

static void check_parts(frcnn_conv2d conv, int n_steps, int is_in_place)
{
    for (int precision = 0; precision < FRCNN_N_PRECISIONS; ++precision) {
        conv.precision = (frcnn_precision)precision;
        conv.in_c = n_steps * (frcnn_precision_get_dtype(conv.precision) == FRCNN_F32 ? 32 : 64);
        const int n = check_conv(&conv, is_in_place, is_short() ? 1 : 2);
        assert_true(n >= 2 * (n_steps / 4)); /* a part has four steps or more */
    }
}

static void test_parts_of_k(void **state)
{
    (void)state;
    frcnn_conv2d conv = make_conv(1, 3, 7, 0, 36, 1, 1);
    check_parts(conv, 13, 0);
    conv = make_conv(2, 2, 3, 0, 30, 3, 1);
    conv.activation = FRCNN_RELU;
    conv.has_residual = 1;
    check_parts(conv, 1, 1);
    conv.dst_is_f32 = 1;
    check_parts(conv, 1, 0);
}

static void test_kernels(void **state)
{
    (void)state;
    check_precisions(make_conv(2, 9, 7, 24, 40, 3, 1), 0);
    check_precisions(make_conv(1, 10, 11, 32, 24, 3, 2), 0);
    check_precisions(make_conv(1, 9, 8, 16, 33, 1, 2), 0);
    frcnn_conv2d conv = make_conv(1, 11, 6, 8, 16, 7, 2);
    conv.kernel_w = 1;
    check_precisions(conv, 0);
    conv = make_conv(1, 12, 9, 16, 20, 3, 1);
    conv.dilation_h = conv.dilation_w = conv.padding_h = conv.padding_w = 2;
    check_precisions(conv, 0);
    conv.kernel_h = 2;
    conv.kernel_w = 5;
    conv.stride_w = 3;
    conv.padding_h = 0;
    conv.padding_w = 4;
    conv.dilation_w = 1;
    check_precisions(conv, 0);
}

/* Channels that are no multiple of 16 bytes, and kernels of more than 16 a side. */
static void test_elements(void **state)
{
    (void)state;
    check_precisions(make_conv(1, 17, 19, 3, 64, 7, 2), 0);
    check_precisions(make_conv(2, 6, 5, 1, 9, 3, 1), 0);
    check_precisions(make_conv(1, 5, 6, 31, 12, 3, 1), 0);
    check_precisions(make_conv(1, 130, 1, 31, 5, 1, 1), 0);
    frcnn_conv2d conv = make_conv(1, 20, 18, 8, 3, 17, 1);
    conv.kernel_h = 1;
    check_precisions(conv, 0);
}

static void test_groups(void **state)
{
    (void)state;
    static const int CHANNELS[][3] = {{64, 64, 16}, {64, 128, 2}, {24, 24, 3}, {128, 64, 32},
                                      {6, 9, 3},    {8, 24, 8},   {96, 96, 2}};
    for (size_t i = 0; i < sizeof CHANNELS / sizeof *CHANNELS; ++i) {
        frcnn_conv2d conv = make_conv(1, 6, 7, CHANNELS[i][0], CHANNELS[i][1], 3, 1);
        conv.groups = CHANNELS[i][2];
        check_precisions(conv, 0);
    }
}

static void test_depthwise(void **state)
{
    (void)state;
    static const int SHAPES[][5] = {{9, 11, 16, 3, 1}, {10, 9, 24, 3, 2}, {8, 13, 40, 5, 1}, {11, 12, 8, 5, 2},
                                    {7, 6, 31, 3, 1},  {6, 9, 32, 7, 1},  {1, 1, 5, 3, 1}};
    for (size_t i = 0; i < sizeof SHAPES / sizeof *SHAPES; ++i) {
        const int *shape = SHAPES[i];
        frcnn_conv2d conv = make_conv(2, shape[0], shape[1], shape[2], shape[2], shape[3], shape[4]);
        conv.groups = shape[2];
        conv.activation = i % 2 == 0 ? FRCNN_RELU6 : FRCNN_HARDSWISH;
        check_precisions(conv, 0);
        conv.has_residual = 1;
        check_precisions(conv, 1);
        conv.dst_is_f32 = 1;
        conv.dilation_h = conv.dilation_w = 2;
        conv.padding_h = conv.padding_w = shape[3] - 1;
        check_precisions(conv, 0);
    }
}

static void test_epilogue(void **state)
{
    (void)state;
    frcnn_conv2d conv = make_conv(2, 7, 10, 32, 48, 1, 1);
    for (int activation = FRCNN_LINEAR; activation <= FRCNN_HARDSWISH; ++activation) {
        conv.activation = (frcnn_activation)activation;
        for (int dst_is_f32 = 0; dst_is_f32 < 2; ++dst_is_f32) {
            conv.dst_is_f32 = dst_is_f32;
            conv.has_residual = 0;
            check_precisions(conv, 0);
            conv.has_residual = 1;
            check_precisions(conv, 0);
            check_precisions(conv, 1);
        }
    }
}

static void test_upsampled_residual(void **state)
{
    (void)state;
    static const int SIZES[][2] = {{4, 5}, {1, 1}, {3, 7}, {9, 14}};
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; ++i)
        for (int out_c = 24; out_c <= 25; ++out_c) {
            frcnn_conv2d conv = make_conv(2, 7, 10, 64, out_c, 1, 1);
            conv.has_residual = 1;
            conv.residual_h = SIZES[i][0];
            conv.residual_w = SIZES[i][1];
            check_precisions(conv, 0);
        }
}

static void test_transposed_weights(void **state)
{
    (void)state;
    frcnn_conv2d conv = make_conv(1, 3, 4, 24, 40, 3, 1);
    conv.weight_is_transposed = 1;
    check_precisions(conv, 0);
    conv.in_c = 5;
    check_precisions(conv, 0);
}

/* Infinity and NaN go through, ReLU leaves NaN, f16 overflows to infinity. */
static void test_not_finite(void **state)
{
    (void)state;
    frcnn_conv2d conv = make_conv(1, 1, 3, 8, 1, 1, 1);
    conv.precision = FRCNN_PRECISION_F16;
    conv.activation = FRCNN_RELU;
    problem p;
    device_problem d;
    create_problem(&p, &conv, 0);
    for (int i = 0; i < 24; ++i) p.src[i] = 0.0f;
    for (int i = 0; i < 8; ++i) p.weight[i] = 1.0f;
    p.bias[0] = 0.0f;
    p.src[0] = NAN;
    p.src[8] = 65504.0f;
    p.src[9] = 65504.0f;
    p.src[16] = -INFINITY;
    create_device_problem(&d, &p);
    run_once(&d);
    const uint16_t *dst = (const uint16_t *)(const void *)(d.guarded + GUARD_BYTES);
    assert_true(isnan(frcnn_f16_to_f32(dst[0])));
    assert_int_equal(dst[1], 0x7c00);
    assert_int_equal(dst[2], 0);
    destroy_device_problem(&d);
    destroy_problem(&p);
}

/* One layer that two maps share, and one that packs otherwise. */
static void test_packed_weights(void **state)
{
    (void)state;
    const frcnn_network_ops *ops = &frcnn_network_ops_cuda;
    frcnn_conv2d conv = make_conv(1, 5, 5, 16, 8, 3, 1);
    frcnn_primitive *primitives[3] = {NULL};
    for (int i = 0; i < 3; ++i) {
        conv.in_h = 5 + i;
        if (i == 2) conv.out_c = 16;
        assert_ok(frcnn_conv2d_set_output(&conv));
        assert_ok(ops->create_primitive(&primitives[i], &conv, stream));
    }
    assert_true(ops->packs_alike(primitives[0], primitives[1]));
    assert_false(ops->packs_alike(primitives[0], primitives[2]));
    const float numbers[16 * 16 * 9] = {0};
    frcnn_packed *packed = NULL;
    assert_ok(ops->create_packed(&packed, primitives[0], numbers, numbers, stream));
    assert_true(ops->fits(packed, primitives[1]));
    assert_false(ops->fits(packed, primitives[2]));
    assert_true(ops->get_packed_bytes(primitives[0]) >= 8 * 16 * 9 * sizeof(float));
    ops->destroy_packed(&packed);
    assert_null(packed);
    for (int i = 0; i < 3; ++i) ops->destroy_primitive(&primitives[i]);
    ops->destroy_primitive(&primitives[0]);
}

/* The fastest variant gives the same as before, and the next primitive has it from the start. */
static void test_tune(void **state)
{
    (void)state;
    const frcnn_network_ops *ops = &frcnn_network_ops_cuda;
    frcnn_conv2d conv = make_conv(1, 6, 7, 128, 40, 3, 1);
    problem p;
    device_problem d;
    create_problem(&p, &conv, 0);
    frcnn_conv_candidates_forget();
    create_device_problem(&d, &p);
    assert_true(frcnn_conv_candidates_get_n(d.primitive) > 1);
    assert_ok(
        ops->tune(d.primitive, d.src, d.packed, NULL, (unsigned char *)d.dst + GUARD_BYTES, d.scratchpad, stream));
    assert_int_equal(frcnn_conv_candidates_get_n(d.primitive), 1);
    assert_true(ops->get_scratchpad(d.primitive) <= d.scratchpad_bytes);
    run_once(&d);
    char name[96];
    (void)snprintf(name, sizeof name, "%s", frcnn_conv_candidates_get_name(d.primitive, 0));
    check_result(&d, name);
    frcnn_primitive *next = NULL;
    assert_ok(ops->create_primitive(&next, &p.conv, stream));
    assert_int_equal(frcnn_conv_candidates_get_n(next), 1);
    assert_string_equal(frcnn_conv_candidates_get_name(next, 0), name);
    ops->destroy_primitive(&next);
    frcnn_conv_candidates_offer(1); /* what was fastest may be none of them */
    assert_ok(ops->create_primitive(&next, &p.conv, stream));
    assert_true(frcnn_conv_candidates_get_chosen(next) < frcnn_conv_candidates_get_n(next));
    assert_true(ops->get_scratchpad(next) <= d.scratchpad_bytes);
    ops->destroy_primitive(&next);
    frcnn_conv_candidates_offer(ALL_VARIANTS);
    frcnn_conv_candidates_forget();
    assert_ok(ops->create_primitive(&next, &p.conv, stream));
    assert_true(frcnn_conv_candidates_get_n(next) > 1);
    ops->destroy_primitive(&next);
    destroy_device_problem(&d);
    destroy_problem(&p);
}

/* Our kernels index in 32 bits; a library may do more. */
static void check_too_large(const frcnn_conv2d *conv, const char *message)
{
    frcnn_primitive *primitive = NULL;
    const frcnn_status status = frcnn_network_ops_cuda.create_primitive(&primitive, conv, stream);
    if (IS_HOST_GRID || status != FRCNN_OK) {
        assert_fails(status, FRCNN_ERROR_UNSUPPORTED, message);
        assert_null(primitive);
        return;
    }
    for (int i = 0; i < frcnn_conv_candidates_get_n(primitive); ++i)
        assert_true(is_of_library(frcnn_conv_candidates_get_name(primitive, i)));
    frcnn_network_ops_cuda.destroy_primitive(&primitive);
}

static void test_too_large(void **state)
{
    (void)state;
    frcnn_conv2d conv = make_conv(100, 1000, 1000, 64, 64, 3, 1);
    assert_ok(frcnn_conv2d_set_output(&conv));
    check_too_large(&conv, "at most 2147483647 elements");
    conv.groups = 64;
    check_too_large(&conv, "take a smaller batch");
}

#if defined(FRCNN_TEST_HOST_GRID)
/* Weights may need the memory that the stream's pool keeps: it is given back before there is an error. */
static void test_weights_are_asked_for_twice(void **state)
{
    (void)state;
    enum { OUT_OF_MEMORY = 2 };
    const frcnn_network_ops *ops = &frcnn_network_ops_cuda;
    const float numbers[8 * 16] = {0};
    frcnn_conv2d conv = make_conv(1, 5, 5, 16, 8, 1, 1);
    frcnn_primitive *primitive = NULL;
    frcnn_packed *packed = NULL;
    assert_ok(frcnn_conv2d_set_output(&conv));
    assert_ok(ops->create_primitive(&primitive, &conv, stream));
    const long n_trims = fake_cuda_count_calls("cudaMemPoolTrimTo");
    fake_cuda_fail("cudaMalloc", 1, OUT_OF_MEMORY);
    assert_ok(ops->create_packed(&packed, primitive, numbers, numbers, stream));
    assert_int_equal(fake_cuda_count_calls("cudaMemPoolTrimTo"), n_trims + 1);
    ops->destroy_packed(&packed);
    fake_cuda_set_bytes(100);
    assert_fails(ops->create_packed(&packed, primitive, numbers, numbers, stream), FRCNN_ERROR_NO_MEMORY,
                 "bytes asked of the GPU");
    assert_null(packed);
    ops->destroy_primitive(&primitive);
    fake_cuda_reset();
}
#endif

static int set_up(void **state)
{
    (void)state;
    random_state = 1;
    frcnn_conv_candidates_offer(ALL_VARIANTS);
    return frcnn_stream_ops_cuda.create(&stream, 0) == FRCNN_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    frcnn_stream_ops_cuda.destroy(&stream);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_tiles),
        TEST(test_parts_of_k),
        TEST(test_kernels),
        TEST(test_elements),
        TEST(test_groups),
        TEST(test_depthwise),
        TEST(test_epilogue),
        TEST(test_upsampled_residual),
        TEST(test_transposed_weights),
        TEST(test_not_finite),
        TEST(test_packed_weights),
        TEST(test_tune),
        TEST(test_too_large),
#if defined(FRCNN_TEST_HOST_GRID)
        TEST(test_weights_are_asked_for_twice),
#endif
    };
    return RUN_CUDA_TESTS(tests);
}
