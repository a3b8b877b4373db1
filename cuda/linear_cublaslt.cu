/* 1x1 convolutions of stride 1, linear layers among them, as products of matrices by cuBLASLt.
 *
 * With M = n * h * w pixels, K = in_c and N = out_c, all in the order of rows as the maps lie in memory:
 *
 *     dst [M, N] = src [M, K] * weight [N, K]^T + residual [M, N] + bias [N]
 *
 * cuBLASLt's matrices lie in the order of columns. The same memory read so is each matrix transposed, with the length of
 * a row as the leading dimension: weight is K x N, src K x M, residual and dst N x M. Both sides transposed:
 *
 *     dst [N x M] = weight [K x N]^T * src [K x M] + residual [N x M] + bias [N], the same for each column
 *
 * which is cuBLASLt's D = A^T * B + beta * C + bias, with a bias for each row of D, of D's dtype; ReLU comes after all of
 * it. ReLU6 and an upsampled residual are left to other engines.
 */
#include "conv_engine.h"
#include "cuda_libraries.h"

#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <mutex>

extern "C" {
#include "tensor/error.h"
#include "tensor/memory.h"
}

enum { MAX_VARIANTS = 8, NAME_BYTES = 64, MAX_DEVICES = 64, SCRATCHPAD_BYTES = 32 << 20 };

/* What a tensor's memory is aligned to at least, as frcnn_conv_memory says; a bias is a tensor too. */
static const uint32_t ALIGNMENT = 16;

struct product_variant {
    cublasLtMatmulAlgo_t algorithm;
    size_t scratchpad;
    char name[NAME_BYTES];
};

struct product_state {
    const frcnn_cublaslt *cublaslt;
    cublasLtHandle_t handle;
    cublasLtMatmulDesc_t product;
    cublasLtMatrixLayout_t a, b, d; /* weight, src, and dst as well as residual */
    float beta;
    int has_f32_bias;
    int n_variants;
    product_variant variants[MAX_VARIANTS];
};

static std::mutex handles_lock;
static struct {
    cublasLtHandle_t handle;
    int was_tried;
} handles[MAX_DEVICES];

/* Of the device, which is current; nullptr where it can't be made. Threads share it; kept to the end. */
static cublasLtHandle_t get_handle(const frcnn_cublaslt *cublaslt, int device)
{
    if (device >= MAX_DEVICES) return nullptr;
    const std::lock_guard<std::mutex> guard(handles_lock);
    if (!handles[device].was_tried && cublaslt->Create(&handles[device].handle) != CUBLAS_STATUS_SUCCESS)
        handles[device].handle = nullptr;
    handles[device].was_tried = 1;
    return handles[device].handle;
}

static int is_possible(const frcnn_conv2d *conv)
{
    const int is_product = conv->kernel_h == 1 && conv->kernel_w == 1 && conv->stride_h == 1 && conv->stride_w == 1 &&
                           conv->padding_h == 0 && conv->padding_w == 0 && conv->groups == 1;
    return is_product && conv->activation <= FRCNN_RELU && conv->residual_h == 0 && conv->n > 0;
}

static cudaDataType_t to_dtype(frcnn_precision precision)
{
    const frcnn_dtype dtype = frcnn_precision_get_dtype(precision);
    return dtype == FRCNN_F16 ? CUDA_R_16F : dtype == FRCNN_BF16 ? CUDA_R_16BF : CUDA_R_32F;
}

#define SET(set, object, name, value) ((set)((object), (name), &(value), sizeof(value)))

static cublasStatus_t create_product(product_state *state, const frcnn_conv2d *conv)
{
    const frcnn_cublaslt *lt = state->cublaslt;
    const cublasComputeType_t compute =
        conv->precision == FRCNN_PRECISION_TF32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
    const int32_t transposed = CUBLAS_OP_T;
    const int32_t plain = CUBLAS_OP_N;
    const uint32_t epilogue = conv->activation == FRCNN_RELU ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_BIAS;
    cublasStatus_t status = lt->MatmulDescCreate(&state->product, compute, CUDA_R_32F);
    if (status == CUBLAS_STATUS_SUCCESS)
        status = SET(lt->MatmulDescSetAttribute, state->product, CUBLASLT_MATMUL_DESC_TRANSA, transposed);
    if (status == CUBLAS_STATUS_SUCCESS)
        status = SET(lt->MatmulDescSetAttribute, state->product, CUBLASLT_MATMUL_DESC_TRANSB, plain);
    if (status == CUBLAS_STATUS_SUCCESS)
        status = SET(lt->MatmulDescSetAttribute, state->product, CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue);
    return status;
}

/* The matrices as cuBLASLt sees them: rows, columns, leading dimension. */
static cublasStatus_t create_layouts(product_state *state, const frcnn_conv2d *conv)
{
    const frcnn_cublaslt *lt = state->cublaslt;
    const cudaDataType_t dtype = to_dtype(conv->precision);
    const cudaDataType_t dst_dtype = conv->dst_is_f32 ? CUDA_R_32F : dtype;
    const int64_t m = conv->n * conv->in_h * conv->in_w;
    const int64_t k = conv->in_c;
    const int64_t n = conv->out_c;
    cublasStatus_t status = lt->MatrixLayoutCreate(&state->a, dtype, (uint64_t)k, (uint64_t)n, k);
    if (status == CUBLAS_STATUS_SUCCESS) status = lt->MatrixLayoutCreate(&state->b, dtype, (uint64_t)k, (uint64_t)m, k);
    if (status == CUBLAS_STATUS_SUCCESS)
        status = lt->MatrixLayoutCreate(&state->d, dst_dtype, (uint64_t)n, (uint64_t)m, n);
    return status;
}

/* Sums in one piece, or in parts that are added in f32 in a fixed order: the same bytes each time. */
static cublasStatus_t set_preference(const frcnn_cublaslt *lt, cublasLtMatmulPreference_t preference)
{
    static const cublasLtMatmulPreferenceAttributes_t ALIGNMENTS[] = {
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES};
    const uint64_t bytes = SCRATCHPAD_BYTES;
    const uint32_t schemes = CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE;
    cublasStatus_t status =
        SET(lt->MatmulPreferenceSetAttribute, preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, bytes);
    if (status == CUBLAS_STATUS_SUCCESS)
        status = SET(lt->MatmulPreferenceSetAttribute, preference, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, schemes);
    for (const cublasLtMatmulPreferenceAttributes_t name : ALIGNMENTS)
        if (status == CUBLAS_STATUS_SUCCESS)
            status = SET(lt->MatmulPreferenceSetAttribute, preference, name, ALIGNMENT);
    return status;
}

/* -1 where the algorithm has no such setting. */
static int get_setting(const frcnn_cublaslt *lt, const cublasLtMatmulAlgo_t *algorithm,
                       cublasLtMatmulAlgoConfigAttributes_t name)
{
    int32_t value = 0;
    size_t n_written = 0;
    return lt->MatmulAlgoConfigGetAttribute(algorithm, name, &value, sizeof value, &n_written) == CUBLAS_STATUS_SUCCESS
               ? value
               : -1;
}

/* What the preference asks for; an algorithm of parts that are added in dst's dtype would round each of them. */
static int sums_in_f32(const frcnn_cublaslt *lt, const cublasLtMatmulAlgo_t *algorithm)
{
    const int scheme = get_setting(lt, algorithm, CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME);
    return scheme == -1 || scheme == CUBLASLT_REDUCTION_SCHEME_NONE || scheme == CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE;
}

static void add_variant(product_state *state, const cublasLtMatmulHeuristicResult_t *found)
{
    if (found->state != CUBLAS_STATUS_SUCCESS || found->workspaceSize > SCRATCHPAD_BYTES) return;
    if (!sums_in_f32(state->cublaslt, &found->algo)) return;
    product_variant *variant = &state->variants[state->n_variants++];
    variant->algorithm = found->algo;
    variant->scratchpad = found->workspaceSize;
    (void)snprintf(variant->name, sizeof variant->name, "algorithm %d, tile %d, K in %d parts",
                   get_setting(state->cublaslt, &found->algo, CUBLASLT_ALGO_CONFIG_ID),
                   get_setting(state->cublaslt, &found->algo, CUBLASLT_ALGO_CONFIG_TILE_ID),
                   get_setting(state->cublaslt, &found->algo, CUBLASLT_ALGO_CONFIG_SPLITK_NUM));
}

/* Where no bias is known yet the heuristic still asks how it is aligned. */
static cublasStatus_t add_variants(product_state *state)
{
    const frcnn_cublaslt *lt = state->cublaslt;
    const void *bias = reinterpret_cast<const void *>((uintptr_t)ALIGNMENT);
    cublasLtMatmulHeuristicResult_t found[MAX_VARIANTS];
    cublasLtMatmulPreference_t preference = nullptr;
    int n = 0;
    cublasStatus_t status = SET(lt->MatmulDescSetAttribute, state->product, CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias);
    if (status == CUBLAS_STATUS_SUCCESS) status = lt->MatmulPreferenceCreate(&preference);
    if (status == CUBLAS_STATUS_SUCCESS) status = set_preference(lt, preference);
    if (status == CUBLAS_STATUS_SUCCESS)
        status = lt->MatmulAlgoGetHeuristic(state->handle, state->product, state->a, state->b, state->d, state->d,
                                            preference, MAX_VARIANTS, found, &n);
    if (preference != nullptr) (void)lt->MatmulPreferenceDestroy(preference);
    for (int i = 0; status == CUBLAS_STATUS_SUCCESS && i < n; i++) add_variant(state, &found[i]);
    return status;
}

static void destroy_state(product_state **state)
{
    if (*state == nullptr) return;
    const frcnn_cublaslt *lt = (*state)->cublaslt;
    if ((*state)->product != nullptr) (void)lt->MatmulDescDestroy((*state)->product);
    for (cublasLtMatrixLayout_t layout : {(*state)->a, (*state)->b, (*state)->d})
        if (layout != nullptr) (void)lt->MatrixLayoutDestroy(layout);
    frcnn_free(*state);
    *state = nullptr;
}

/* A product that cuBLASLt does not take has no variants. */
static frcnn_status create_state(product_state **out, const frcnn_cublaslt *cublaslt, cublasLtHandle_t handle,
                                 const frcnn_conv2d *conv)
{
    void *memory = nullptr;
    FRCNN_TRY(frcnn_alloc_zeroed(&memory, 1, sizeof(product_state), "product of cuBLASLt"));
    product_state *state = static_cast<product_state *>(memory);
    state->cublaslt = cublaslt;
    state->handle = handle;
    state->beta = conv->has_residual ? 1.0f : 0.0f;
    state->has_f32_bias = conv->dst_is_f32;
    cublasStatus_t status = create_product(state, conv);
    if (status == CUBLAS_STATUS_SUCCESS) status = create_layouts(state, conv);
    if (status == CUBLAS_STATUS_SUCCESS) status = add_variants(state);
    if (status != CUBLAS_STATUS_SUCCESS || state->n_variants == 0) destroy_state(&state);
    *out = state;
    return FRCNN_OK;
}

static frcnn_status open(void **out, int *n_variants, const frcnn_conv2d *conv, int device)
{
    const frcnn_cublaslt *cublaslt = is_possible(conv) ? frcnn_cublaslt_get() : nullptr;
    const cublasLtHandle_t handle = cublaslt != nullptr ? get_handle(cublaslt, device) : nullptr;
    product_state *state = nullptr;
    if (handle != nullptr) FRCNN_TRY(create_state(&state, cublaslt, handle, conv));
    *n_variants = state != nullptr ? state->n_variants : 0;
    *out = state;
    return FRCNN_OK;
}

static void close(void **state)
{
    product_state *product = static_cast<product_state *>(*state);
    destroy_state(&product);
    *state = nullptr;
}

static const char *get_name(const void *state, int variant)
{
    return static_cast<const product_state *>(state)->variants[variant].name;
}

static size_t get_scratchpad(const void *state, int variant)
{
    return static_cast<const product_state *>(state)->variants[variant].scratchpad;
}

static frcnn_status run(void *state, int variant, const frcnn_conv_memory *memory, cudaStream_t stream)
{
    const product_state *product = static_cast<const product_state *>(state);
    const product_variant *chosen = &product->variants[variant];
    const frcnn_cublaslt *lt = product->cublaslt;
    const float alpha = 1.0f;
    const void *bias = product->has_f32_bias ? memory->bias : memory->map_bias;
    const void *c = memory->residual != nullptr ? memory->residual : memory->dst; /* not read where beta is 0 */
    cublasStatus_t status = SET(lt->MatmulDescSetAttribute, product->product, CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias);
    if (status == CUBLAS_STATUS_SUCCESS)
        status = lt->Matmul(product->handle, product->product, &alpha, memory->weight, product->a, memory->src,
                            product->b, &product->beta, c, product->d, memory->dst, product->d, &chosen->algorithm,
                            memory->scratchpad, chosen->scratchpad, stream);
    if (status == CUBLAS_STATUS_SUCCESS) return FRCNN_OK;
    return frcnn_fail(FRCNN_ERROR_BACKEND, "convolution: cuBLASLt: %s", lt->GetStatusString(status));
}

const frcnn_conv_engine frcnn_conv_engine_cublaslt = {"cuBLASLt", open, close, get_name, get_scratchpad, run};
