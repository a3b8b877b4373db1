#include "tensor/body.h"
#include "tensor/parallel.h"
#include "tensor/reduce/cumsum.h"

enum { TILE = 512, SERIAL_ELEMENTS = 32768 };

typedef void (*tile_function)(int64_t n, int64_t stride, int64_t width, const void *src, void *dst);

/* width columns of n values that are stride apart. One column alone is a chain of additions: it is not kept in memory
   between them. */
#define DEFINE_TILE(name, type, acc)                                                                                   \
    FRCNN_SIMD void frcnn_cumsum_##name(int64_t n, int64_t stride, int64_t width, const void *src, void *dst)          \
    {                                                                                                                  \
        const type *restrict from = (const type *)src;                                                                 \
        type *restrict to = (type *)dst;                                                                               \
        acc sums[TILE];                                                                                                \
        if (width == 1) {                                                                                              \
            acc sum = 0;                                                                                               \
            for (int64_t r = 0; r < n; r++) {                                                                          \
                sum += (acc)from[r * stride];                                                                          \
                to[r * stride] = (type)sum;                                                                            \
            }                                                                                                          \
            return;                                                                                                    \
        }                                                                                                              \
        for (int64_t c = 0; c < width; c++) sums[c] = 0;                                                               \
        for (int64_t r = 0; r < n; r++) {                                                                              \
            for (int64_t c = 0; c < width; c++) {                                                                      \
                sums[c] += (acc)from[r * stride + c];                                                                  \
                to[r * stride + c] = (type)sums[c];                                                                    \
            }                                                                                                          \
        }                                                                                                              \
    }

DEFINE_TILE(f32, float, double)
DEFINE_TILE(f64, double, double)
DEFINE_TILE(i64, int64_t, uint64_t)

static void run_tile(frcnn_dtype dtype, int64_t n, int64_t n_inner, int64_t n_tiles, int64_t i, const void *src,
                     void *dst)
{
    const tile_function run = dtype == FRCNN_F32   ? frcnn_cumsum_f32
                              : dtype == FRCNN_F64 ? frcnn_cumsum_f64
                                                   : frcnn_cumsum_i64;
    const int64_t column = i % n_tiles * TILE;
    const int64_t width = n_inner - column < TILE ? n_inner - column : TILE;
    const size_t offset = (size_t)(i / n_tiles * n * n_inner + column) * frcnn_dtype_get_size(dtype);
    run(n, n_inner, width, (const unsigned char *)src + offset, (unsigned char *)dst + offset);
}

frcnn_status frcnn_cumsum_cpu(frcnn_dtype dtype, int64_t n_outer, int64_t n, int64_t n_inner, const void *src,
                              void *dst)
{
    const int64_t n_tiles = (n_inner + TILE - 1) / TILE;
    if (n_outer * n * n_inner <= SERIAL_ELEMENTS) {
        for (int64_t i = 0; i < n_outer * n_tiles; i++) run_tile(dtype, n, n_inner, n_tiles, i, src, dst);
    } else {
        FRCNN_PARALLEL_FOR
        for (int64_t i = 0; i < n_outer * n_tiles; i++) run_tile(dtype, n, n_inner, n_tiles, i, src, dst);
    }
    return FRCNN_OK;
}
