/* The largest and the smallest value, alone or with its index. */
#include "tensor/reduce/reduction_body.h"
#include "tensor/reduce/reduction_kernel.h"

#define ABOVE(name, a, x) (frcnn_is_above_##name(x, a) ? (x) : (a))
#define BELOW(name, a, x) (frcnn_is_below_##name(x, a) ? (x) : (a))
#define ABOVE_F32(a, x) ABOVE(f32, a, x)
#define ABOVE_F64(a, x) ABOVE(f64, a, x)
#define ABOVE_U8(a, x) ABOVE(u8, a, x)
#define ABOVE_I32(a, x) ABOVE(i32, a, x)
#define ABOVE_I64(a, x) ABOVE(i64, a, x)
#define BELOW_F32(a, x) BELOW(f32, a, x)
#define BELOW_F64(a, x) BELOW(f64, a, x)
#define BELOW_U8(a, x) BELOW(u8, a, x)
#define BELOW_I32(a, x) BELOW(i32, a, x)
#define BELOW_I64(a, x) BELOW(i64, a, x)

#define DEFINE_EXTREMES(name, NAME, is_hot, type, lowest, highest)                                                     \
    FRCNN_DEFINE_STEPS(amax_##name, type, type, lowest, ABOVE_##NAME)                                                  \
    FRCNN_DEFINE_STEPS(amin_##name, type, type, highest, BELOW_##NAME)                                                 \
    FRCNN_DEFINE_PLAIN_REDUCTION(amax_##name, is_hot, type, type, lowest, ABOVE_##NAME, ABOVE_##NAME)                  \
    FRCNN_DEFINE_PLAIN_REDUCTION(amin_##name, is_hot, type, type, highest, BELOW_##NAME, BELOW_##NAME)

DEFINE_EXTREMES(f32, F32, 1, float, -INFINITY, INFINITY)
DEFINE_EXTREMES(f64, F64, 0, double, (double)-INFINITY, (double)INFINITY)
DEFINE_EXTREMES(u8, U8, 0, uint8_t, 0, UINT8_MAX)
DEFINE_EXTREMES(i32, I32, 0, int32_t, INT32_MIN, INT32_MAX)
DEFINE_EXTREMES(i64, I64, 0, int64_t, INT64_MIN, INT64_MAX)

#define EXTREME_KERNELS(which)                                                                                         \
    {                                                                                                                  \
        [FRCNN_F32] = FRCNN_REDUCTION_KERNEL(which##_f32), [FRCNN_F64] = FRCNN_REDUCTION_KERNEL(which##_f64),          \
        [FRCNN_U8] = FRCNN_REDUCTION_KERNEL(which##_u8), [FRCNN_I32] = FRCNN_REDUCTION_KERNEL(which##_i32),            \
        [FRCNN_I64] = FRCNN_REDUCTION_KERNEL(which##_i64),                                                             \
    }

const frcnn_reduction_kernel frcnn_amax_kernels[FRCNN_REDUCTION_DTYPES] = EXTREME_KERNELS(amax);
const frcnn_reduction_kernel frcnn_amin_kernels[FRCNN_REDUCTION_DTYPES] = EXTREME_KERNELS(amin);

/* A lane keeps its first best value and the step it came in, 32 bits for as many lanes to a vector as of f32; folding
   asks for the lower index where two lanes are level. */
#define DEFINE_ARG(name, is_hot, type, is_better, is_level)                                                            \
    FRCNN_HD void name##_steps(int64_t n, int64_t stride, int64_t n_lanes, const type *src, type *restrict best,       \
                               int32_t *restrict where)                                                                \
    {                                                                                                                  \
        for (int64_t c = 0; c < n_lanes; c++) {                                                                        \
            best[c] = src[c];                                                                                          \
            where[c] = 0;                                                                                              \
        }                                                                                                              \
        for (int64_t r = 1; r < n; r++) {                                                                              \
            const type *row = src + r * stride;                                                                        \
            const int32_t at = (int32_t)r;                                                                             \
            for (int64_t c = 0; c < n_lanes; c++) {                                                                    \
                const int is_taken = is_better(row[c], best[c]);                                                       \
                best[c] = is_taken ? row[c] : best[c];                                                                 \
                where[c] = is_taken ? at : where[c];                                                                   \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
    FRCNN_HD void name##_block(int64_t n, int64_t stride, int64_t width, int64_t n_groups, const type *first,          \
                               type *restrict best, int32_t *restrict where, type *restrict values,                    \
                               int64_t *restrict indices)                                                              \
    {                                                                                                                  \
        const int64_t n_steps = n / n_groups;                                                                          \
        const type *left = first + n_steps * n_groups * stride;                                                        \
        name##_steps(n_steps, n_groups *stride, n_groups *width, first, best, where);                                  \
        for (int64_t i = 0; i < n % n_groups * width; i++) {                                                           \
            const int is_taken = is_better(left[i], best[i]);                                                          \
            best[i] = is_taken ? left[i] : best[i];                                                                    \
            where[i] = is_taken ? (int32_t)n_steps : where[i];                                                         \
        }                                                                                                              \
        for (int32_t group = 0; group < (int32_t)n_groups; group++)                                                    \
            for (int64_t c = 0; c < width; c++)                                                                        \
                where[group * width + c] = where[group * width + c] * (int32_t)n_groups + group;                       \
        for (int64_t groups = n_groups / 2; groups > 0; groups /= 2)                                                   \
            for (int64_t i = 0; i < groups * width; i++) {                                                             \
                const int64_t j = i + groups * width;                                                                  \
                const int is_taken =                                                                                   \
                    is_better(best[j], best[i]) | (is_level(best[j], best[i]) & (where[j] < where[i]));                \
                best[i] = is_taken ? best[j] : best[i];                                                                \
                where[i] = is_taken ? where[j] : where[i];                                                             \
            }                                                                                                          \
        for (int64_t c = 0; c < width; c++) {                                                                          \
            values[c] = best[c];                                                                                       \
            indices[c] = where[c];                                                                                     \
        }                                                                                                              \
    }                                                                                                                  \
    FRCNN_HD void name##_short(int64_t n_blocks, int64_t n, int64_t stride, int64_t width, const type *src,            \
                               type *restrict best, int32_t *restrict where, type *restrict values,                    \
                               int64_t *restrict indices)                                                              \
    {                                                                                                                  \
        for (int64_t c = 0; c < width; c++) {                                                                          \
            for (int64_t i = 0; i < n_blocks; i++) {                                                                   \
                best[i] = src[i * n * stride + c];                                                                     \
                where[i] = 0;                                                                                          \
            }                                                                                                          \
            for (int64_t r = 1; r < n; r++) {                                                                          \
                const int32_t at = (int32_t)r;                                                                         \
                for (int64_t i = 0; i < n_blocks; i++) {                                                               \
                    const type x = src[(i * n + r) * stride + c];                                                      \
                    const int is_taken = is_better(x, best[i]);                                                        \
                    best[i] = is_taken ? x : best[i];                                                                  \
                    where[i] = is_taken ? at : where[i];                                                               \
                }                                                                                                      \
            }                                                                                                          \
            for (int64_t i = 0; i < n_blocks; i++) {                                                                   \
                values[i * width + c] = best[i];                                                                       \
                indices[i * width + c] = where[i];                                                                     \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
    FRCNN_SIMD void frcnn_##name##_blocks(int64_t n_blocks, int64_t n, int64_t stride, int64_t width,                  \
                                          int64_t n_groups, const void *src, void *a, void *b)                         \
    {                                                                                                                  \
        type best[FRCNN_REDUCTION_LANES];                                                                              \
        int32_t where[FRCNN_REDUCTION_LANES];                                                                          \
        if (n * width <= FRCNN_REDUCTION_SHORT) {                                                                      \
            name##_short(n_blocks, n, stride, width, (const type *)src, best, where, (type *)a, (int64_t *)b);         \
            return;                                                                                                    \
        }                                                                                                              \
        for (int64_t block = 0; block < n_blocks; block++) {                                                           \
            const type *first = (const type *)src + block * n * stride;                                                \
            type *values = (type *)a + block * width;                                                                  \
            int64_t *indices = (int64_t *)b + block * width;                                                           \
            FRCNN_REDUCTION_BLOCK(is_hot, name##_block, n, stride, width, n_groups, first, best, where, values,        \
                                  indices);                                                                            \
        }                                                                                                              \
    }                                                                                                                  \
    static void frcnn_##name##_merge(int64_t width, int64_t n, void *a, void *b, int64_t n_other, const void *other_a, \
                                     const void *other_b)                                                              \
    {                                                                                                                  \
        type *best = (type *)a;                                                                                        \
        int64_t *where = (int64_t *)b;                                                                                 \
        (void)n_other;                                                                                                 \
        for (int64_t c = 0; c < width; c++) {                                                                          \
            if (!is_better(((const type *)other_a)[c], best[c])) continue;                                             \
            best[c] = ((const type *)other_a)[c];                                                                      \
            where[c] = ((const int64_t *)other_b)[c] + n;                                                              \
        }                                                                                                              \
    }

#define DEFINE_ARGS(name, is_hot, type)                                                                                \
    DEFINE_ARG(argmax_##name, is_hot, type, frcnn_is_above_##name, frcnn_is_level_##name)                              \
    DEFINE_ARG(argmin_##name, is_hot, type, frcnn_is_below_##name, frcnn_is_level_##name)

DEFINE_ARGS(f32, 1, float)
DEFINE_ARGS(f64, 0, double)
DEFINE_ARGS(i64, 0, int64_t)

#define ARG_KERNELS(which)                                                                                             \
    {                                                                                                                  \
        [FRCNN_F32] = FRCNN_REDUCTION_KERNEL(which##_f32), [FRCNN_F64] = FRCNN_REDUCTION_KERNEL(which##_f64),          \
        [FRCNN_I64] = FRCNN_REDUCTION_KERNEL(which##_i64),                                                             \
    }

const frcnn_reduction_kernel frcnn_argmax_kernels[FRCNN_REDUCTION_DTYPES] = ARG_KERNELS(argmax);
const frcnn_reduction_kernel frcnn_argmin_kernels[FRCNN_REDUCTION_DTYPES] = ARG_KERNELS(argmin);
