/* A thread makes one number. */
#include "generator_words.h"
#include "kernel.h"
#include "tensor_kernels.h"

extern "C" {
#include "tensor/random/randint_body.h"
}

enum { BLOCK = 256 };

FRCNN_DEVICE void store(void *dst, frcnn_dtype dtype, int64_t i, int64_t value)
{
    switch (dtype) {
    case FRCNN_F32:
        static_cast<float *>(dst)[i] = (float)value;
        break;
    case FRCNN_F64:
        static_cast<double *>(dst)[i] = (double)value;
        break;
    case FRCNN_F16:
        static_cast<uint16_t *>(dst)[i] = frcnn_randint_to_f16(value);
        break;
    case FRCNN_BF16:
        static_cast<uint16_t *>(dst)[i] = frcnn_randint_to_bf16(value);
        break;
    case FRCNN_I8:
        static_cast<int8_t *>(dst)[i] = (int8_t)value;
        break;
    case FRCNN_I16:
        static_cast<int16_t *>(dst)[i] = (int16_t)value;
        break;
    case FRCNN_I32:
        static_cast<int32_t *>(dst)[i] = (int32_t)value;
        break;
    case FRCNN_I64:
        static_cast<int64_t *>(dst)[i] = value;
        break;
    default:
        static_cast<uint8_t *>(dst)[i] = (uint8_t)value;
        break;
    }
}

/* first: of the n numbers in dst. */
FRCNN_KERNEL(BLOCK)
randint_narrow(const frcnn_randint randint, int64_t first, int64_t n, const uint32_t *words, void *dst)
{
    const int64_t i = (int64_t)blockIdx.x * BLOCK + threadIdx.x;
    if (i < n)
        store(dst, randint.dtype, first + i, frcnn_randint_narrow_at(words[i], randint.low, (uint32_t)randint.range));
}

FRCNN_KERNEL(BLOCK)
randint_wide(const frcnn_randint randint, int64_t first, int64_t n, const uint32_t *words, void *dst)
{
    const int64_t i = (int64_t)blockIdx.x * BLOCK + threadIdx.x;
    if (i < n)
        store(dst, randint.dtype, first + i,
              frcnn_randint_wide_at(words[2 * i], words[2 * i + 1], randint.low, randint.range));
}

extern "C" frcnn_status frcnn_randint_cuda(const frcnn_randint *randint, frcnn_generator *generator, void *dst)
{
    const int is_narrow = randint->range < FRCNN_RANDINT_ONE_WORD;
    const int64_t n_each = is_narrow ? 1 : 2;
    const int64_t n_part = FRCNN_WORDS_PART / n_each;
    const cudaStream_t stream = frcnn_tensor_stream_get()->handle;
    frcnn_generator_words words(generator);
    FRCNN_TRY(words.open(randint->n * n_each));
    for (int64_t i = 0; i < randint->n; i += n_part) {
        const int64_t n = randint->n - i < n_part ? randint->n - i : n_part;
        const unsigned n_blocks = (unsigned)((n + BLOCK - 1) / BLOCK);
        FRCNN_TRY(words.draw(n * n_each));
        if (is_narrow)
            FRCNN_TRY(FRCNN_LAUNCH(randint_narrow, n_blocks, BLOCK, 0, stream, *randint, i, n, words.get(), dst));
        else
            FRCNN_TRY(FRCNN_LAUNCH(randint_wide, n_blocks, BLOCK, 0, stream, *randint, i, n, words.get(), dst));
    }
    words.keep();
    return FRCNN_OK;
}
