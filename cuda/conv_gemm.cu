/* The engine of conv_gemm.h: which tiles and parts of K a convolution may run with, in the order of what a simple model of
   the GPU makes of them. */
#include "conv_gemm.h"

#include "conv_candidates.h"
#include "conv_engine.h"
#include "conv_weight.h"

extern "C" {
#include "tensor/memory.h"
}

#include <algorithm>
#include <cinttypes>
#include <cstdio>

namespace
{

enum {
    MAX_VARIANTS = 128, /* that there can be */
    N_LIKELY = 8,       /* worth a measurement */
    NAME_BYTES = 64,
    N_SUM_THREADS = 256,
    MIN_STEPS = 4 /* of a part of K */
};

/* What the model of the GPU needs, in cycles. */
enum {
    STEP_LATENCY = 700,     /* from the start of a step's loads to their end */
    TILE_CYCLES = 2500,     /* of a tile before its first step and behind its last */
    SUM_CYCLES = 4000,      /* of the second kernel, where K has parts */
    SM_BYTES_PER_CYCLE = 16 /* of memory, for an SM's share */
};

struct Gpu {
    int n_sms;
    int major, minor;               /* compute capability */
    size_t block_shared, sm_shared; /* bytes that a block and an SM may have */
};

struct Variant {
    const frcnn_gemm_tile *tile;
    int n_parts, steps_per_part;
    int n_stages;
    int is_cached;
    size_t shared_bytes;
    double cycles; /* by the model */
    char name[NAME_BYTES];
};

struct State {
    frcnn_gemm_problem problem;
    frcnn_dtype dtype; /* of src */
    int n_variants;
    Variant *variants; /* behind the struct */
};

/* Finds variants, the fastest by the model first. */
struct Search {
    const Gpu *gpu;
    const frcnn_gemm_problem *problem;
    int element_bytes;
    int n_taps;
    int n_variants;
    Variant variants[MAX_VARIANTS];
};

int n_offered = N_LIKELY;

frcnn_status get_attribute(int *value, cudaDeviceAttr attribute, int device)
{
    return frcnn_cuda_check(cudaDeviceGetAttribute(value, attribute, device), "device");
}

frcnn_status find_gpu(Gpu *gpu, int device)
{
    int block_shared = 0;
    int sm_shared = 0;
    FRCNN_TRY(get_attribute(&gpu->n_sms, cudaDevAttrMultiProcessorCount, device));
    FRCNN_TRY(get_attribute(&gpu->major, cudaDevAttrComputeCapabilityMajor, device));
    FRCNN_TRY(get_attribute(&gpu->minor, cudaDevAttrComputeCapabilityMinor, device));
    FRCNN_TRY(get_attribute(&block_shared, cudaDevAttrMaxSharedMemoryPerBlockOptin, device));
    FRCNN_TRY(get_attribute(&sm_shared, cudaDevAttrMaxSharedMemoryPerMultiprocessor, device));
    gpu->block_shared = (size_t)block_shared;
    gpu->sm_shared = (size_t)sm_shared;
    return FRCNN_OK;
}

int divide_up(int64_t a, int64_t b)
{
    return (int)((a + b - 1) / b);
}

frcnn_divisor make_divisor(int divisor)
{
    unsigned shift = 0;
    while ((1u << shift) < (unsigned)divisor) ++shift;
    const uint64_t multiplier = (((uint64_t)1 << (32 + shift)) + (unsigned)divisor - 1) / (unsigned)divisor;
    return frcnn_divisor{(unsigned)divisor, (unsigned)(multiplier - ((uint64_t)1 << 32)), shift};
}

/* Offsets in kernels have 32 bits, also those of taps outside of the map. */
frcnn_status check_size(const frcnn_conv2d *conv, const frcnn_conv_layout *layout)
{
    const int64_t limit = INT32_MAX;
    const int64_t rows =
        conv->n * conv->in_h + 2 * ((int64_t)conv->padding_h + (int64_t)conv->dilation_h * conv->kernel_h);
    const int64_t columns = conv->in_w + (int64_t)conv->padding_w + (int64_t)conv->dilation_w * conv->kernel_w;
    const int64_t src = (rows * conv->in_w + columns) * conv->in_c;
    FRCNN_FAIL_IF(src > limit, FRCNN_ERROR_UNSUPPORTED,
                  "conv2d on CUDA: expected a source of at most %" PRId64 " elements with its padding, found %" PRId64
                  ": take a smaller batch",
                  limit, src);
    const int64_t pixels = conv->n * conv->out_h * conv->out_w;
    FRCNN_FAIL_IF(pixels > limit, FRCNN_ERROR_UNSUPPORTED,
                  "conv2d on CUDA: expected at most %" PRId64 " pixels, found %" PRId64 ": take a smaller batch", limit,
                  pixels);
    const int64_t weights = frcnn_conv_layout_get_count(layout);
    FRCNN_FAIL_IF(weights > limit, FRCNN_ERROR_UNSUPPORTED,
                  "conv2d on CUDA: expected at most %" PRId64 " weights, found %" PRId64, limit, weights);
    return FRCNN_OK;
}

frcnn_gemm_problem make_problem(const frcnn_conv2d *conv, const frcnn_conv_layout *layout, int element_bytes)
{
    const int step_elements = FRCNN_GEMM_STEP_BYTES / element_bytes;
    frcnn_gemm_problem problem = frcnn_gemm_problem();
    problem.epilogue = frcnn_conv_epilogue_make(conv);
    problem.epilogue.is_aligned = layout->group_out_c % 4 == 0;
    problem.n_pixels = (int)(conv->n * conv->out_h * conv->out_w);
    problem.groups = layout->groups;
    problem.group_in_c = layout->group_in_c;
    problem.group_out_c = layout->group_out_c;
    problem.in_h = (int)conv->in_h;
    problem.in_w = (int)conv->in_w;
    problem.in_c = (int)conv->in_c;
    problem.kernel_h = conv->kernel_h;
    problem.kernel_w = conv->kernel_w;
    problem.stride_h = conv->stride_h;
    problem.stride_w = conv->stride_w;
    problem.padding_h = conv->padding_h;
    problem.padding_w = conv->padding_w;
    problem.dilation_h = conv->dilation_h;
    problem.dilation_w = conv->dilation_w;
    problem.pitch = (int)layout->pitch;
    problem.n_steps = layout->kind == FRCNN_CONV_ELEMENTS ? divide_up(layout->pitch, step_elements)
                                                          : layout->taps * divide_up(layout->group_in_c, step_elements);
    problem.dst_is_f32 = conv->dst_is_f32;
    problem.by_group_in_c = make_divisor(layout->group_in_c);
    problem.by_kernel_w = make_divisor(conv->kernel_w);
    return problem;
}

int count_tiles(const frcnn_gemm_problem *problem, const frcnn_gemm_tile *tile)
{
    return divide_up(problem->n_pixels, tile->n_pixels) * divide_up(problem->group_out_c, tile->n_channels) *
           problem->groups;
}

/* Blocks of an SM at once. */
int count_resident(const Gpu *gpu, const frcnn_gemm_tile *tile, size_t shared_bytes)
{
    const size_t reserved = 1024; /* by CUDA, of each block */
    return std::max(1, std::min(tile->n_resident, (int)(gpu->sm_shared / (shared_bytes + reserved))));
}

/* Blocks of an SM share its arithmetic, and hide the latency of loads from each other. */
double model_cycles(const Search *search, const Variant *variant)
{
    const frcnn_gemm_problem *problem = search->problem;
    const frcnn_gemm_tile *tile = variant->tile;
    const int resident = count_resident(search->gpu, tile, variant->shared_bytes);
    const int blocks = divide_up((int64_t)count_tiles(problem, tile) * variant->n_parts, search->gpu->n_sms);
    const int rounds = divide_up(blocks, resident);
    const double step_elements = FRCNN_GEMM_STEP_BYTES / search->element_bytes;
    const double work = tile->n_pixels * tile->n_channels * step_elements / tile->macs_per_cycle;
    const double latency = (double)STEP_LATENCY / (variant->n_stages - 1);
    double cycles = variant->steps_per_part * std::max(blocks * work, rounds * latency) + rounds * TILE_CYCLES;
    if (variant->n_parts > 1) {
        const double bytes =
            2.0 * sizeof(float) * variant->n_parts * problem->n_pixels * problem->epilogue.out_c / search->gpu->n_sms;
        cycles += SUM_CYCLES + bytes / SM_BYTES_PER_CYCLE;
    }
    return variant->is_cached ? cycles * 0.98 : cycles;
}

/* Steps whose operands stand in shared memory; where copies are not asynchronous, more are no use. */
int count_stages(const Gpu *gpu, const frcnn_gemm_tile *tile)
{
    return gpu->major < 8 ? (int)FRCNN_GEMM_N_STAGES_AT_ONCE : tile->n_stages;
}

size_t get_shared_bytes(const frcnn_gemm_tile *tile, int n_stages)
{
    return tile->table_bytes + std::max((size_t)n_stages * tile->stage_bytes, tile->sum_bytes);
}

size_t get_parts_bytes(const frcnn_gemm_problem *problem, int n_parts)
{
    return n_parts == 1 ? 0
                        : (size_t)n_parts * (size_t)problem->n_pixels * (size_t)problem->epilogue.out_c * sizeof(float);
}

void add_variant(Search *search, const frcnn_gemm_tile *tile, int n_parts, int is_cached)
{
    const frcnn_gemm_problem *problem = search->problem;
    Variant variant = Variant();
    variant.tile = tile;
    variant.steps_per_part = divide_up(problem->n_steps, n_parts);
    variant.n_parts = divide_up(problem->n_steps, variant.steps_per_part);
    variant.is_cached = is_cached;
    variant.n_stages = count_stages(search->gpu, tile);
    variant.shared_bytes = get_shared_bytes(tile, std::min(variant.n_stages, variant.steps_per_part));
    if (variant.n_parts != n_parts || variant.shared_bytes > search->gpu->block_shared ||
        get_parts_bytes(problem, n_parts) > FRCNN_CONV_SCRATCHPAD_LIMIT)
        return;
    variant.cycles = model_cycles(search, &variant);
    (void)snprintf(variant.name, sizeof variant.name, "%s, %d part%s of K%s", tile->name, n_parts,
                   n_parts == 1 ? "" : "s", is_cached ? ", through L1" : "");
    if (search->n_variants < MAX_VARIANTS) search->variants[search->n_variants++] = variant;
}

/* All numbers of parts that leave each enough to do and the GPU not too much at once. */
void add_tile(Search *search, const frcnn_gemm_tile *tile)
{
    const frcnn_gemm_problem *problem = search->problem;
    const int tiles = count_tiles(problem, tile);
    const int max_blocks = 2 * search->gpu->n_sms * tile->n_resident;
    static const int N_PARTS[] = {1, 2, 3, 4, 6, 8, 12, 16, 24};
    for (const int n_parts : N_PARTS) {
        if (n_parts > 1 && (tiles * n_parts > max_blocks || problem->n_steps / n_parts < MIN_STEPS)) break;
        add_variant(search, tile, n_parts, 0);
        if (!tile->by_elements && search->n_taps > 1) add_variant(search, tile, n_parts, 1);
    }
}

void sort_variants(Variant *first, Variant *end)
{
    std::stable_sort(first, end, [](const Variant &a, const Variant &b) { return a.cycles < b.cycles; });
}

/* The likeliest variants of one way to multiply. */
void add_tiles(Search *search, const frcnn_gemm_tiles *tiles, frcnn_conv_kind kind, int limit)
{
    const int first = search->n_variants;
    for (int i = 0; i < tiles->n; ++i)
        if (tiles->tiles[i].by_elements == (kind == FRCNN_CONV_ELEMENTS)) add_tile(search, &tiles->tiles[i]);
    sort_variants(search->variants + first, search->variants + search->n_variants);
    search->n_variants = std::min(search->n_variants, first + limit);
}

frcnn_status prepare_variants(const Gpu *gpu, const State *state)
{
    for (int i = 0; i < state->n_variants; ++i) {
        const frcnn_gemm_tile *tile = state->variants[i].tile;
        FRCNN_TRY(tile->prepare(get_shared_bytes(tile, count_stages(gpu, tile))));
    }
    return FRCNN_OK;
}

/* TF32 is fast enough to be taken three times on the large chips alone. */
bool has_fast_tf32(const Gpu *gpu)
{
    return gpu->major >= 8 && gpu->major < 12 && !(gpu->major == 8 && gpu->minor != 0);
}

} // namespace

static void close_gemm(void **state)
{
    frcnn_free(*state);
    *state = nullptr;
}

static frcnn_status create_state(State **out, const Search *search, const frcnn_conv2d *conv)
{
    const int n_variants = search->n_variants;
    void *memory = nullptr;
    FRCNN_TRY(frcnn_alloc_zeroed(&memory, 1, sizeof(State) + (size_t)n_variants * sizeof(Variant), "convolution"));
    State *state = static_cast<State *>(memory);
    state->problem = *search->problem;
    state->dtype = frcnn_precision_get_dtype(conv->precision);
    state->n_variants = n_variants;
    state->variants = reinterpret_cast<Variant *>(state + 1);
    std::copy(search->variants, search->variants + n_variants, state->variants);
    *out = state;
    return FRCNN_OK;
}

static void find_variants(Search *search, frcnn_precision precision, frcnn_conv_kind kind)
{
    const bool has_two_ways =
        precision == FRCNN_PRECISION_F32 && kind == FRCNN_CONV_VECTORS && has_fast_tf32(search->gpu);
    const int limit = has_two_ways ? (n_offered + 1) / 2 : n_offered;
    if (precision == FRCNN_PRECISION_F16) add_tiles(search, &frcnn_gemm_tiles_f16, kind, limit);
    if (precision == FRCNN_PRECISION_BF16) add_tiles(search, &frcnn_gemm_tiles_bf16, kind, limit);
    if (precision == FRCNN_PRECISION_TF32) add_tiles(search, &frcnn_gemm_tiles_tf32, kind, limit);
    if (precision == FRCNN_PRECISION_F32) add_tiles(search, &frcnn_gemm_tiles_f32, kind, limit);
    if (has_two_ways) add_tiles(search, &frcnn_gemm_tiles_3xtf32, kind, limit);
    sort_variants(search->variants, search->variants + search->n_variants);
}

static frcnn_status open_gemm(void **out, int *n_variants, const frcnn_conv2d *conv, int device)
{
    const frcnn_conv_layout layout = frcnn_conv_layout_get_kernel(conv);
    *n_variants = 0;
    if (layout.kind == FRCNN_CONV_DEPTHWISE) return FRCNN_OK;
    Gpu gpu;
    FRCNN_TRY(check_size(conv, &layout));
    FRCNN_TRY(find_gpu(&gpu, device));
    const int element_bytes = frcnn_precision_get_dtype(conv->precision) == FRCNN_F32 ? 4 : 2;
    const frcnn_gemm_problem problem = make_problem(conv, &layout, element_bytes);
    Search search = {&gpu, &problem, element_bytes, layout.taps, 0, {}};
    find_variants(&search, conv->precision, layout.kind);
    State *state = nullptr;
    FRCNN_TRY(create_state(&state, &search, conv));
    const frcnn_status status = prepare_variants(&gpu, state);
    if (status != FRCNN_OK) {
        frcnn_free(state);
        return status;
    }
    *n_variants = state->n_variants;
    *out = state;
    return FRCNN_OK;
}

void frcnn_conv_candidates_offer(int n)
{
    n_offered = n;
}

static const char *get_name(const void *state, int variant)
{
    return static_cast<const State *>(state)->variants[variant].name;
}

static size_t get_scratchpad(const void *state, int variant)
{
    const State *gemm = static_cast<const State *>(state);
    return get_parts_bytes(&gemm->problem, gemm->variants[variant].n_parts);
}

/* Adds up the parts of N sums, the first part first. */
template <typename T, int N> FRCNN_KERNEL(N_SUM_THREADS) sum_parts(const frcnn_gemm_problem problem)
{
    const int64_t index = ((int64_t)blockIdx.x * N_SUM_THREADS + threadIdx.x) * N;
    const int64_t count = (int64_t)problem.n_pixels * problem.epilogue.out_c;
    if (index >= count) return;
    const int pixel = (int)(index / problem.epilogue.out_c);
    const int channel = (int)(index - (int64_t)pixel * problem.epilogue.out_c);
    float bias[N];
    float sums[N];
    frcnn_vector<T, N> added;
    frcnn_conv_epilogue_load_bias(bias, &problem.epilogue, channel);
    frcnn_conv_epilogue_load(&added, &problem.epilogue,
                             frcnn_conv_epilogue_get_residual_pixel(&problem.epilogue, pixel), channel);
#pragma unroll
    for (int i = 0; i < N; ++i) sums[i] = 0.0f;
#pragma unroll 4
    for (int part = 0; part < problem.n_parts; ++part) {
        const frcnn_vector<float, N> values =
            *reinterpret_cast<const frcnn_vector<float, N> *>(problem.parts + part * count + index);
#pragma unroll
        for (int i = 0; i < N; ++i) sums[i] += values.values[i];
    }
    frcnn_conv_epilogue_store<T, N>(&problem.epilogue, pixel, channel, sums, bias, added);
}

template <typename T> static frcnn_status launch_sum(const frcnn_gemm_problem *problem, cudaStream_t stream)
{
    const int64_t count = (int64_t)problem->n_pixels * problem->epilogue.out_c;
    if (problem->epilogue.is_aligned)
        return FRCNN_LAUNCH((sum_parts<T, 4>), (unsigned)divide_up(count / 4, N_SUM_THREADS), N_SUM_THREADS, 0, stream,
                            *problem);
    return FRCNN_LAUNCH((sum_parts<T, 1>), (unsigned)divide_up(count, N_SUM_THREADS), N_SUM_THREADS, 0, stream,
                        *problem);
}

static frcnn_status run_gemm(void *state, int index, const frcnn_conv_memory *memory, cudaStream_t stream)
{
    const State *gemm = static_cast<const State *>(state);
    const Variant *variant = &gemm->variants[index];
    frcnn_gemm_problem problem = gemm->problem;
    problem.src = static_cast<const unsigned char *>(memory->src);
    problem.weight = static_cast<const unsigned char *>(memory->kernel_weight);
    problem.parts = static_cast<float *>(memory->scratchpad);
    problem.epilogue.bias = memory->bias;
    problem.epilogue.residual = memory->residual;
    problem.epilogue.dst = memory->dst;
    problem.n_parts = variant->n_parts;
    problem.steps_per_part = variant->steps_per_part;
    problem.n_stages = variant->n_stages;
    problem.is_cached = variant->is_cached;
    const dim3 grid((unsigned)count_tiles(&problem, variant->tile), (unsigned)variant->n_parts);
    FRCNN_TRY(variant->tile->launch(&problem, grid, variant->shared_bytes, stream));
    if (variant->n_parts == 1) return FRCNN_OK;
    const frcnn_dtype dtype = problem.dst_is_f32 ? FRCNN_F32 : gemm->dtype;
    if (dtype == FRCNN_F16) return launch_sum<__half>(&problem, stream);
    if (dtype == FRCNN_BF16) return launch_sum<__nv_bfloat16>(&problem, stream);
    return launch_sum<float>(&problem, stream);
}

extern const frcnn_conv_engine frcnn_conv_engine_gemm = {"gemm",   open_gemm,      close_gemm,
                                                         get_name, get_scratchpad, run_gemm};
