#include "kernel.h"

#include "generator_words.h"
#include "item_grid.h"
#include "tensor_layers.h"

extern "C" {
#include "tensor/layers/dropout_body.h"
}

FRCNN_DEVICE float drop(float value, uint32_t word, uint32_t last_kept, float scale)
{
    return frcnn_dropout_f32_at(value, word, last_kept, scale);
}

FRCNN_DEVICE double drop(double value, uint32_t word, uint32_t last_kept, double scale)
{
    return frcnn_dropout_f64_at(value, word, last_kept, scale);
}

template <typename T>
FRCNN_KERNEL(FRCNN_ITEM_THREADS)
drop_values(int64_t n, const uint32_t *words, uint32_t last_kept, T scale, const T *src, T *dst)
{
    for (int64_t i = frcnn_item_first(); i < n; i += frcnn_item_step())
        dst[i] = drop(src[i], words[i], last_kept, scale);
}

template <typename T>
static frcnn_status launch(const frcnn_dropout *dropout, int64_t first, int64_t n, const uint32_t *words,
                           const void *src, void *dst)
{
    return FRCNN_LAUNCH((drop_values<T>), frcnn_item_blocks(n), FRCNN_ITEM_THREADS, 0,
                        frcnn_tensor_stream_get()->handle, n, words, dropout->last_kept, (T)dropout->scale,
                        static_cast<const T *>(src) + first, static_cast<T *>(dst) + first);
}

frcnn_status frcnn_dropout_cuda(const frcnn_dropout *dropout, frcnn_generator *generator, const void *src, void *dst)
{
    frcnn_generator_words words(generator);
    FRCNN_TRY(words.open(dropout->n));
    for (int64_t i = 0; i < dropout->n; i += FRCNN_WORDS_PART) {
        const int64_t n = dropout->n - i < FRCNN_WORDS_PART ? dropout->n - i : FRCNN_WORDS_PART;
        FRCNN_TRY(words.draw(n));
        FRCNN_TRY(dropout->dtype == FRCNN_F64 ? launch<double>(dropout, i, n, words.get(), src, dst)
                                              : launch<float>(dropout, i, n, words.get(), src, dst));
    }
    words.keep();
    return FRCNN_OK;
}
