#include <math.h>
#include <string.h>

#include "tensor/body.h"
#include "tensor/error.h"
#include "tensor/layers/interpolate.h"
#include "tensor/layers/interpolate_body.h"
#include "tensor/memory.h"
#include "tensor/parallel.h"

static void copy_pixels(const frcnn_resample_side *x, size_t bytes, const unsigned char *src, unsigned char *dst)
{
    const int64_t *first = x->first;
    if (bytes == 1)
        for (int64_t i = 0; i < x->out; i++) dst[i] = src[first[i]];
    else if (bytes == 4)
        for (int64_t i = 0; i < x->out; i++) memcpy(dst + 4 * i, src + 4 * first[i], 4);
    else
        for (int64_t i = 0; i < x->out; i++) memcpy(dst + (size_t)i * bytes, src + (size_t)first[i] * bytes, bytes);
}

frcnn_status frcnn_interpolate_nearest_cpu(const frcnn_interpolate_run *run)
{
    const size_t bytes = (size_t)run->c * frcnn_dtype_get_size(run->dtype);
    const unsigned char *src = run->src;
    unsigned char *dst = run->dst;
    FRCNN_PARALLEL_FOR_IF(run->n * run->y.out * run->x.out * run->c >= FRCNN_PARALLEL_MIN)
    for (int64_t row = 0; row < run->n * run->y.out; row++) {
        const int64_t from = row / run->y.out * run->y.in + run->y.first[row % run->y.out];
        copy_pixels(&run->x, bytes, src + (size_t)(from * run->x.in) * bytes, dst + (size_t)(row * run->x.out) * bytes);
    }
    return FRCNN_OK;
}

/* n sums of values that lie step apart, from the last tap to the first: of two, that is PyTorch's order. */
#define DEFINE_SUMS(suffix, type, fma_function)                                                                        \
    static inline __attribute__((always_inline)) void sum_taps_##suffix(                                               \
        int64_t n, int64_t size, const double *weights, int64_t step, const type *src, type *restrict dst)             \
    {                                                                                                                  \
        if (size == 2) {                                                                                               \
            const type first = (type)weights[0], second = (type)weights[1];                                            \
            for (int64_t i = 0; i < n; i++) dst[i] = fma_function(first, src[i], second * src[step + i]);              \
            return;                                                                                                    \
        }                                                                                                              \
        for (int64_t i = 0; i < n; i++)                                                                                \
            dst[i] = size > 0 ? (type)weights[size - 1] * src[(size - 1) * step + i] : (type)0;                        \
        for (int64_t k = size - 2; k >= 0; k--) {                                                                      \
            const type weight = (type)weights[k];                                                                      \
            for (int64_t i = 0; i < n; i++) dst[i] = fma_function(weight, src[k * step + i], dst[i]);                  \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    FRCNN_SIMD void frcnn_interpolate_columns_##suffix(const frcnn_resample_side *x, int64_t c, const type *src,       \
                                                       type *restrict dst)                                             \
    {                                                                                                                  \
        /* Grey maps: a call for every pixel would cost more than the pixel. Only the last pixels are not pairs. */    \
        int64_t n_pairs = c == 1 && x->max_size == 2 ? x->out : 0;                                                     \
        while (n_pairs > 0 && x->size[n_pairs - 1] != 2) n_pairs--;                                                    \
        for (int64_t i = 0; i < n_pairs; i++) {                                                                        \
            const type *taps = src + x->first[i];                                                                      \
            const double *weights = x->weights + 2 * i;                                                                \
            dst[i] = fma_function((type)weights[0], taps[0], (type)weights[1] * taps[1]);                              \
        }                                                                                                              \
        for (int64_t i = n_pairs; i < x->out; i++)                                                                     \
            sum_taps_##suffix(c, x->size[i], x->weights + i * x->max_size, c, src + x->first[i] * c, dst + i * c);     \
    }                                                                                                                  \
                                                                                                                       \
    FRCNN_SIMD void frcnn_interpolate_row_##suffix(int64_t n, int64_t size, const double *weights, const type *src,    \
                                                   type *restrict dst)                                                 \
    {                                                                                                                  \
        sum_taps_##suffix(n, size, weights, n, src, dst);                                                              \
    }

DEFINE_SUMS(f32, float, fmaf)
DEFINE_SUMS(f64, double, fma)

/* The same in whole numbers of 2^-precision, rounded. */
static inline __attribute__((always_inline)) void sum_taps_u8(int64_t n, int64_t size, const double *weights,
                                                              int precision, int64_t step, const uint8_t *src,
                                                              uint8_t *restrict dst)
{
    for (int64_t i = 0; i < n; i++) dst[i] = frcnn_interpolate_sum_u8(weights, size, precision, step, src + i);
}

static void interpolate_columns_u8(const frcnn_resample_side *x, int64_t c, const uint8_t *src, uint8_t *restrict dst)
{
    for (int64_t i = 0; i < x->out; i++)
        sum_taps_u8(c, x->size[i], x->weights + i * x->max_size, x->precision, c, src + x->first[i] * c, dst + i * c);
}

/* One row of the input at the new width. */
static void run_columns(const frcnn_interpolate_run *run, const void *src, void *dst)
{
    if (run->dtype == FRCNN_F32)
        frcnn_interpolate_columns_f32(&run->x, run->c, src, dst);
    else if (run->dtype == FRCNN_F64)
        frcnn_interpolate_columns_f64(&run->x, run->c, src, dst);
    else if (run->x.in == run->x.out)
        memcpy(dst, src, (size_t)(run->x.in * run->c));
    else
        interpolate_columns_u8(&run->x, run->c, src, dst);
}

/* A row of the output from those at the new width, which lie after each other. */
static void run_row(const frcnn_interpolate_run *run, int64_t row, const void *rows, void *dst)
{
    const frcnn_resample_side *y = &run->y;
    const int64_t n = run->x.out * run->c;
    const double *weights = y->weights + row * y->max_size;
    if (run->dtype == FRCNN_F32)
        frcnn_interpolate_row_f32(n, y->size[row], weights, rows, dst);
    else if (run->dtype == FRCNN_F64)
        frcnn_interpolate_row_f64(n, y->size[row], weights, rows, dst);
    else if (y->in == y->out)
        memcpy(dst, rows, (size_t)n);
    else
        sum_taps_u8(n, y->size[row], weights, y->precision, n, rows, dst);
}

/* Rows first to end - 1 of an image's output. window holds the rows of the input, at the new width, that one of them
   takes: what the next one takes too is moved up. */
static void run_band(const frcnn_interpolate_run *run, int64_t first, int64_t end, const unsigned char *src,
                     unsigned char *window, unsigned char *dst)
{
    const size_t element_bytes = frcnn_dtype_get_size(run->dtype);
    const size_t in_bytes = (size_t)(run->x.in * run->c) * element_bytes;
    const size_t out_bytes = (size_t)(run->x.out * run->c) * element_bytes;
    int64_t held_first = 0, held_end = 0;
    for (int64_t row = first; row < end; row++) {
        const int64_t from = run->y.first[row], to = from + run->y.size[row];
        if (from >= held_end || from < held_first)
            held_end = from;
        else if (from > held_first)
            memmove(window, window + (size_t)(from - held_first) * out_bytes, (size_t)(held_end - from) * out_bytes);
        held_first = from;
        for (; held_end < to; held_end++)
            run_columns(run, src + (size_t)held_end * in_bytes, window + (size_t)(held_end - from) * out_bytes);
        run_row(run, row, window, dst + (size_t)row * out_bytes);
    }
}

frcnn_status frcnn_interpolate_linear_cpu(const frcnn_interpolate_run *run)
{
    const size_t bytes = frcnn_dtype_get_size(run->dtype);
    const int64_t in_size = run->y.in * run->x.in * run->c, out_size = run->y.out * run->x.out * run->c;
    const int is_large = in_size >= FRCNN_PARALLEL_MIN || out_size >= FRCNN_PARALLEL_MIN;
    int64_t n_bands = is_large ? frcnn_parallel_get_threads() : 1;
    if (n_bands > run->y.out) n_bands = run->y.out;
    const int64_t window_rows = run->y.max_size < run->y.in ? run->y.max_size : run->y.in;
    const int64_t window_size = run->x.out * run->c;
    void *windows = NULL;
    FRCNN_FAIL_IF(window_size > INT64_MAX / 8 / n_bands / window_rows, FRCNN_ERROR_INVALID,
                  "interpolate: expected %lld rows of %lld values to fit in memory", (long long)window_rows,
                  (long long)window_size);
    FRCNN_TRY(frcnn_alloc(&windows, (size_t)(n_bands * window_rows * window_size), bytes, "interpolate"));
    for (int64_t i = 0; i < run->n; i++) {
        FRCNN_PARALLEL_FOR_IF(n_bands > 1)
        for (int64_t band = 0; band < n_bands; band++)
            run_band(run, band * run->y.out / n_bands, (band + 1) * run->y.out / n_bands,
                     (const unsigned char *)run->src + (size_t)(i * in_size) * bytes,
                     (unsigned char *)windows + (size_t)(band * window_rows * window_size) * bytes,
                     (unsigned char *)run->dst + (size_t)(i * out_size) * bytes);
    }
    frcnn_free(windows);
    return FRCNN_OK;
}
