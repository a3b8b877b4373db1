#include <math.h>
#include <string.h>

#include "tensor/body.h"
#include "tensor/error.h"
#include "tensor/layers/interpolate.h"
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
        for (int64_t i = 0; i < x->out; i++)                                                                           \
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
    for (int64_t i = 0; i < n; i++) {
        int32_t sum = precision > 0 ? 1 << (precision - 1) : 0;
        for (int64_t k = 0; k < size; k++) sum += (int32_t)weights[k] * src[k * step + i];
        sum >>= precision;
        dst[i] = (uint8_t)(sum < 0 ? 0 : sum > UINT8_MAX ? UINT8_MAX : sum);
    }
}

static void interpolate_columns_u8(const frcnn_resample_side *x, int64_t c, const uint8_t *src, uint8_t *restrict dst)
{
    for (int64_t i = 0; i < x->out; i++)
        sum_taps_u8(c, x->size[i], x->weights + i * x->max_size, x->precision, c, src + x->first[i] * c, dst + i * c);
}

static void run_columns(const frcnn_interpolate_run *run, int64_t row, const void *src, void *dst)
{
    const int64_t from = row * run->x.in * run->c, to = row * run->x.out * run->c;
    if (run->dtype == FRCNN_F32)
        frcnn_interpolate_columns_f32(&run->x, run->c, (const float *)src + from, (float *)dst + to);
    else if (run->dtype == FRCNN_F64)
        frcnn_interpolate_columns_f64(&run->x, run->c, (const double *)src + from, (double *)dst + to);
    else
        interpolate_columns_u8(&run->x, run->c, (const uint8_t *)src + from, (uint8_t *)dst + to);
}

static void run_row(const frcnn_interpolate_run *run, int64_t row, const void *src, void *dst)
{
    const frcnn_resample_side *y = &run->y;
    const int64_t n = run->x.out * run->c;
    const int64_t from = y->first[row] * n, to = row * n;
    const double *weights = y->weights + row * y->max_size;
    if (run->dtype == FRCNN_F32)
        frcnn_interpolate_row_f32(n, y->size[row], weights, (const float *)src + from, (float *)dst + to);
    else if (run->dtype == FRCNN_F64)
        frcnn_interpolate_row_f64(n, y->size[row], weights, (const double *)src + from, (double *)dst + to);
    else
        sum_taps_u8(n, y->size[row], weights, y->precision, n, (const uint8_t *)src + from, (uint8_t *)dst + to);
}

/* One image; between holds its rows at the new width. */
static void run_image(const frcnn_interpolate_run *run, const void *src, void *between, void *dst)
{
    const int64_t n = run->x.out * run->c;
    const int keeps_width = run->dtype == FRCNN_U8 && run->x.in == run->x.out;
    const int keeps_height = run->dtype == FRCNN_U8 && run->y.in == run->y.out;
    const void *rows = keeps_width ? src : keeps_height ? dst : between;
    if (!keeps_width) {
        void *to = keeps_height ? dst : between;
        FRCNN_PARALLEL_FOR_IF(run->y.in * n >= FRCNN_PARALLEL_MIN)
        for (int64_t row = 0; row < run->y.in; row++) run_columns(run, row, src, to);
    }
    if (!keeps_height) {
        FRCNN_PARALLEL_FOR_IF(run->y.out * n >= FRCNN_PARALLEL_MIN)
        for (int64_t row = 0; row < run->y.out; row++) run_row(run, row, rows, dst);
    } else if (keeps_width) {
        memcpy(dst, src, (size_t)(run->y.in * n));
    }
}

frcnn_status frcnn_interpolate_linear_cpu(const frcnn_interpolate_run *run)
{
    const size_t bytes = frcnn_dtype_get_size(run->dtype);
    const int64_t in_size = run->y.in * run->x.in * run->c, out_size = run->y.out * run->x.out * run->c;
    void *between = NULL;
    FRCNN_FAIL_IF(run->x.out * run->c > INT64_MAX / 8 / run->y.in, FRCNN_ERROR_INVALID,
                  "interpolate: expected %lld rows of %lld values to fit in memory", (long long)run->y.in,
                  (long long)(run->x.out * run->c));
    FRCNN_TRY(frcnn_alloc(&between, (size_t)(run->y.in * run->x.out * run->c), bytes, "interpolate"));
    for (int64_t i = 0; i < run->n; i++)
        run_image(run, (const unsigned char *)run->src + (size_t)(i * in_size) * bytes, between,
                  (unsigned char *)run->dst + (size_t)(i * out_size) * bytes);
    frcnn_free(between);
    return FRCNN_OK;
}
