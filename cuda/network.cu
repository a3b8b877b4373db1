/* Primitives of the CUDA backend: the engines that can run a convolution, and which one of their variants does. */
#include "conv_choice.h"
#include "conv_engine.h"
#include "conv_weight.h"
#include "cuda_check.h"
#include "network_kernels.h"

extern "C" {
#include "conv_candidates.h"
#include "tensor/memory.h"
}

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <mutex>

namespace
{

/* In the order in which they are asked; the first that can run a convolution runs it where nothing was measured. Libraries
 * can do nothing with the memory of a grid that runs on the CPU. */
const frcnn_conv_engine *const ENGINES[] = {
    &frcnn_conv_engine_depthwise,
    &frcnn_conv_engine_gemm,
#if !defined(FRCNN_HOST_GRID)
    &frcnn_conv_engine_cublaslt,
    &frcnn_conv_engine_cudnn,
#endif
};

enum {
    N_ENGINES = sizeof ENGINES / sizeof *ENGINES,
    NAME_BYTES = 96,
    ALIGNMENT = 256,
    N_BATCHES = 3 /* of runs, each measured together */
};

/* A variant is not measured further where its first run takes that many times as long as the fastest so far. */
const float HOPELESS = 1.4f;

/* What a batch takes at least, so that the clock's own noise counts little. */
const float BATCH_MS = 0.06f;

struct OpenEngine {
    int index; /* in ENGINES */
    void *state;
    int n_variants;
};

size_t align(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

size_t get_weight_bytes(const frcnn_conv_layout *layout)
{
    const size_t element =
        layout->precision == FRCNN_PRECISION_F16 || layout->precision == FRCNN_PRECISION_BF16 ? 2 : 4;
    return align((size_t)frcnn_conv_layout_get_count(layout) * element);
}

} // namespace

struct frcnn_primitive {
    frcnn_conv2d conv;
    int device;
    int n_engines;
    OpenEngine engines[N_ENGINES];
    OpenEngine *engine; /* that runs */
    int variant;
    int is_tuned;
    char name[NAME_BYTES];
};

struct frcnn_packed {
    frcnn_conv_layout plain, kernel;
    void *memory; /* holds all that follows */
    void *weight, *kernel_weight;
    float *bias;
    void *map_bias;
};

static void close_engines(frcnn_primitive *primitive, const OpenEngine *kept)
{
    for (int i = 0; i < primitive->n_engines; ++i)
        if (&primitive->engines[i] != kept) ENGINES[primitive->engines[i].index]->close(&primitive->engines[i].state);
    if (kept == nullptr) {
        primitive->n_engines = 0;
        return;
    }
    primitive->engines[0] = *kept;
    primitive->engine = &primitive->engines[0];
    primitive->n_engines = 1;
}

static void destroy_primitive(frcnn_primitive **primitive)
{
    if (*primitive == nullptr) return;
    close_engines(*primitive, nullptr);
    frcnn_free(*primitive);
    *primitive = nullptr;
}

static frcnn_status open_engine(frcnn_primitive *primitive, int index)
{
    OpenEngine *engine = &primitive->engines[primitive->n_engines];
    engine->index = index;
    FRCNN_TRY(ENGINES[index]->open(&engine->state, &engine->n_variants, &primitive->conv, primitive->device));
    if (engine->n_variants > 0) ++primitive->n_engines;
    return FRCNN_OK;
}

/* The one that was found to be fastest, if any was and the engine still has it. */
static frcnn_status open_remembered(frcnn_primitive *primitive)
{
    frcnn_conv_choice choice = {0, 0};
    if (!frcnn_conv_choice_find(&choice, &primitive->conv, primitive->device)) return FRCNN_OK;
    FRCNN_TRY(open_engine(primitive, choice.engine));
    if (choice.variant >= primitive->engines[0].n_variants) {
        close_engines(primitive, nullptr);
        return FRCNN_OK;
    }
    primitive->variant = choice.variant;
    primitive->is_tuned = 1;
    return FRCNN_OK;
}

/* All that can run the convolution. */
static frcnn_status open_engines(frcnn_primitive *primitive)
{
    frcnn_status unsupported = FRCNN_OK;
    for (int i = 0; i < N_ENGINES; ++i) {
        const frcnn_status status = open_engine(primitive, i);
        if (status == FRCNN_ERROR_UNSUPPORTED)
            unsupported = status;
        else
            FRCNN_TRY(status);
    }
    if (primitive->n_engines == 0) return unsupported;
    return FRCNN_OK;
}

static frcnn_status check_precision(const frcnn_conv2d *conv, int device)
{
    if (conv->precision != FRCNN_PRECISION_TF32 && conv->precision != FRCNN_PRECISION_BF16) return FRCNN_OK;
    int major = 0;
    int minor = 0;
    FRCNN_TRY(frcnn_cuda_check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device), "device"));
    FRCNN_TRY(frcnn_cuda_check(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device), "device"));
    FRCNN_FAIL_IF(major < 8, FRCNN_ERROR_UNSUPPORTED,
                  "precision %s: expected a GPU of compute capability 8.0 or more, found %d.%d of CUDA device %d: take "
                  "f16 or f32",
                  frcnn_precision_get_name(conv->precision), major, minor, device);
    return FRCNN_OK;
}

static frcnn_status create_primitive(frcnn_primitive **out, const frcnn_conv2d *conv, frcnn_stream *stream)
{
    FRCNN_TRY(frcnn_cuda_check(cudaSetDevice(stream->device), "device"));
    FRCNN_TRY(check_precision(conv, stream->device));
    void *memory = nullptr;
    FRCNN_TRY(frcnn_alloc_zeroed(&memory, 1, sizeof(frcnn_primitive), "convolution"));
    frcnn_primitive *primitive = static_cast<frcnn_primitive *>(memory);
    primitive->conv = *conv;
    primitive->device = stream->device;
    frcnn_status status = open_remembered(primitive);
    if (status == FRCNN_OK && !primitive->is_tuned) status = open_engines(primitive);
    if (status != FRCNN_OK) {
        destroy_primitive(&primitive);
        return status;
    }
    primitive->engine = &primitive->engines[0];
    *out = primitive;
    return FRCNN_OK;
}

static size_t get_scratchpad(const frcnn_primitive *primitive)
{
    if (primitive->is_tuned)
        return ENGINES[primitive->engine->index]->get_scratchpad(primitive->engine->state, primitive->variant);
    size_t bytes = 0;
    for (int i = 0; i < primitive->n_engines; ++i)
        for (int variant = 0; variant < primitive->engines[i].n_variants; ++variant)
            bytes = std::max(
                bytes, ENGINES[primitive->engines[i].index]->get_scratchpad(primitive->engines[i].state, variant));
    return bytes;
}

/* A bias in the dtype of maps is packed as the weights of a layer of one input channel. */
static frcnn_conv2d get_bias_layer(const frcnn_conv2d *conv)
{
    frcnn_conv2d layer = frcnn_conv2d_on_rows(1, 1, conv->out_c);
    layer.precision = conv->precision;
    return layer;
}

/* 0 where it is the f32 bias. */
static size_t get_map_bias_bytes(const frcnn_conv2d *conv)
{
    const frcnn_conv2d layer = get_bias_layer(conv);
    const frcnn_conv_layout layout = frcnn_conv_layout_get_plain(&layer);
    return frcnn_precision_get_dtype(conv->precision) == FRCNN_F32 ? 0 : get_weight_bytes(&layout);
}

static size_t get_packed_bytes(const frcnn_primitive *primitive)
{
    const frcnn_conv_layout plain = frcnn_conv_layout_get_plain(&primitive->conv);
    const frcnn_conv_layout kernel = frcnn_conv_layout_get_kernel(&primitive->conv);
    const size_t second = frcnn_conv_layout_is_same(&plain, &kernel) ? 0 : get_weight_bytes(&kernel);
    const size_t bias = align((size_t)primitive->conv.out_c * sizeof(float));
    return get_weight_bytes(&plain) + second + bias + get_map_bias_bytes(&primitive->conv);
}

static void destroy_packed(frcnn_packed **packed)
{
    if (*packed == nullptr) return;
    if ((*packed)->memory != nullptr) (void)cudaFree((*packed)->memory);
    (void)cudaGetLastError();
    frcnn_free(*packed);
    *packed = nullptr;
}

/* Weights live longer than any one stream, so they are no part of its pool, but may need what it keeps. */
static frcnn_status alloc_packed(frcnn_packed *packed, size_t bytes, frcnn_stream *stream)
{
    cudaError_t error = cudaMalloc(&packed->memory, bytes);
    if (error == cudaErrorMemoryAllocation) {
        (void)cudaGetLastError();
        frcnn_stream_ops_cuda.trim(stream);
        error = cudaMalloc(&packed->memory, bytes);
    }
    if (error == cudaErrorMemoryAllocation) {
        size_t free_bytes = 0;
        size_t total_bytes = 0;
        (void)cudaGetLastError();
        (void)cudaMemGetInfo(&free_bytes, &total_bytes);
        return frcnn_fail(FRCNN_ERROR_NO_MEMORY, "weights of a convolution: %zu bytes asked of the GPU, %zu are free",
                          bytes, free_bytes);
    }
    return frcnn_cuda_check(error, "weights of a convolution");
}

static frcnn_status fill_packed(frcnn_packed *packed, const frcnn_conv2d *conv, const float *weight, const float *bias,
                                frcnn_stream *stream)
{
    const int is_transposed = conv->weight_is_transposed;
    unsigned char *end = static_cast<unsigned char *>(packed->memory);
    packed->weight = end;
    end += get_weight_bytes(&packed->plain);
    FRCNN_TRY(frcnn_conv_weight_pack(&packed->plain, is_transposed, weight, packed->weight, stream->handle));
    packed->kernel_weight = packed->weight;
    if (!frcnn_conv_layout_is_same(&packed->plain, &packed->kernel)) {
        packed->kernel_weight = end;
        end += get_weight_bytes(&packed->kernel);
        FRCNN_TRY(
            frcnn_conv_weight_pack(&packed->kernel, is_transposed, weight, packed->kernel_weight, stream->handle));
    }
    packed->bias = reinterpret_cast<float *>(end);
    end += align((size_t)conv->out_c * sizeof(float));
    FRCNN_TRY(frcnn_stream_ops_cuda.upload(stream, packed->bias, bias, (size_t)conv->out_c * sizeof(float)));
    packed->map_bias = packed->bias;
    if (get_map_bias_bytes(conv) > 0) {
        const frcnn_conv2d layer = get_bias_layer(conv);
        const frcnn_conv_layout layout = frcnn_conv_layout_get_plain(&layer);
        packed->map_bias = end;
        FRCNN_TRY(frcnn_conv_weight_pack(&layout, 0, packed->bias, packed->map_bias, stream->handle));
    }
    /* Any stream may be the next to read them. */
    return frcnn_stream_ops_cuda.wait(stream);
}

/* The weights as they come are on the device for as long as it takes to reorder them. */
static frcnn_status upload_packed(frcnn_packed *packed, const frcnn_conv2d *conv, const float *weight,
                                  const float *bias, frcnn_stream *stream)
{
    const size_t bytes = (size_t)frcnn_conv_layout_get_count(&packed->plain) * sizeof(float);
    void *uploaded = nullptr;
    FRCNN_TRY(frcnn_stream_ops_cuda.alloc(stream, &uploaded, bytes, "weights of a convolution"));
    frcnn_status status = frcnn_stream_ops_cuda.upload(stream, uploaded, weight, bytes);
    if (status == FRCNN_OK) status = fill_packed(packed, conv, static_cast<const float *>(uploaded), bias, stream);
    frcnn_stream_ops_cuda.free(stream, uploaded);
    return status;
}

static frcnn_status create_packed(frcnn_packed **out, const frcnn_primitive *primitive, const float *weight,
                                  const float *bias, frcnn_stream *stream)
{
    void *memory = nullptr;
    FRCNN_TRY(frcnn_cuda_check(cudaSetDevice(stream->device), "device"));
    FRCNN_TRY(frcnn_alloc_zeroed(&memory, 1, sizeof(frcnn_packed), "weights of a convolution"));
    frcnn_packed *packed = static_cast<frcnn_packed *>(memory);
    packed->plain = frcnn_conv_layout_get_plain(&primitive->conv);
    packed->kernel = frcnn_conv_layout_get_kernel(&primitive->conv);
    frcnn_status status = alloc_packed(packed, get_packed_bytes(primitive), stream);
    if (status == FRCNN_OK) status = upload_packed(packed, &primitive->conv, weight, bias, stream);
    if (status != FRCNN_OK) {
        destroy_packed(&packed);
        return status;
    }
    *out = packed;
    return FRCNN_OK;
}

static int packs_alike(const frcnn_primitive *a, const frcnn_primitive *b)
{
    const frcnn_conv_layout plain_a = frcnn_conv_layout_get_plain(&a->conv);
    const frcnn_conv_layout plain_b = frcnn_conv_layout_get_plain(&b->conv);
    const frcnn_conv_layout kernel_a = frcnn_conv_layout_get_kernel(&a->conv);
    const frcnn_conv_layout kernel_b = frcnn_conv_layout_get_kernel(&b->conv);
    return a->conv.weight_is_transposed == b->conv.weight_is_transposed &&
           frcnn_conv_layout_is_same(&plain_a, &plain_b) && frcnn_conv_layout_is_same(&kernel_a, &kernel_b);
}

static int fits(const frcnn_packed *packed, const frcnn_primitive *primitive)
{
    const frcnn_conv_layout plain = frcnn_conv_layout_get_plain(&primitive->conv);
    const frcnn_conv_layout kernel = frcnn_conv_layout_get_kernel(&primitive->conv);
    return frcnn_conv_layout_is_same(&packed->plain, &plain) && frcnn_conv_layout_is_same(&packed->kernel, &kernel);
}

static frcnn_conv_memory get_memory(const void *src, const frcnn_packed *packed, const void *residual, void *dst,
                                    void *scratchpad)
{
    return frcnn_conv_memory{src, packed->weight, packed->kernel_weight, packed->bias, packed->map_bias, residual,
                             dst, scratchpad};
}

static frcnn_status run(frcnn_primitive *primitive, const void *src, const frcnn_packed *packed, const void *residual,
                        void *dst, void *scratchpad, frcnn_stream *stream)
{
    const frcnn_conv_memory memory = get_memory(src, packed, residual, dst, scratchpad);
    return ENGINES[primitive->engine->index]->run(primitive->engine->state, primitive->variant, &memory,
                                                  stream->handle);
}

namespace
{

/* What a measurement needs. */
struct Stopwatch {
    cudaEvent_t start, stop;
    cudaStream_t stream;
};

/* A variant of one engine on the memory of a run. */
struct Trial {
    const frcnn_conv_engine *engine;
    void *state;
    int variant;
    const frcnn_conv_memory *memory;
};

} // namespace

static frcnn_status measure_batch(const Stopwatch *watch, const Trial *trial, int n_runs, float *ms)
{
    FRCNN_TRY(frcnn_cuda_check(cudaEventRecord(watch->start, watch->stream), "event"));
    for (int i = 0; i < n_runs; ++i)
        FRCNN_TRY(trial->engine->run(trial->state, trial->variant, trial->memory, watch->stream));
    FRCNN_TRY(frcnn_cuda_check(cudaEventRecord(watch->stop, watch->stream), "event"));
    FRCNN_TRY(frcnn_cuda_check(cudaEventSynchronize(watch->stop), "convolution"));
    FRCNN_TRY(frcnn_cuda_check(cudaEventElapsedTime(ms, watch->start, watch->stop), "event"));
    *ms /= (float)n_runs;
    return FRCNN_OK;
}

/* The median of some batches, or the first time of a variant that won't be the fastest. */
static frcnn_status measure(const Stopwatch *watch, const Trial *trial, float fastest_ms, float *ms)
{
    float batches[N_BATCHES];
    FRCNN_TRY(measure_batch(watch, trial, 1, ms)); /* the first run of a kernel also loads it */
    FRCNN_TRY(measure_batch(watch, trial, 1, ms));
    if (*ms > HOPELESS * fastest_ms) return FRCNN_OK;
    const int n_runs = *ms < BATCH_MS ? (int)std::min(BATCH_MS / *ms + 1.0f, 8.0f) : 1;
    for (float &batch : batches) FRCNN_TRY(measure_batch(watch, trial, n_runs, &batch));
    std::sort(batches, batches + N_BATCHES);
    *ms = batches[N_BATCHES / 2];
    return FRCNN_OK;
}

/* A variant that fails is no choice, as where a library finds too late that it can't; where all fail, the last one says why. */
static frcnn_status find_fastest(frcnn_primitive *primitive, const Stopwatch *watch, const frcnn_conv_memory *memory,
                                 OpenEngine **engine, int *fastest)
{
    float fastest_ms = INFINITY;
    frcnn_status status = FRCNN_OK;
    *engine = nullptr;
    for (int i = 0; i < primitive->n_engines; ++i) {
        OpenEngine *tried = &primitive->engines[i];
        for (int variant = 0; variant < tried->n_variants; ++variant) {
            const Trial trial = {ENGINES[tried->index], tried->state, variant, memory};
            float ms = INFINITY;
            const frcnn_status measured = measure(watch, &trial, fastest_ms, &ms);
            if (measured != FRCNN_OK) {
                (void)cudaGetLastError(); /* a library may leave its error behind */
                status = measured;
            } else if (ms < fastest_ms) {
                fastest_ms = ms;
                *engine = tried;
                *fastest = variant;
            }
        }
    }
    return *engine == nullptr ? status : frcnn_cuda_check(cudaStreamSynchronize(watch->stream), "convolution");
}

static frcnn_status tune_on(frcnn_primitive *primitive, const Stopwatch *watch, const frcnn_conv_memory *memory)
{
    OpenEngine *engine = primitive->engines;
    int variant = 0;
    /* f32 is for parity: what runs follows from the sizes alone, so that another process gives the same bytes. */
    if (primitive->conv.precision != FRCNN_PRECISION_F32)
        FRCNN_TRY(find_fastest(primitive, watch, memory, &engine, &variant));
    frcnn_conv_choice_remember(&primitive->conv, primitive->device, frcnn_conv_choice{engine->index, variant});
    close_engines(primitive, engine);
    primitive->variant = variant;
    primitive->is_tuned = 1;
    return FRCNN_OK;
}

/* What another primitive of this convolution has found meanwhile, if any has. */
static void adopt_remembered(frcnn_primitive *primitive)
{
    frcnn_conv_choice choice = {0, 0};
    if (!frcnn_conv_choice_find(&choice, &primitive->conv, primitive->device)) return;
    for (int i = 0; i < primitive->n_engines && !primitive->is_tuned; ++i) {
        if (primitive->engines[i].index != choice.engine || choice.variant >= primitive->engines[i].n_variants)
            continue;
        close_engines(primitive, &primitive->engines[i]);
        primitive->variant = choice.variant;
        primitive->is_tuned = 1;
    }
}

static frcnn_status tune(frcnn_primitive *primitive, const void *src, const frcnn_packed *packed, const void *residual,
                         void *dst, void *scratchpad, frcnn_stream *stream)
{
    /* Measured one at a time: they would slow each other down, and each convolution is to run one way. */
    static std::mutex tuning;
    const std::lock_guard<std::mutex> lock(tuning);
    if (!primitive->is_tuned) adopt_remembered(primitive);
    if (primitive->is_tuned) return FRCNN_OK;
    const frcnn_conv_memory memory = get_memory(src, packed, residual, dst, scratchpad);
    Stopwatch watch = {nullptr, nullptr, stream->handle};
    frcnn_status status = frcnn_cuda_check(cudaSetDevice(stream->device), "device");
    if (status == FRCNN_OK) status = frcnn_cuda_check(cudaEventCreate(&watch.start), "event");
    if (status == FRCNN_OK) status = frcnn_cuda_check(cudaEventCreate(&watch.stop), "event");
    if (status == FRCNN_OK) status = tune_on(primitive, &watch, &memory);
    if (watch.start != nullptr) (void)cudaEventDestroy(watch.start);
    if (watch.stop != nullptr) (void)cudaEventDestroy(watch.stop);
    return status;
}

/* The engine and variant of candidate index, counted through all engines. */
static void find_candidate(const frcnn_primitive *primitive, int index, int *engine, int *variant)
{
    *engine = 0;
    *variant = primitive->is_tuned ? primitive->variant : index;
    while (!primitive->is_tuned && *variant >= primitive->engines[*engine].n_variants)
        *variant -= primitive->engines[(*engine)++].n_variants;
}

int frcnn_conv_candidates_get_n(const frcnn_primitive *primitive)
{
    int n = 0;
    for (int i = 0; i < primitive->n_engines; ++i) n += primitive->engines[i].n_variants;
    return primitive->is_tuned ? 1 : n;
}

const char *frcnn_conv_candidates_get_name(frcnn_primitive *primitive, int index)
{
    int i = 0;
    int variant = 0;
    find_candidate(primitive, index, &i, &variant);
    const frcnn_conv_engine *engine = ENGINES[primitive->engines[i].index];
    (void)snprintf(primitive->name, sizeof primitive->name, "%s: %s", engine->name,
                   engine->get_name(primitive->engines[i].state, variant));
    return primitive->name;
}

void frcnn_conv_candidates_choose(frcnn_primitive *primitive, int index)
{
    int engine = 0;
    find_candidate(primitive, index, &engine, &primitive->variant);
    primitive->engine = &primitive->engines[engine];
}

int frcnn_conv_candidates_get_chosen(const frcnn_primitive *primitive)
{
    int index = primitive->is_tuned ? 0 : primitive->variant;
    for (const OpenEngine *engine = primitive->engines; engine != primitive->engine; ++engine)
        index += engine->n_variants;
    return index;
}

void frcnn_conv_candidates_forget(void)
{
    frcnn_conv_choice_forget_all();
}

extern "C" const frcnn_network_ops frcnn_network_ops_cuda = {
    1, // adds_upsampled
    create_primitive,
    destroy_primitive,
    get_scratchpad,
    create_packed,
    destroy_packed,
    fits,
    packs_alike,
    get_packed_bytes,
    tune,
    run,
    frcnn_max_pool2d_cuda,
    frcnn_upsample_nearest_cuda,
    frcnn_channel_mean_cuda,
    frcnn_channel_gate_cuda,
};
