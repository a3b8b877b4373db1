/* Depthwise convolutions: bound by memory, so each thread makes several neighbours of one row of dst, for as many channels as
   16 bytes hold, and reads what they share once. */
#include "conv_epilogue.h"
#include "kernel.h"

#include "conv_engine.h"
#include "conv_weight.h"

extern "C" {
#include "tensor/memory.h"
}

#include <cinttypes>

namespace
{

enum { N_THREADS = 128, N_OUTPUTS = 4 };

struct Problem {
    const void *src, *weight; /* weight [kernel_h, kernel_w, channels] */
    frcnn_conv_epilogue epilogue;
    int n, in_h, in_w;
    int kernel_h, kernel_w, stride_h, stride_w, padding_h, padding_w, dilation_h, dilation_w;
    int dst_is_f32;
};

struct State {
    Problem problem;
    frcnn_status (*launch)(const Problem *problem, cudaStream_t stream);
};

/* What one thread makes: outputs from x on. */
struct Place {
    int image, y, x, channel;
};

} // namespace

template <int N_CHANNELS, int N_X> FRCNN_DEVICE bool find_place(const Problem &problem, Place *place)
{
    const int channel_groups = problem.epilogue.out_c / N_CHANNELS;
    const int x_groups = (problem.epilogue.out_w + N_X - 1) / N_X;
    const int index = (int)blockIdx.x * N_THREADS + (int)threadIdx.x;
    const int column = index / channel_groups;
    const int row = column / x_groups;
    place->channel = (index - column * channel_groups) * N_CHANNELS;
    place->x = (column - row * x_groups) * N_X;
    place->image = row / problem.epilogue.out_h;
    place->y = row - place->image * problem.epilogue.out_h;
    return place->image < problem.n;
}

template <typename T, int N>
FRCNN_DEVICE void store(const Problem &problem, const Place &place, int x, const float (&sums)[N],
                        const float (&bias)[N])
{
    const int pixel = (place.image * problem.epilogue.out_h + place.y) * problem.epilogue.out_w + x;
    frcnn_vector<T, N> added;
    frcnn_conv_epilogue_load(&added, &problem.epilogue,
                             frcnn_conv_epilogue_get_residual_pixel(&problem.epilogue, pixel), place.channel);
    frcnn_conv_epilogue_store<T, N>(&problem.epilogue, pixel, place.channel, sums, bias, added);
}

template <typename T, int N, int N_X>
FRCNN_DEVICE void finish(const Problem &problem, const Place &place, const float (&sums)[N_X][N])
{
    float bias[N];
    frcnn_conv_epilogue_load_bias(bias, &problem.epilogue, place.channel);
#pragma unroll
    for (int i = 0; i < N_X; ++i) {
        if (place.x + i >= problem.epilogue.out_w) continue;
        if (problem.dst_is_f32)
            store<float, N>(problem, place, place.x + i, sums[i], bias);
        else
            store<T, N>(problem, place, place.x + i, sums[i], bias);
    }
}

/* N channels of a pixel of src; zeros outside of it. */
template <typename T, int N>
FRCNN_DEVICE void load_pixel(float (&values)[N], const Problem &problem, const Place &place, int y, int x)
{
    frcnn_vector<T, N> loaded;
    memset(&loaded, 0, sizeof loaded);
    if ((unsigned)y < (unsigned)problem.in_h && (unsigned)x < (unsigned)problem.in_w)
        loaded = *reinterpret_cast<const frcnn_vector<T, N> *>(
            static_cast<const T *>(problem.src) +
            (((int64_t)place.image * problem.in_h + y) * problem.in_w + x) * problem.epilogue.out_c + place.channel);
#pragma unroll
    for (int i = 0; i < N; ++i) values[i] = frcnn_to_float(loaded.values[i]);
}

template <typename T, int N>
FRCNN_DEVICE void load_weights(float (&values)[N], const Problem &problem, const Place &place, int tap)
{
    const frcnn_vector<T, N> loaded = *reinterpret_cast<const frcnn_vector<T, N> *>(
        static_cast<const T *>(problem.weight) + (tap * problem.epilogue.out_c + place.channel));
#pragma unroll
    for (int i = 0; i < N; ++i) values[i] = frcnn_to_float(loaded.values[i]);
}

/* Square kernels without dilation, of one stride. */
template <typename T, int KERNEL, int STRIDE> FRCNN_KERNEL(N_THREADS) convolve_square(const Problem problem)
{
    constexpr int n = 16 / (int)sizeof(T);
    Place place;
    if (!find_place<n, N_OUTPUTS>(problem, &place)) return;
    const int first_x = place.x * STRIDE - problem.padding_w;
    float sums[N_OUTPUTS][n] = {};
#pragma unroll 1
    for (int i = 0; i < KERNEL; ++i) {
        float weights[KERNEL][n];
#pragma unroll
        for (int j = 0; j < KERNEL; ++j) load_weights<T>(weights[j], problem, place, i * KERNEL + j);
#pragma unroll
        for (int column = 0; column < (N_OUTPUTS - 1) * STRIDE + KERNEL; ++column) {
            float values[n];
            load_pixel<T>(values, problem, place, place.y * STRIDE - problem.padding_h + i, first_x + column);
#pragma unroll
            for (int output = 0; output < N_OUTPUTS; ++output) {
                if (column < output * STRIDE || column >= output * STRIDE + KERNEL) continue;
#pragma unroll
                for (int k = 0; k < n; ++k)
                    sums[output][k] = fmaf(values[k], weights[column - output * STRIDE][k], sums[output][k]);
            }
        }
    }
    finish<T>(problem, place, sums);
}

/* Any other, one output for each thread. */
template <typename T, int N> FRCNN_KERNEL(N_THREADS) convolve_any(const Problem problem)
{
    Place place;
    if (!find_place<N, 1>(problem, &place)) return;
    float sums[1][N] = {};
#pragma unroll 1
    for (int i = 0; i < problem.kernel_h; ++i)
#pragma unroll 1
        for (int j = 0; j < problem.kernel_w; ++j) {
            float values[N];
            float weights[N];
            load_pixel<T>(values, problem, place,
                          place.y * problem.stride_h - problem.padding_h + i * problem.dilation_h,
                          place.x * problem.stride_w - problem.padding_w + j * problem.dilation_w);
            load_weights<T>(weights, problem, place, i * problem.kernel_w + j);
#pragma unroll
            for (int k = 0; k < N; ++k) sums[0][k] = fmaf(values[k], weights[k], sums[0][k]);
        }
    finish<T>(problem, place, sums);
}

static unsigned count_blocks(const Problem *problem, int n_channels, int n_x)
{
    const int64_t columns = (problem->epilogue.out_w + n_x - 1) / n_x;
    const int64_t n_threads = columns * problem->n * problem->epilogue.out_h * (problem->epilogue.out_c / n_channels);
    return (unsigned)((n_threads + N_THREADS - 1) / N_THREADS);
}

template <typename T, int KERNEL, int STRIDE>
static frcnn_status launch_square(const Problem *problem, cudaStream_t stream)
{
    return FRCNN_LAUNCH((convolve_square<T, KERNEL, STRIDE>), count_blocks(problem, 16 / (int)sizeof(T), N_OUTPUTS),
                        N_THREADS, 0, stream, *problem);
}

template <typename T, int N> static frcnn_status launch_any(const Problem *problem, cudaStream_t stream)
{
    return FRCNN_LAUNCH((convolve_any<T, N>), count_blocks(problem, N, 1), N_THREADS, 0, stream, *problem);
}

template <typename T> static frcnn_status (*find_launch(const Problem *problem))(const Problem *, cudaStream_t)
{
    constexpr int n = 16 / (int)sizeof(T);
    if (problem->epilogue.out_c % n != 0) return launch_any<T, 1>;
    const bool is_square = problem->kernel_h == problem->kernel_w && problem->stride_h == problem->stride_w &&
                           problem->dilation_h == 1 && problem->dilation_w == 1;
    if (is_square && problem->kernel_h == 3 && problem->stride_h == 1) return launch_square<T, 3, 1>;
    if (is_square && problem->kernel_h == 3 && problem->stride_h == 2) return launch_square<T, 3, 2>;
    if (is_square && problem->kernel_h == 5 && problem->stride_h == 1) return launch_square<T, 5, 1>;
    if (is_square && problem->kernel_h == 5 && problem->stride_h == 2) return launch_square<T, 5, 2>;
    return launch_any<T, n>;
}

static Problem make_problem(const frcnn_conv2d *conv)
{
    Problem problem = Problem();
    problem.epilogue = frcnn_conv_epilogue_make(conv);
    problem.n = (int)conv->n;
    problem.in_h = (int)conv->in_h;
    problem.in_w = (int)conv->in_w;
    problem.kernel_h = conv->kernel_h;
    problem.kernel_w = conv->kernel_w;
    problem.stride_h = conv->stride_h;
    problem.stride_w = conv->stride_w;
    problem.padding_h = conv->padding_h;
    problem.padding_w = conv->padding_w;
    problem.dilation_h = conv->dilation_h;
    problem.dilation_w = conv->dilation_w;
    problem.dst_is_f32 = conv->dst_is_f32;
    return problem;
}

static void close_depthwise(void **state)
{
    frcnn_free(*state);
    *state = nullptr;
}

static frcnn_status open_depthwise(void **out, int *n_variants, const frcnn_conv2d *conv, int device)
{
    (void)device;
    *n_variants = 0;
    if (frcnn_conv_layout_get_kernel(conv).kind != FRCNN_CONV_DEPTHWISE) return FRCNN_OK;
    const int64_t limit = INT32_MAX - 2 * N_THREADS;
    const int64_t count = conv->n * conv->out_h * (conv->out_w + N_OUTPUTS) * conv->out_c;
    FRCNN_FAIL_IF(count > limit, FRCNN_ERROR_UNSUPPORTED,
                  "conv2d on CUDA: expected at most %" PRId64 " outputs of a depthwise convolution, found %" PRId64
                  ": take a smaller batch",
                  limit, count);
    void *memory = nullptr;
    FRCNN_TRY(frcnn_alloc_zeroed(&memory, 1, sizeof(State), "convolution"));
    State *state = static_cast<State *>(memory);
    state->problem = make_problem(conv);
    const frcnn_dtype dtype = frcnn_precision_get_dtype(conv->precision);
    state->launch = dtype == FRCNN_F16    ? find_launch<__half>(&state->problem)
                    : dtype == FRCNN_BF16 ? find_launch<__nv_bfloat16>(&state->problem)
                                          : find_launch<float>(&state->problem);
    *n_variants = 1;
    *out = state;
    return FRCNN_OK;
}

static const char *get_name(const void *state, int variant)
{
    (void)state;
    (void)variant;
    return "direct";
}

static size_t get_scratchpad(const void *state, int variant)
{
    (void)state;
    (void)variant;
    return 0;
}

static frcnn_status run_depthwise(void *state, int variant, const frcnn_conv_memory *memory, cudaStream_t stream)
{
    (void)variant;
    Problem problem = static_cast<const State *>(state)->problem;
    problem.src = memory->src;
    problem.weight = memory->kernel_weight;
    problem.epilogue.bias = memory->bias;
    problem.epilogue.residual = memory->residual;
    problem.epilogue.dst = memory->dst;
    return static_cast<const State *>(state)->launch(&problem, stream);
}

extern const frcnn_conv_engine frcnn_conv_engine_depthwise = {"depthwise", open_depthwise, close_depthwise,
                                                              get_name,    get_scratchpad, run_depthwise};
