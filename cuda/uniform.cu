/* A thread makes one number. */
#include "generator_words.h"
#include "kernel.h"
#include "tensor_kernels.h"

extern "C" {
#include "tensor/random/uniform_body.h"
}

enum { BLOCK = 256 };

FRCNN_KERNEL(BLOCK) uniform_f32(int64_t n, const uint32_t *words, float low, float range, float high, float *dst)
{
    const int64_t i = (int64_t)blockIdx.x * BLOCK + threadIdx.x;
    if (i < n) dst[i] = frcnn_uniform_f32_at(words[i], low, range, high);
}

FRCNN_KERNEL(BLOCK) uniform_f64(int64_t n, const uint32_t *words, double low, double range, double high, double *dst)
{
    const int64_t i = (int64_t)blockIdx.x * BLOCK + threadIdx.x;
    if (i < n) dst[i] = frcnn_uniform_f64_at(words[2 * i], words[2 * i + 1], low, range, high);
}

FRCNN_KERNEL(BLOCK) uniform_f16(int64_t n, const uint32_t *words, float low, float high, uint16_t *dst)
{
    const int64_t i = (int64_t)blockIdx.x * BLOCK + threadIdx.x;
    if (i < n) dst[i] = frcnn_uniform_f16_at(words[i], low, high);
}

FRCNN_KERNEL(BLOCK) uniform_bf16(int64_t n, const uint32_t *words, float low, float high, uint16_t *dst)
{
    const int64_t i = (int64_t)blockIdx.x * BLOCK + threadIdx.x;
    if (i < n) dst[i] = frcnn_uniform_bf16_at(words[i], low, high);
}

/* Numbers first … first + n - 1 from the words that were drawn last. */
static frcnn_status run_part(const frcnn_uniform *uniform, const uint32_t *words, int64_t first, int64_t n, void *dst)
{
    const cudaStream_t stream = frcnn_tensor_stream_get()->handle;
    const unsigned n_blocks = (unsigned)((n + BLOCK - 1) / BLOCK);
    const float low = (float)uniform->low;
    const float high = (float)uniform->high;
    switch (uniform->dtype) {
    case FRCNN_F64:
        return FRCNN_LAUNCH(uniform_f64, n_blocks, BLOCK, 0, stream, n, words, uniform->low,
                            uniform->high - uniform->low, uniform->high, static_cast<double *>(dst) + first);
    case FRCNN_F16:
        return FRCNN_LAUNCH(uniform_f16, n_blocks, BLOCK, 0, stream, n, words, low, high,
                            static_cast<uint16_t *>(dst) + first);
    case FRCNN_BF16:
        return FRCNN_LAUNCH(uniform_bf16, n_blocks, BLOCK, 0, stream, n, words, low, high,
                            static_cast<uint16_t *>(dst) + first);
    default:
        return FRCNN_LAUNCH(uniform_f32, n_blocks, BLOCK, 0, stream, n, words, low, high - low, high,
                            static_cast<float *>(dst) + first);
    }
}

extern "C" frcnn_status frcnn_uniform_cuda(const frcnn_uniform *uniform, frcnn_generator *generator, void *dst)
{
    const int64_t n_each = uniform->dtype == FRCNN_F64 ? 2 : 1;
    const int64_t n_part = FRCNN_WORDS_PART / n_each;
    frcnn_generator_words words(generator);
    FRCNN_TRY(words.open(uniform->n * n_each));
    for (int64_t i = 0; i < uniform->n; i += n_part) {
        const int64_t n = uniform->n - i < n_part ? uniform->n - i : n_part;
        FRCNN_TRY(words.draw(n * n_each));
        FRCNN_TRY(run_part(uniform, words.get(), i, n, dst));
    }
    words.keep();
    return FRCNN_OK;
}
