#include "tensor/elementwise/convert.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "tensor/body.h"
#include "tensor/elementwise/convert_body.h"

/* Elements in memory need no alignment: a file's tensors lie where the file puts them. */
#define DEFINE_LOAD(name, memory_type, lane_type, expression)                                                          \
    FRCNN_SIMD void frcnn_load_##name(int64_t n, const void *src, int64_t stride, void *dst)                           \
    {                                                                                                                  \
        const unsigned char *from = src;                                                                               \
        lane_type *to = dst;                                                                                           \
        memory_type v;                                                                                                 \
        if (stride == 1)                                                                                               \
            for (int64_t i = 0; i < n; i++) {                                                                          \
                memcpy(&v, from + i * (int64_t)sizeof v, sizeof v);                                                    \
                to[i] = (expression);                                                                                  \
            }                                                                                                          \
        else if (stride == 0) {                                                                                        \
            memcpy(&v, from, sizeof v);                                                                                \
            for (int64_t i = 0; i < n; i++) to[i] = (expression);                                                      \
        } else                                                                                                         \
            for (int64_t i = 0; i < n; i++) {                                                                          \
                memcpy(&v, from + i * stride * (int64_t)sizeof v, sizeof v);                                           \
                to[i] = (expression);                                                                                  \
            }                                                                                                          \
    }

#define DEFINE_STORE(name, lane_type, memory_type, expression)                                                         \
    FRCNN_SIMD void frcnn_store_##name(int64_t n, const void *src, void *dst, int64_t stride)                          \
    {                                                                                                                  \
        const lane_type *from = src;                                                                                   \
        unsigned char *to = dst;                                                                                       \
        if (stride == 1)                                                                                               \
            for (int64_t i = 0; i < n; i++) {                                                                          \
                const lane_type v = from[i];                                                                           \
                const memory_type stored = (expression);                                                               \
                memcpy(to + i * (int64_t)sizeof stored, &stored, sizeof stored);                                       \
            }                                                                                                          \
        else                                                                                                           \
            for (int64_t i = 0; i < n; i++) {                                                                          \
                const lane_type v = from[i];                                                                           \
                const memory_type stored = (expression);                                                               \
                memcpy(to + i * stride * (int64_t)sizeof stored, &stored, sizeof stored);                              \
            }                                                                                                          \
    }

#define DEFINE_LOAD_FROM(dtype, memory_type, lane, lane_type)                                                          \
    DEFINE_LOAD(dtype##_##lane, memory_type, lane_type, frcnn_##lane##_from_##dtype(v))
#define DEFINE_U8_LOADS(lane, type)                                                                                    \
    DEFINE_LOAD_FROM(u8, uint8_t, lane, type)                                                                          \
    DEFINE_LOAD_FROM(bool, uint8_t, lane, type)
#define DEFINE_I32_LOADS(lane, type)                                                                                   \
    DEFINE_U8_LOADS(lane, type)                                                                                        \
    DEFINE_LOAD_FROM(i8, int8_t, lane, type)                                                                           \
    DEFINE_LOAD_FROM(i16, int16_t, lane, type)                                                                         \
    DEFINE_LOAD_FROM(i32, int32_t, lane, type)
#define DEFINE_INTEGER_LOADS(lane, type)                                                                               \
    DEFINE_I32_LOADS(lane, type)                                                                                       \
    DEFINE_LOAD_FROM(i64, int64_t, lane, type)
#define DEFINE_REAL_LOADS(lane, type)                                                                                  \
    DEFINE_INTEGER_LOADS(lane, type)                                                                                   \
    DEFINE_LOAD_FROM(f32, float, lane, type)                                                                           \
    DEFINE_LOAD_FROM(f64, double, lane, type)                                                                          \
    DEFINE_LOAD_FROM(f16, uint16_t, lane, type)                                                                        \
    DEFINE_LOAD_FROM(bf16, uint16_t, lane, type)

DEFINE_REAL_LOADS(f32, float)
DEFINE_REAL_LOADS(f64, double)
DEFINE_INTEGER_LOADS(i64, int64_t)
DEFINE_I32_LOADS(i32, int32_t)
DEFINE_U8_LOADS(u8, uint8_t)

#define DEFINE_STORE_TO(dtype, memory_type, lane, lane_type)                                                           \
    DEFINE_STORE(lane##_##dtype, lane_type, memory_type, frcnn_##lane##_to_##dtype(v))
#define DEFINE_STORES(lane, type)                                                                                      \
    DEFINE_STORE_TO(f32, float, lane, type)                                                                            \
    DEFINE_STORE_TO(f64, double, lane, type)                                                                           \
    DEFINE_STORE_TO(f16, uint16_t, lane, type)                                                                         \
    DEFINE_STORE_TO(bf16, uint16_t, lane, type)                                                                        \
    DEFINE_STORE_TO(u8, uint8_t, lane, type)                                                                           \
    DEFINE_STORE_TO(i8, int8_t, lane, type)                                                                            \
    DEFINE_STORE_TO(i16, int16_t, lane, type)                                                                          \
    DEFINE_STORE_TO(i32, int32_t, lane, type)                                                                          \
    DEFINE_STORE_TO(i64, int64_t, lane, type)                                                                          \
    DEFINE_STORE_TO(bool, uint8_t, lane, type)

DEFINE_STORES(f32, float)
DEFINE_STORES(f64, double)
DEFINE_STORES(u8, uint8_t)
DEFINE_STORES(i32, int32_t)
DEFINE_STORES(i64, int64_t)

/* x86 has instructions between f16 and f32, which compilers reach from no plain C: the bits of half.h, rows at a time. clang
   14 cannot ask for them. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(FRCNN_NO_CLONES)
__attribute__((target("f16c"))) static void frcnn_load_f16c(int64_t n, const void *src, int64_t stride, void *dst)
{
    const unsigned char *from = src;
    float *to = dst;
    const int64_t n_eights = stride == 1 ? n / 8 : 0;
    for (int64_t i = 0; i < n_eights; i++)
        _mm256_storeu_ps(to + 8 * i, _mm256_cvtph_ps(_mm_loadu_si128((const void *)(from + 16 * i))));
    frcnn_load_f16_f32(n - 8 * n_eights, from + 16 * n_eights, stride, to + 8 * n_eights);
}

__attribute__((target("f16c"))) static void frcnn_store_f16c(int64_t n, const void *src, void *dst, int64_t stride)
{
    const float *from = src;
    unsigned char *to = dst;
    const int64_t n_eights = stride == 1 ? n / 8 : 0;
    for (int64_t i = 0; i < n_eights; i++)
        _mm_storeu_si128((void *)(to + 16 * i),
                         _mm256_cvtps_ph(_mm256_loadu_ps(from + 8 * i), _MM_FROUND_TO_NEAREST_INT));
    frcnn_store_f32_f16(n - 8 * n_eights, from + 8 * n_eights, to + 16 * n_eights, stride);
}

#define IS_F16C(lane, dtype) ((lane) == FRCNN_LANE_F32 && (dtype) == FRCNN_F16 && __builtin_cpu_supports("f16c"))
#else
#define IS_F16C(lane, dtype) 0
#define frcnn_load_f16c frcnn_load_f16_f32
#define frcnn_store_f16c frcnn_store_f32_f16
#endif

#define U8_LOADS(lane) [FRCNN_U8] = frcnn_load_u8_##lane, [FRCNN_BOOL] = frcnn_load_bool_##lane
#define I32_LOADS(lane)                                                                                                \
    U8_LOADS(lane), [FRCNN_I8] = frcnn_load_i8_##lane, [FRCNN_I16] = frcnn_load_i16_##lane,                            \
                    [FRCNN_I32] = frcnn_load_i32_##lane
#define I64_LOADS(lane) I32_LOADS(lane), [FRCNN_I64] = frcnn_load_i64_##lane
#define REAL_LOADS(lane)                                                                                               \
    I64_LOADS(lane), [FRCNN_F32] = frcnn_load_f32_##lane, [FRCNN_F64] = frcnn_load_f64_##lane,                         \
                     [FRCNN_F16] = frcnn_load_f16_##lane, [FRCNN_BF16] = frcnn_load_bf16_##lane
#define STORE_ROW(lane)                                                                                                \
    [FRCNN_F32] = frcnn_store_##lane##_f32, [FRCNN_F64] = frcnn_store_##lane##_f64,                                    \
    [FRCNN_F16] = frcnn_store_##lane##_f16, [FRCNN_BF16] = frcnn_store_##lane##_bf16,                                  \
    [FRCNN_U8] = frcnn_store_##lane##_u8, [FRCNN_I8] = frcnn_store_##lane##_i8,                                        \
    [FRCNN_I16] = frcnn_store_##lane##_i16, [FRCNN_I32] = frcnn_store_##lane##_i32,                                    \
    [FRCNN_I64] = frcnn_store_##lane##_i64, [FRCNN_BOOL] = frcnn_store_##lane##_bool

enum { N_DTYPES = FRCNN_BOOL + 1 };

static const frcnn_load_function loads[FRCNN_N_LANES][N_DTYPES] = {
    [FRCNN_LANE_F32] = {REAL_LOADS(f32)}, [FRCNN_LANE_F64] = {REAL_LOADS(f64)}, [FRCNN_LANE_U8] = {U8_LOADS(u8)},
    [FRCNN_LANE_I32] = {I32_LOADS(i32)},  [FRCNN_LANE_I64] = {I64_LOADS(i64)},
};

static const frcnn_store_function stores[FRCNN_N_LANES][N_DTYPES] = {
    [FRCNN_LANE_F32] = {STORE_ROW(f32)}, [FRCNN_LANE_F64] = {STORE_ROW(f64)}, [FRCNN_LANE_U8] = {STORE_ROW(u8)},
    [FRCNN_LANE_I32] = {STORE_ROW(i32)}, [FRCNN_LANE_I64] = {STORE_ROW(i64)},
};

frcnn_lane frcnn_lane_find(frcnn_dtype dtype)
{
    static const frcnn_lane lanes[N_DTYPES] = {
        [FRCNN_F32] = FRCNN_LANE_F32,  [FRCNN_F64] = FRCNN_LANE_F64, [FRCNN_F16] = FRCNN_LANE_F32,
        [FRCNN_BF16] = FRCNN_LANE_F32, [FRCNN_U8] = FRCNN_LANE_U8,   [FRCNN_I8] = FRCNN_LANE_I32,
        [FRCNN_I16] = FRCNN_LANE_I32,  [FRCNN_I32] = FRCNN_LANE_I32, [FRCNN_I64] = FRCNN_LANE_I64,
        [FRCNN_BOOL] = FRCNN_LANE_U8,
    };
    return lanes[dtype];
}

frcnn_dtype frcnn_lane_get_dtype(frcnn_lane lane)
{
    static const frcnn_dtype dtypes[FRCNN_N_LANES] = {FRCNN_F32, FRCNN_F64, FRCNN_U8, FRCNN_I32, FRCNN_I64};
    return dtypes[lane];
}

frcnn_load_function frcnn_load_find(frcnn_lane lane, frcnn_dtype dtype)
{
    return IS_F16C(lane, dtype) ? frcnn_load_f16c : loads[lane][dtype];
}

frcnn_store_function frcnn_store_find(frcnn_lane lane, frcnn_dtype dtype)
{
    return IS_F16C(lane, dtype) ? frcnn_store_f16c : stores[lane][dtype];
}
