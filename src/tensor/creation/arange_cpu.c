#include "tensor/creation/arange.h"
#include "tensor/creation/arange_body.h"
#include "tensor/parallel.h"

enum { CHUNK = 32768 };

/* Values first … last - 1; a multiple of LANES lies at first. */
#define DEFINE_REAL(name, type, number, at, lanes)                                                                     \
    FRCNN_SIMD static void name(const frcnn_range *range, int64_t first, int64_t last)                                 \
    {                                                                                                                  \
        type *dst = range->dst;                                                                                        \
        const number start = (number)range->start;                                                                     \
        const number step = (number)range->step;                                                                       \
        const int64_t n_vectors = frcnn_arange_get_vectors(range->n, lanes);                                           \
        const int64_t end = last < n_vectors ? last : n_vectors;                                                       \
        for (int64_t i = first; i < end; i += (lanes))                                                                 \
            for (int64_t nth = 0; nth < (lanes); nth++) dst[i + nth] = at(start, step, i + nth, nth);                  \
        for (int64_t i = first > n_vectors ? first : n_vectors; i < last; i++) dst[i] = at(start, step, i, 0);         \
    }

#define DEFINE_WHOLE(name, type)                                                                                       \
    FRCNN_SIMD static void name(const frcnn_range *range, int64_t first, int64_t last)                                 \
    {                                                                                                                  \
        type *dst = range->dst;                                                                                        \
        const int64_t start = (int64_t)range->start;                                                                   \
        const int64_t step = (int64_t)range->step;                                                                     \
        for (int64_t i = first; i < last; i++) dst[i] = (type)frcnn_arange_whole_at(start, step, i);                   \
    }

DEFINE_REAL(arange_f32, float, double, frcnn_arange_f32_at, FRCNN_ARANGE_F32_LANES)
DEFINE_REAL(arange_f64, double, double, frcnn_arange_f64_at, FRCNN_ARANGE_F64_LANES)
DEFINE_REAL(arange_f16, uint16_t, float, frcnn_arange_f16_at, FRCNN_ARANGE_F16_LANES)
DEFINE_REAL(arange_bf16, uint16_t, float, frcnn_arange_bf16_at, FRCNN_ARANGE_F16_LANES)
DEFINE_WHOLE(arange_u8, uint8_t)
DEFINE_WHOLE(arange_i8, int8_t)
DEFINE_WHOLE(arange_i16, int16_t)
DEFINE_WHOLE(arange_i32, int32_t)
DEFINE_WHOLE(arange_i64, int64_t)

static const frcnn_range_function functions[] = {
    [FRCNN_F32] = arange_f32,   [FRCNN_F64] = arange_f64, [FRCNN_F16] = arange_f16,
    [FRCNN_BF16] = arange_bf16, [FRCNN_U8] = arange_u8,   [FRCNN_I8] = arange_i8,
    [FRCNN_I16] = arange_i16,   [FRCNN_I32] = arange_i32, [FRCNN_I64] = arange_i64,
};

void frcnn_range_run(const frcnn_range *range, frcnn_range_function function)
{
    const int64_t n_chunks = (range->n + CHUNK - 1) / CHUNK;
    FRCNN_PARALLEL_FOR_IF(n_chunks > 1)
    for (int64_t i = 0; i < n_chunks; i++) function(range, i * CHUNK, i < n_chunks - 1 ? (i + 1) * CHUNK : range->n);
}

frcnn_status frcnn_arange_cpu(const frcnn_range *range)
{
    frcnn_range_run(range, functions[range->dtype]);
    return FRCNN_OK;
}
