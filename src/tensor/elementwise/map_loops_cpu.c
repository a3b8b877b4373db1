#include "tensor/elementwise/map_body.h"
#include "tensor/elementwise/map_loops.h"
#include "tensor/exp_body.h"
#include "tensor/log_body.h"
#include "tensor/tanh_body.h"

/* Loops that divide integers, or call the C library's functions of doubles, stay scalar: clang need not warn of it. */
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wpass-failed"
#endif

/* In place, output and input are the same elements one by one: no iteration reads what another writes. */
#define DEFINE_LOOP(name, suffix, in_type, out_type, expression)                                                       \
    FRCNN_SIMD void frcnn_map_##name##_##suffix(int64_t n, const void *const *inputs, void *output)                    \
    {                                                                                                                  \
        typedef in_type value;                                                                                         \
        const value *x = inputs[0];                                                                                    \
        out_type *dst = output;                                                                                        \
        FRCNN_INDEPENDENT                                                                                              \
        for (int64_t i = 0; i < n; i++) {                                                                              \
            const value a = x[i];                                                                                      \
            dst[i] = (out_type)(expression);                                                                           \
        }                                                                                                              \
    }

#define DEFINE_LOOP2(name, suffix, in_type, out_type, expression)                                                      \
    FRCNN_SIMD void frcnn_map_##name##_##suffix(int64_t n, const void *const *inputs, void *output)                    \
    {                                                                                                                  \
        const in_type *x = inputs[0];                                                                                  \
        const in_type *y = inputs[1];                                                                                  \
        out_type *dst = output;                                                                                        \
        FRCNN_INDEPENDENT                                                                                              \
        for (int64_t i = 0; i < n; i++) {                                                                              \
            const in_type a = x[i];                                                                                    \
            const in_type b = y[i];                                                                                    \
            dst[i] = (out_type)(expression);                                                                           \
        }                                                                                                              \
    }

#define DEFINE_REAL(name, f32_expression, f64_expression)                                                              \
    DEFINE_LOOP(name, f32, float, float, f32_expression)                                                               \
    DEFINE_LOOP(name, f64, double, double, f64_expression)
#define DEFINE_ALL(name, f32_expression, f64_expression, integer_expression)                                           \
    DEFINE_REAL(name, f32_expression, f64_expression)                                                                  \
    DEFINE_LOOP(name, u8, uint8_t, uint8_t, integer_expression)                                                        \
    DEFINE_LOOP(name, i32, int32_t, int32_t, integer_expression)                                                       \
    DEFINE_LOOP(name, i64, int64_t, int64_t, integer_expression)
#define DEFINE_REAL2(name, f32_expression, f64_expression)                                                             \
    DEFINE_LOOP2(name, f32, float, float, f32_expression)                                                              \
    DEFINE_LOOP2(name, f64, double, double, f64_expression)
#define DEFINE_INTEGER2(name)                                                                                          \
    DEFINE_LOOP2(name, u8, uint8_t, uint8_t, frcnn_##name##_u8(a, b))                                                  \
    DEFINE_LOOP2(name, i32, int32_t, int32_t, frcnn_##name##_i32(a, b))                                                \
    DEFINE_LOOP2(name, i64, int64_t, int64_t, frcnn_##name##_i64(a, b))
#define DEFINE_BODY2(name)                                                                                             \
    DEFINE_REAL2(name, frcnn_##name##_f32(a, b), frcnn_##name##_f64(a, b))                                             \
    DEFINE_INTEGER2(name)
#define DEFINE_TEST(name, expression)                                                                                  \
    DEFINE_LOOP2(name, f32, float, uint8_t, expression)                                                                \
    DEFINE_LOOP2(name, f64, double, uint8_t, expression)                                                               \
    DEFINE_LOOP2(name, u8, uint8_t, uint8_t, expression)                                                               \
    DEFINE_LOOP2(name, i32, int32_t, uint8_t, expression)                                                              \
    DEFINE_LOOP2(name, i64, int64_t, uint8_t, expression)

DEFINE_ALL(copy, a, a, a)
DEFINE_REAL(neg, -a, -a)
DEFINE_LOOP(neg, u8, uint8_t, uint8_t, frcnn_sub_u8(0, a))
DEFINE_LOOP(neg, i32, int32_t, int32_t, frcnn_sub_i32(0, a))
DEFINE_LOOP(neg, i64, int64_t, int64_t, frcnn_sub_i64(0, a))
DEFINE_REAL(abs, fabsf(a), fabs(a))
DEFINE_LOOP(abs, u8, uint8_t, uint8_t, a)
DEFINE_LOOP(abs, i32, int32_t, int32_t, a < 0 ? frcnn_sub_i32(0, a) : a)
DEFINE_LOOP(abs, i64, int64_t, int64_t, a < 0 ? frcnn_sub_i64(0, a) : a)
DEFINE_LOOP(exp, f64, double, double, exp(a))
DEFINE_LOOP(log, f64, double, double, log(a))
DEFINE_REAL(sqrt, sqrtf(a), sqrt(a))
DEFINE_REAL(tanh, frcnn_tanhf(a), tanh(a))
DEFINE_REAL(floor, floorf(a), floor(a))
DEFINE_REAL(ceil, ceilf(a), ceil(a))
DEFINE_REAL(round, rintf(a), rint(a))
DEFINE_ALL(relu, a < 0 ? 0 : a, a<0 ? 0 : a, a> 0 ? a : 0)
DEFINE_REAL(relu6, frcnn_relu6_f32(a), frcnn_relu6_f64(a))
DEFINE_REAL(hardswish, a *frcnn_relu6_f32(a + 3) / 6, a *frcnn_relu6_f64(a + 3) / 6)
DEFINE_REAL(hardsigmoid, frcnn_relu6_f32(a + 3) / 6, frcnn_relu6_f64(a + 3) / 6)
DEFINE_LOOP(sigmoid, f64, double, double, 1 / (1 + exp(-a)))
DEFINE_LOOP(logical_not, f32, float, uint8_t, a == 0)
DEFINE_LOOP(logical_not, f64, double, uint8_t, a == 0)
DEFINE_LOOP(logical_not, u8, uint8_t, uint8_t, a == 0)
DEFINE_LOOP(logical_not, i32, int32_t, uint8_t, a == 0)
DEFINE_LOOP(logical_not, i64, int64_t, uint8_t, a == 0)
DEFINE_REAL2(add, a + b, a + b)
DEFINE_INTEGER2(add)
DEFINE_REAL2(sub, a - b, a - b)
DEFINE_INTEGER2(sub)
DEFINE_REAL2(mul, a *b, a *b)
DEFINE_INTEGER2(mul)
DEFINE_REAL2(div, a / b, a / b)
DEFINE_INTEGER2(floor_divide)
DEFINE_INTEGER2(remainder)
DEFINE_LOOP2(floor_divide, f64, double, double, frcnn_floor_divide_f64(a, b, fmod(a, b)))
DEFINE_LOOP2(remainder, f64, double, double, frcnn_remainder_f64(b, fmod(a, b)))
DEFINE_BODY2(minimum)
DEFINE_BODY2(maximum)
DEFINE_TEST(eq, a == b)
DEFINE_TEST(ne, a != b)
DEFINE_TEST(lt, a < b)
DEFINE_TEST(le, a <= b)
DEFINE_TEST(gt, a > b)
DEFINE_TEST(ge, a >= b)
DEFINE_TEST(logical_and, (a != 0) & (b != 0))
DEFINE_TEST(logical_or, (a != 0) | (b != 0))
DEFINE_TEST(logical_xor, (a != 0) ^ (b != 0))

/* Stretches in which every rest comes the fast way vectorise; the others are computed again the slow way. */
#define DEFINE_REST_LOOP(name, expression)                                                                             \
    FRCNN_SIMD void frcnn_map_##name##_f32(int64_t n, const void *const *inputs, void *output)                         \
    {                                                                                                                  \
        enum { STRETCH = 64 };                                                                                         \
        float rests[STRETCH];                                                                                          \
        for (int64_t from = 0; from < n; from += STRETCH) {                                                            \
            const float *x = (const float *)inputs[0] + from;                                                          \
            const float *y = (const float *)inputs[1] + from;                                                          \
            float *dst = (float *)output + from;                                                                       \
            const int64_t n_stretch = n - from < STRETCH ? n - from : STRETCH;                                         \
            int are_exact = 1;                                                                                         \
            for (int64_t i = 0; i < n_stretch; i++) {                                                                  \
                int is_exact;                                                                                          \
                rests[i] = frcnn_fmod_fast(x[i], y[i], &is_exact);                                                     \
                are_exact &= is_exact;                                                                                 \
            }                                                                                                          \
            if (!are_exact)                                                                                            \
                for (int64_t i = 0; i < n_stretch; i++) rests[i] = fmodf(x[i], y[i]);                                  \
            FRCNN_INDEPENDENT                                                                                          \
            for (int64_t i = 0; i < n_stretch; i++) {                                                                  \
                const float a = x[i];                                                                                  \
                const float b = y[i];                                                                                  \
                (void)a;                                                                                               \
                dst[i] = (expression);                                                                                 \
            }                                                                                                          \
        }                                                                                                              \
    }

DEFINE_REST_LOOP(floor_divide, frcnn_floor_divide_f32(a, b, rests[i]))
DEFINE_REST_LOOP(remainder, frcnn_remainder_f32(b, rests[i]))

/* What is neither infinite nor nearly so, nor the like, takes a fast way to the same bits: rate tells by values of at most
   fastest. A block that holds anything else is computed again the slow way; in place, where it cannot be, it goes that
   way at once. */
#define DEFINE_FAST_LOOP(name, rate, fastest, fast_expression, expression)                                             \
    FRCNN_SIMD void frcnn_map_##name##_f32(int64_t n, const void *const *inputs, void *output)                         \
    {                                                                                                                  \
        uint32_t highest = inputs[0] == output ? UINT32_MAX : 0;                                                       \
        const float *x = inputs[0];                                                                                    \
        float *dst = output;                                                                                           \
        if (highest == 0) {                                                                                            \
            FRCNN_INDEPENDENT                                                                                          \
            for (int64_t i = 0; i < n; i++) {                                                                          \
                const float a = x[i];                                                                                  \
                highest = rate(a) > highest ? rate(a) : highest;                                                       \
                dst[i] = (fast_expression);                                                                            \
            }                                                                                                          \
        }                                                                                                              \
        if (highest <= (fastest)) return;                                                                              \
        FRCNN_INDEPENDENT                                                                                              \
        for (int64_t i = 0; i < n; i++) {                                                                              \
            const float a = x[i];                                                                                      \
            dst[i] = (expression);                                                                                     \
        }                                                                                                              \
    }

DEFINE_FAST_LOOP(exp, frcnn_exp_rate, FRCNN_EXP_FAST, frcnn_expf_fast(a), frcnn_expf(a))
DEFINE_FAST_LOOP(log, frcnn_log_rate, FRCNN_LOG_FAST, frcnn_logf_fast(a), frcnn_logf(a))
DEFINE_FAST_LOOP(sigmoid, frcnn_exp_rate, FRCNN_EXP_FAST, 1 / (1 + frcnn_expf_fast(-a)), 1 / (1 + frcnn_expf(-a)))

#define DEFINE_LOOP3(name, suffix, type, expression)                                                                   \
    FRCNN_SIMD void frcnn_map_##name##_##suffix(int64_t n, const void *const *inputs, void *output)                    \
    {                                                                                                                  \
        const type *x = inputs[0];                                                                                     \
        const type *y = inputs[1];                                                                                     \
        const type *z = inputs[2];                                                                                     \
        type *dst = output;                                                                                            \
        FRCNN_INDEPENDENT                                                                                              \
        for (int64_t i = 0; i < n; i++) {                                                                              \
            const type a = x[i];                                                                                       \
            const type b = y[i];                                                                                       \
            const type c = z[i];                                                                                       \
            dst[i] = (expression);                                                                                     \
        }                                                                                                              \
    }

#define DEFINE_WHERE(suffix, type) DEFINE_LOOP3(where, suffix, type, a != 0 ? b : c)
#define DEFINE_CLAMP(suffix, type)                                                                                     \
    DEFINE_LOOP3(clamp, suffix, type, frcnn_minimum_##suffix(frcnn_maximum_##suffix(a, b), c))

DEFINE_WHERE(f32, float)
DEFINE_WHERE(f64, double)
DEFINE_WHERE(u8, uint8_t)
DEFINE_WHERE(i32, int32_t)
DEFINE_WHERE(i64, int64_t)
DEFINE_CLAMP(f32, float)
DEFINE_CLAMP(f64, double)
DEFINE_CLAMP(u8, uint8_t)
DEFINE_CLAMP(i32, int32_t)
DEFINE_CLAMP(i64, int64_t)

#define REAL(name)                                                                                                     \
    {                                                                                                                  \
        [FRCNN_LANE_F32] = frcnn_map_##name##_f32, [FRCNN_LANE_F64] = frcnn_map_##name##_f64                           \
    }
#define ALL(name)                                                                                                      \
    {                                                                                                                  \
        [FRCNN_LANE_F32] = frcnn_map_##name##_f32, [FRCNN_LANE_F64] = frcnn_map_##name##_f64,                          \
        [FRCNN_LANE_U8] = frcnn_map_##name##_u8, [FRCNN_LANE_I32] = frcnn_map_##name##_i32,                            \
        [FRCNN_LANE_I64] = frcnn_map_##name##_i64                                                                      \
    }

static const frcnn_map_loop loops[FRCNN_MAP_N_FUNCTIONS][FRCNN_N_LANES] = {
    [FRCNN_MAP_COPY] = ALL(copy),
    [FRCNN_MAP_NEG] = ALL(neg),
    [FRCNN_MAP_ABS] = ALL(abs),
    [FRCNN_MAP_EXP] = REAL(exp),
    [FRCNN_MAP_LOG] = REAL(log),
    [FRCNN_MAP_SQRT] = REAL(sqrt),
    [FRCNN_MAP_TANH] = REAL(tanh),
    [FRCNN_MAP_FLOOR] = REAL(floor),
    [FRCNN_MAP_CEIL] = REAL(ceil),
    [FRCNN_MAP_ROUND] = REAL(round),
    [FRCNN_MAP_RELU] = ALL(relu),
    [FRCNN_MAP_RELU6] = REAL(relu6),
    [FRCNN_MAP_HARDSWISH] = REAL(hardswish),
    [FRCNN_MAP_HARDSIGMOID] = REAL(hardsigmoid),
    [FRCNN_MAP_SIGMOID] = REAL(sigmoid),
    [FRCNN_MAP_LOGICAL_NOT] = ALL(logical_not),
    [FRCNN_MAP_ADD] = ALL(add),
    [FRCNN_MAP_SUB] = ALL(sub),
    [FRCNN_MAP_MUL] = ALL(mul),
    [FRCNN_MAP_DIV] = REAL(div),
    [FRCNN_MAP_FLOOR_DIVIDE] = ALL(floor_divide),
    [FRCNN_MAP_REMAINDER] = ALL(remainder),
    [FRCNN_MAP_MINIMUM] = ALL(minimum),
    [FRCNN_MAP_MAXIMUM] = ALL(maximum),
    [FRCNN_MAP_EQ] = ALL(eq),
    [FRCNN_MAP_NE] = ALL(ne),
    [FRCNN_MAP_LT] = ALL(lt),
    [FRCNN_MAP_LE] = ALL(le),
    [FRCNN_MAP_GT] = ALL(gt),
    [FRCNN_MAP_GE] = ALL(ge),
    [FRCNN_MAP_LOGICAL_AND] = ALL(logical_and),
    [FRCNN_MAP_LOGICAL_OR] = ALL(logical_or),
    [FRCNN_MAP_LOGICAL_XOR] = ALL(logical_xor),
    [FRCNN_MAP_WHERE] = ALL(where),
    [FRCNN_MAP_CLAMP] = ALL(clamp),
};

frcnn_map_loop frcnn_map_loop_find(frcnn_map_function function, frcnn_lane lane)
{
    return loops[function][lane];
}
