/* Numbers come in blocks of 16, made from as many uniform ones: a thread makes two of a block. */
#include "generator_words.h"
#include "kernel.h"
#include "tensor_kernels.h"

extern "C" {
#include "tensor/error.h"
#include "tensor/half.h"
#include "tensor/random/randn_body.h"
#include "tensor/random/uniform_body.h"
}

enum { BLOCK = 256, NUMBERS = 16, PAIRS = NUMBERS / 2 };

/* Where the thread's two numbers are: this, and PAIRS behind it. */
FRCNN_DEVICE int64_t get_place(int64_t pair)
{
    return pair / PAIRS * NUMBERS + pair % PAIRS;
}

FRCNN_DEVICE void make_pair(const uint32_t *words, int64_t at, float *u, float *v)
{
    *u = frcnn_uniform_unit_f32_at(words[at]);
    *v = frcnn_uniform_unit_f32_at(words[at + PAIRS]);
    frcnn_randn_pair_f32(u, v);
}

FRCNN_KERNEL(BLOCK) randn_f32(int64_t n_pairs, const uint32_t *words, float *dst)
{
    const int64_t pair = (int64_t)blockIdx.x * BLOCK + threadIdx.x;
    const int64_t at = get_place(pair);
    if (pair < n_pairs) make_pair(words, at, dst + at, dst + at + PAIRS);
}

FRCNN_KERNEL(BLOCK) randn_f16(int64_t n_pairs, const uint32_t *words, uint16_t *dst)
{
    const int64_t pair = (int64_t)blockIdx.x * BLOCK + threadIdx.x;
    const int64_t at = get_place(pair);
    float u;
    float v;
    if (pair >= n_pairs) return;
    make_pair(words, at, &u, &v);
    dst[at] = frcnn_f32_to_f16(u);
    dst[at + PAIRS] = frcnn_f32_to_f16(v);
}

FRCNN_KERNEL(BLOCK) randn_bf16(int64_t n_pairs, const uint32_t *words, uint16_t *dst)
{
    const int64_t pair = (int64_t)blockIdx.x * BLOCK + threadIdx.x;
    const int64_t at = get_place(pair);
    float u;
    float v;
    if (pair >= n_pairs) return;
    make_pair(words, at, &u, &v);
    dst[at] = frcnn_f32_to_bf16(u);
    dst[at + PAIRS] = frcnn_f32_to_bf16(v);
}

FRCNN_KERNEL(BLOCK) randn_f64(int64_t n_pairs, const uint32_t *words, double *dst)
{
    const int64_t pair = (int64_t)blockIdx.x * BLOCK + threadIdx.x;
    const int64_t at = get_place(pair);
    if (pair >= n_pairs) return;
    double u = frcnn_uniform_unit_f64_at(words[2 * at], words[2 * at + 1]);
    double v = frcnn_uniform_unit_f64_at(words[2 * (at + PAIRS)], words[2 * (at + PAIRS) + 1]);
    frcnn_randn_pair_f64(&u, &v);
    dst[at] = u;
    dst[at + PAIRS] = v;
}

/* Blocks of numbers from `first` of dst on, from the words that were drawn last. */
static frcnn_status run_blocks(frcnn_dtype dtype, int64_t n_blocks, const uint32_t *words, int64_t first, void *dst)
{
    const cudaStream_t stream = frcnn_tensor_stream_get()->handle;
    const int64_t n_pairs = n_blocks * PAIRS;
    const unsigned grid = (unsigned)((n_pairs + BLOCK - 1) / BLOCK);
    switch (dtype) {
    case FRCNN_F64:
        return FRCNN_LAUNCH(randn_f64, grid, BLOCK, 0, stream, n_pairs, words, static_cast<double *>(dst) + first);
    case FRCNN_F16:
        return FRCNN_LAUNCH(randn_f16, grid, BLOCK, 0, stream, n_pairs, words, static_cast<uint16_t *>(dst) + first);
    case FRCNN_BF16:
        return FRCNN_LAUNCH(randn_bf16, grid, BLOCK, 0, stream, n_pairs, words, static_cast<uint16_t *>(dst) + first);
    default:
        return FRCNN_LAUNCH(randn_f32, grid, BLOCK, 0, stream, n_pairs, words, static_cast<float *>(dst) + first);
    }
}

/* What is left of n after the whole blocks is not enough for one: the last 16 are drawn again, over some that are done. For
   f32 and f64 words have been drawn for what is left before, and are lost. */
static frcnn_status run_last(frcnn_dtype dtype, int64_t n, int64_t n_each, frcnn_generator_words *words, void *dst)
{
    const int is_half = dtype == FRCNN_F16 || dtype == FRCNN_BF16;
    if (!is_half) FRCNN_TRY(words->draw(n % NUMBERS * n_each));
    FRCNN_TRY(words->draw(NUMBERS * n_each));
    return run_blocks(dtype, 1, words->get(), n - NUMBERS, dst);
}

static frcnn_status run(frcnn_dtype dtype, int64_t n, frcnn_generator *generator, void *dst)
{
    const int64_t n_each = dtype == FRCNN_F64 ? 2 : 1;
    const int64_t n_part = FRCNN_WORDS_PART / n_each;
    const int64_t n_whole = n / NUMBERS * NUMBERS;
    frcnn_generator_words words(generator);
    FRCNN_TRY(words.open(n * n_each));
    for (int64_t i = 0; i < n_whole; i += n_part) {
        const int64_t n_here = n_whole - i < n_part ? n_whole - i : n_part;
        FRCNN_TRY(words.draw(n_here * n_each));
        FRCNN_TRY(run_blocks(dtype, n_here / NUMBERS, words.get(), i, dst));
    }
    if (n_whole < n) FRCNN_TRY(run_last(dtype, n, n_each, &words, dst));
    words.keep();
    return FRCNN_OK;
}

/* Fewer than a block are made one by one: by the CPU. */
static frcnn_status run_few(frcnn_dtype dtype, int64_t n, frcnn_generator *generator, void *dst)
{
    const frcnn_generator before = *generator;
    double values[NUMBERS];
    FRCNN_TRY(frcnn_randn_cpu(dtype, n, generator, values));
    const frcnn_status status =
        frcnn_stream_ops_cuda.upload(frcnn_tensor_stream_get(), dst, values, (size_t)n * frcnn_dtype_get_size(dtype));
    if (status != FRCNN_OK) *generator = before;
    return status;
}

extern "C" frcnn_status frcnn_randn_cuda(frcnn_dtype dtype, int64_t n, frcnn_generator *generator, void *dst)
{
    return n < NUMBERS ? run_few(dtype, n, generator, dst) : run(dtype, n, generator, dst);
}
