/* The generator's words are drawn by the CPU, whose they are to the bit, and uploaded. */
#include "kernel.h"

#include "item_grid.h"
#include "tensor_layers.h"
#include "tensor_memory.h"

extern "C" {
#include "tensor/layers/dropout_body.h"
#include "tensor/memory.h"
#include "tensor/random/generator.h"
}

static const int64_t BLOCK = 1 << 22; /* elements whose words are drawn at once */

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

/* words: the CPU's memory; on_device: as many on the device. */
static frcnn_status run(const frcnn_dropout *dropout, frcnn_mt19937 *engine, uint32_t *words, uint32_t *on_device,
                        const void *src, void *dst)
{
    for (int64_t i = 0; i < dropout->n; i += BLOCK) {
        const int64_t n = dropout->n - i < BLOCK ? dropout->n - i : BLOCK;
        frcnn_mt19937_draw(engine, n, words);
        FRCNN_TRY(frcnn_stream_ops_cuda.upload(frcnn_tensor_stream_get(), on_device, words, (size_t)n * sizeof *words));
        FRCNN_TRY(dropout->dtype == FRCNN_F64 ? launch<double>(dropout, i, n, on_device, src, dst)
                                              : launch<float>(dropout, i, n, on_device, src, dst));
    }
    return FRCNN_OK;
}

frcnn_status frcnn_dropout_cuda(const frcnn_dropout *dropout, frcnn_generator *generator, const void *src, void *dst)
{
    const size_t n = (size_t)(dropout->n < BLOCK ? dropout->n : BLOCK);
    const frcnn_mt19937 before = generator->engine;
    void *words = nullptr;
    frcnn_scratch on_device;
    if (n == 0) return FRCNN_OK;
    FRCNN_TRY(on_device.alloc(n * sizeof(uint32_t), "dropout"));
    FRCNN_TRY(frcnn_alloc(&words, n, sizeof(uint32_t), "dropout"));
    const frcnn_status status =
        run(dropout, &generator->engine, static_cast<uint32_t *>(words), on_device.get<uint32_t>(), src, dst);
    frcnn_free(words);
    if (status != FRCNN_OK) generator->engine = before;
    return status;
}
