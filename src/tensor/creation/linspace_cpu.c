#include "tensor/body.h"
#include "tensor/creation/arange.h"
#include "tensor/creation/linspace_body.h"

/* Values first … last - 1. */
#define DEFINE_LINSPACE(name, type, number, bound, get_step, at, store)                                                \
    FRCNN_SIMD static void name(const frcnn_range *range, int64_t first, int64_t last)                                 \
    {                                                                                                                  \
        type *dst = range->dst;                                                                                        \
        const int64_t n = range->n;                                                                                    \
        const number start = bound(range->start);                                                                      \
        const number end = bound(range->end);                                                                          \
        const number step = get_step(start, end, n);                                                                   \
        for (int64_t i = first; i < last; i++) dst[i] = store(at(start, end, step, n, i));                             \
    }

#define AS_F32(value) ((float)(value))
#define AS_F64(value) (value)
#define AS_F16(value) frcnn_linspace_round_f16((float)(value))
#define AS_BF16(value) frcnn_linspace_round_bf16((float)(value))
/* What a value loses after it is made. */
#define AS_ANY(value) (value)
#define AS_U8(value) ((uint8_t)(int64_t)(value))
#define AS_I8(value) ((int8_t)(int64_t)(value))
#define AS_I16(value) ((int16_t)(int64_t)(value))
#define AS_I32(value) ((int32_t)(int64_t)(value))
#define AS_I64(value) ((int64_t)(value))

DEFINE_LINSPACE(linspace_f32, float, float, AS_F32, frcnn_linspace_f32_step, frcnn_linspace_f32_at, AS_ANY)
DEFINE_LINSPACE(linspace_f64, double, double, AS_F64, frcnn_linspace_f64_step, frcnn_linspace_f64_at, AS_ANY)
DEFINE_LINSPACE(linspace_f16, uint16_t, float, AS_F16, frcnn_linspace_f16_step, frcnn_linspace_f16_at, AS_ANY)
DEFINE_LINSPACE(linspace_bf16, uint16_t, float, AS_BF16, frcnn_linspace_bf16_step, frcnn_linspace_bf16_at, AS_ANY)
DEFINE_LINSPACE(linspace_u8, uint8_t, double, frcnn_linspace_whole_bound, frcnn_linspace_f64_step,
                frcnn_linspace_f64_at, AS_U8)
DEFINE_LINSPACE(linspace_i8, int8_t, double, frcnn_linspace_whole_bound, frcnn_linspace_f64_step, frcnn_linspace_f64_at,
                AS_I8)
DEFINE_LINSPACE(linspace_i16, int16_t, double, frcnn_linspace_whole_bound, frcnn_linspace_f64_step,
                frcnn_linspace_f64_at, AS_I16)
DEFINE_LINSPACE(linspace_i32, int32_t, double, frcnn_linspace_whole_bound, frcnn_linspace_f64_step,
                frcnn_linspace_f64_at, AS_I32)
DEFINE_LINSPACE(linspace_i64, int64_t, double, frcnn_linspace_whole_bound, frcnn_linspace_f64_step,
                frcnn_linspace_f64_at, AS_I64)

static const frcnn_range_function functions[] = {
    [FRCNN_F32] = linspace_f32,   [FRCNN_F64] = linspace_f64, [FRCNN_F16] = linspace_f16,
    [FRCNN_BF16] = linspace_bf16, [FRCNN_U8] = linspace_u8,   [FRCNN_I8] = linspace_i8,
    [FRCNN_I16] = linspace_i16,   [FRCNN_I32] = linspace_i32, [FRCNN_I64] = linspace_i64,
};

frcnn_status frcnn_linspace_cpu(const frcnn_range *range)
{
    frcnn_range_run(range, functions[range->dtype]);
    return FRCNN_OK;
}
