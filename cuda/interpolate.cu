#include "kernel.h"

#include "item_grid.h"
#include "moved_words.h"
#include "tensor_layers.h"
#include "tensor_memory.h"

extern "C" {
#include "tensor/layers/interpolate_body.h"
}

FRCNN_DEVICE float interpolate(const frcnn_interpolate_run &run, int64_t row, int64_t column, const float *src)
{
    return frcnn_interpolate_at_f32(&run.y, &run.x, run.c, row, column, src);
}

FRCNN_DEVICE double interpolate(const frcnn_interpolate_run &run, int64_t row, int64_t column, const double *src)
{
    return frcnn_interpolate_at_f64(&run.y, &run.x, run.c, row, column, src);
}

FRCNN_DEVICE uint8_t interpolate(const frcnn_interpolate_run &run, int64_t row, int64_t column, const uint8_t *src)
{
    return frcnn_interpolate_at_u8(&run.y, &run.x, run.c, row, column, src);
}

/* Neighbouring threads have neighbouring channels. */
template <typename T> FRCNN_KERNEL(FRCNN_ITEM_THREADS) interpolate_values(frcnn_interpolate_run run, int64_t n_values)
{
    for (int64_t i = frcnn_item_first(); i < n_values; i += frcnn_item_step()) {
        const int64_t pixel = i / run.c;
        const int64_t row = pixel / run.x.out;
        const T *map = static_cast<const T *>(run.src) + row / run.y.out * run.y.in * run.x.in * run.c;
        static_cast<T *>(run.dst)[i] = interpolate(run, row % run.y.out, pixel % run.x.out, map + i % run.c);
    }
}

/* A pixel is `words` words. */
template <typename Word>
FRCNN_KERNEL(FRCNN_ITEM_THREADS)
copy_words(frcnn_interpolate_run run, int64_t words, int64_t n_words)
{
    const Word *src = static_cast<const Word *>(run.src);
    for (int64_t i = frcnn_item_first(); i < n_words; i += frcnn_item_step()) {
        const int64_t pixel = i / words;
        const int64_t row = pixel / run.x.out;
        const int64_t from_row = row / run.y.out * run.y.in + run.y.first[row % run.y.out];
        const int64_t from = from_row * run.x.in + run.x.first[pixel % run.x.out];
        static_cast<Word *>(run.dst)[i] = src[from * words + i % words];
    }
}

/* side's tables, which lie together, on the device. */
static frcnn_status upload(frcnn_resample_side *side, frcnn_scratch *memory)
{
    const int64_t per_output = 2 + (side->weights != nullptr ? side->max_size : 0);
    const size_t bytes = (size_t)(side->out * per_output) * sizeof(double);
    FRCNN_TRY(memory->alloc(bytes, "interpolate"));
    FRCNN_TRY(frcnn_stream_ops_cuda.upload(frcnn_tensor_stream_get(), memory->get<void>(), side->first, bytes));
    side->first = memory->get<int64_t>();
    side->size = side->first + side->out;
    if (side->weights != nullptr) side->weights = memory->get<double>() + 2 * side->out;
    return FRCNN_OK;
}

template <typename T> static frcnn_status launch(const frcnn_interpolate_run *run, int64_t n_values)
{
    return FRCNN_LAUNCH((interpolate_values<T>), frcnn_item_blocks(n_values), FRCNN_ITEM_THREADS, 0,
                        frcnn_tensor_stream_get()->handle, *run, n_values);
}

template <typename Word>
static frcnn_status launch_copy(const frcnn_interpolate_run *run, int64_t n_pixels, int64_t pixel_bytes)
{
    const int64_t words = pixel_bytes / (int64_t)sizeof(Word);
    return FRCNN_LAUNCH((copy_words<Word>), frcnn_item_blocks(n_pixels * words), FRCNN_ITEM_THREADS, 0,
                        frcnn_tensor_stream_get()->handle, *run, words, n_pixels * words);
}

frcnn_status frcnn_interpolate_linear_cuda(const frcnn_interpolate_run *run)
{
    const int64_t n_values = run->n * run->y.out * run->x.out * run->c;
    frcnn_interpolate_run on_device = *run;
    frcnn_scratch y_tables;
    frcnn_scratch x_tables;
    if (n_values == 0) return FRCNN_OK;
    FRCNN_TRY(upload(&on_device.y, &y_tables));
    FRCNN_TRY(upload(&on_device.x, &x_tables));
    if (run->dtype == FRCNN_F32) return launch<float>(&on_device, n_values);
    if (run->dtype == FRCNN_F64) return launch<double>(&on_device, n_values);
    return launch<uint8_t>(&on_device, n_values);
}

frcnn_status frcnn_interpolate_nearest_cuda(const frcnn_interpolate_run *run)
{
    const int64_t n_pixels = run->n * run->y.out * run->x.out;
    const int64_t pixel_bytes = run->c * (int64_t)frcnn_dtype_get_size(run->dtype);
    frcnn_interpolate_run on_device = *run;
    frcnn_scratch y_tables;
    frcnn_scratch x_tables;
    if (n_pixels == 0 || pixel_bytes == 0) return FRCNN_OK;
    FRCNN_TRY(upload(&on_device.y, &y_tables));
    FRCNN_TRY(upload(&on_device.x, &x_tables));
    FRCNN_WIDE_WORD_DISPATCH(frcnn_word_bytes(pixel_bytes, run->src, run->dst),
                             return launch_copy<Word>(&on_device, n_pixels, pixel_bytes));
}
