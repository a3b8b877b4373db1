#include "tensor/elementwise/map_body.h"
#include "tensor/elementwise/map_loops.h"

/* Loops that divide integers, or call the C library's functions of doubles, stay scalar: clang need not warn of it. */
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wpass-failed"
#endif

/* In place, output and input are the same elements one by one: no iteration reads what another writes. */
#define DEFINE_LOOP(name, lane, type, result, expression)                                                              \
    FRCNN_SIMD void frcnn_map_##name##_##lane(int64_t n, const void *const *inputs, void *output)                      \
    {                                                                                                                  \
        const type *x = inputs[0];                                                                                     \
        result *dst = output;                                                                                          \
        FRCNN_INDEPENDENT                                                                                              \
        for (int64_t i = 0; i < n; i++) {                                                                              \
            const type a = x[i];                                                                                       \
            dst[i] = (expression);                                                                                     \
        }                                                                                                              \
    }

#define DEFINE_LOOP2(name, lane, type, result, expression)                                                             \
    FRCNN_SIMD void frcnn_map_##name##_##lane(int64_t n, const void *const *inputs, void *output)                      \
    {                                                                                                                  \
        const type *x = inputs[0];                                                                                     \
        const type *y = inputs[1];                                                                                     \
        result *dst = output;                                                                                          \
        FRCNN_INDEPENDENT                                                                                              \
        for (int64_t i = 0; i < n; i++) {                                                                              \
            const type a = x[i];                                                                                       \
            const type b = y[i];                                                                                       \
            dst[i] = (expression);                                                                                     \
        }                                                                                                              \
    }

#define DEFINE_BODY(name, lane, type, result) DEFINE_LOOP(name, lane, type, result, frcnn_##name##_##lane(a))
#define DEFINE_BODY2(name, lane, type, result) DEFINE_LOOP2(name, lane, type, result, frcnn_##name##_##lane(a, b))
#define DEFINE_REAL(name)                                                                                              \
    DEFINE_BODY(name, f32, float, float)                                                                               \
    DEFINE_BODY(name, f64, double, double)
#define DEFINE_ALL(name)                                                                                               \
    DEFINE_REAL(name)                                                                                                  \
    DEFINE_BODY(name, u8, uint8_t, uint8_t)                                                                            \
    DEFINE_BODY(name, i32, int32_t, int32_t)                                                                           \
    DEFINE_BODY(name, i64, int64_t, int64_t)
#define DEFINE_REAL2(name)                                                                                             \
    DEFINE_BODY2(name, f32, float, float)                                                                              \
    DEFINE_BODY2(name, f64, double, double)
#define DEFINE_INTEGER2(name)                                                                                          \
    DEFINE_BODY2(name, u8, uint8_t, uint8_t)                                                                           \
    DEFINE_BODY2(name, i32, int32_t, int32_t)                                                                          \
    DEFINE_BODY2(name, i64, int64_t, int64_t)
#define DEFINE_ALL2(name)                                                                                              \
    DEFINE_REAL2(name)                                                                                                 \
    DEFINE_INTEGER2(name)
#define DEFINE_TEST(name)                                                                                              \
    DEFINE_BODY2(name, f32, float, uint8_t)                                                                            \
    DEFINE_BODY2(name, f64, double, uint8_t)                                                                           \
    DEFINE_BODY2(name, u8, uint8_t, uint8_t)                                                                           \
    DEFINE_BODY2(name, i32, int32_t, uint8_t)                                                                          \
    DEFINE_BODY2(name, i64, int64_t, uint8_t)

DEFINE_ALL(copy)
DEFINE_ALL(neg)
DEFINE_ALL(abs)
DEFINE_BODY(exp, f64, double, double)
DEFINE_BODY(log, f64, double, double)
DEFINE_REAL(sqrt)
DEFINE_REAL(tanh)
DEFINE_REAL(floor)
DEFINE_REAL(ceil)
DEFINE_REAL(round)
DEFINE_ALL(relu)
DEFINE_REAL(relu6)
DEFINE_REAL(hardswish)
DEFINE_REAL(hardsigmoid)
DEFINE_BODY(sigmoid, f64, double, double)
DEFINE_BODY(logical_not, f32, float, uint8_t)
DEFINE_BODY(logical_not, f64, double, uint8_t)
DEFINE_BODY(logical_not, u8, uint8_t, uint8_t)
DEFINE_BODY(logical_not, i32, int32_t, uint8_t)
DEFINE_BODY(logical_not, i64, int64_t, uint8_t)
DEFINE_ALL2(add)
DEFINE_ALL2(sub)
DEFINE_ALL2(mul)
DEFINE_REAL2(div)
DEFINE_INTEGER2(floor_divide)
DEFINE_INTEGER2(remainder)
DEFINE_LOOP2(floor_divide, f64, double, double, frcnn_floor_divide_f64(a, b, fmod(a, b)))
DEFINE_LOOP2(remainder, f64, double, double, frcnn_remainder_f64(b, fmod(a, b)))
DEFINE_ALL2(minimum)
DEFINE_ALL2(maximum)
DEFINE_TEST(eq)
DEFINE_TEST(ne)
DEFINE_TEST(lt)
DEFINE_TEST(le)
DEFINE_TEST(gt)
DEFINE_TEST(ge)
DEFINE_TEST(logical_and)
DEFINE_TEST(logical_or)
DEFINE_TEST(logical_xor)

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

DEFINE_FAST_LOOP(exp, frcnn_exp_rate, FRCNN_EXP_FAST, frcnn_expf_fast(a), frcnn_exp_f32(a))
DEFINE_FAST_LOOP(log, frcnn_log_rate, FRCNN_LOG_FAST, frcnn_logf_fast(a), frcnn_log_f32(a))
DEFINE_FAST_LOOP(sigmoid, frcnn_exp_rate, FRCNN_EXP_FAST, 1 / (1 + frcnn_expf_fast(-a)), frcnn_sigmoid_f32(a))

#define DEFINE_BODY3(name, lane, type)                                                                                 \
    FRCNN_SIMD void frcnn_map_##name##_##lane(int64_t n, const void *const *inputs, void *output)                      \
    {                                                                                                                  \
        const type *x = inputs[0];                                                                                     \
        const type *y = inputs[1];                                                                                     \
        const type *z = inputs[2];                                                                                     \
        type *dst = output;                                                                                            \
        FRCNN_INDEPENDENT                                                                                              \
        for (int64_t i = 0; i < n; i++) dst[i] = frcnn_##name##_##lane(x[i], y[i], z[i]);                              \
    }
#define DEFINE_ALL3(name)                                                                                              \
    DEFINE_BODY3(name, f32, float)                                                                                     \
    DEFINE_BODY3(name, f64, double)                                                                                    \
    DEFINE_BODY3(name, u8, uint8_t)                                                                                    \
    DEFINE_BODY3(name, i32, int32_t)                                                                                   \
    DEFINE_BODY3(name, i64, int64_t)

DEFINE_ALL3(where)
DEFINE_ALL3(clamp)

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
