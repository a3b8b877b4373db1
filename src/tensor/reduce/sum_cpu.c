/* Sums and products: floats in double, integers in 64 bits that wrap. */
#include "tensor/reduce/reduction_kernel.h"

#define LIFT_REAL(x) ((double)(x))
#define LIFT_WHOLE(x) ((uint64_t)(x))
/* 1 from 1 on; clang 14 fails to translate (x != 0) here. */
#define LIFT_BOOL(x) ((uint64_t)(((uint32_t)(x) + 255u) >> 8))
#define PLUS(a, b) ((a) + (b))
#define PLUS_REAL(a, x) PLUS(a, LIFT_REAL(x))
#define PLUS_WHOLE(a, x) PLUS(a, LIFT_WHOLE(x))
#define PLUS_BOOL(a, x) PLUS(a, LIFT_BOOL(x))
#define TIMES(a, b) ((a) * (b))
#define TIMES_REAL(a, x) TIMES(a, LIFT_REAL(x))
#define TIMES_WHOLE(a, x) TIMES(a, LIFT_WHOLE(x))

#define DEFINE_SUM(name, is_hot, type, acc, kind)                                                                      \
    FRCNN_DEFINE_STEPS_BY_4(name, type, acc, 0, LIFT_##kind, PLUS)                                                     \
    FRCNN_DEFINE_PLAIN_REDUCTION(name, is_hot, type, acc, 0, PLUS_##kind, PLUS)
#define DEFINE_PROD(name, type, acc, kind)                                                                             \
    FRCNN_DEFINE_STEPS_BY_4(name, type, acc, 1, LIFT_##kind, TIMES)                                                    \
    FRCNN_DEFINE_PLAIN_REDUCTION(name, 0, type, acc, 1, TIMES_##kind, TIMES)

/* Eight rows of f32 are summed two by two before they become a double: the errors of three short roundings are far below those
   of a sum in f32, and a conversion costs as much as several additions. */
FRCNN_HD void sum_f32_steps(int64_t n, int64_t stride, int64_t n_lanes, const float *src, double *restrict a)
{
    int64_t r = 0;
    for (int64_t c = 0; c < n_lanes; c++) a[c] = 0.0;
    for (; r + 8 <= n; r += 8) {
        const float *row = src + r * stride;
        for (int64_t c = 0; c < n_lanes; c++) {
            const float *x = row + c;
            const float first = (x[0] + x[stride]) + (x[2 * stride] + x[3 * stride]);
            const float last = (x[4 * stride] + x[5 * stride]) + (x[6 * stride] + x[7 * stride]);
            a[c] += (double)(first + last);
        }
    }
    for (; r < n; r++) {
        const float *row = src + r * stride;
        for (int64_t c = 0; c < n_lanes; c++) a[c] += (double)row[c];
    }
}

FRCNN_DEFINE_PLAIN_REDUCTION(sum_f32, 1, float, double, 0, PLUS_REAL, PLUS)
DEFINE_SUM(sum_f64, 1, double, double, REAL)
DEFINE_SUM(sum_u8, 0, uint8_t, uint64_t, WHOLE)
DEFINE_SUM(sum_i8, 0, int8_t, uint64_t, WHOLE)
DEFINE_SUM(sum_i16, 0, int16_t, uint64_t, WHOLE)
DEFINE_SUM(sum_i32, 0, int32_t, uint64_t, WHOLE)
DEFINE_SUM(sum_i64, 0, int64_t, uint64_t, WHOLE)
DEFINE_SUM(sum_bool, 0, uint8_t, uint64_t, BOOL)
DEFINE_PROD(prod_f32, float, double, REAL)
DEFINE_PROD(prod_f64, double, double, REAL)
DEFINE_PROD(prod_i64, int64_t, uint64_t, WHOLE)

const frcnn_reduction_kernel frcnn_sum_kernels[FRCNN_REDUCTION_DTYPES] = {
    [FRCNN_F32] = FRCNN_REDUCTION_KERNEL(sum_f32), [FRCNN_F64] = FRCNN_REDUCTION_KERNEL(sum_f64),
    [FRCNN_U8] = FRCNN_REDUCTION_KERNEL(sum_u8),   [FRCNN_I8] = FRCNN_REDUCTION_KERNEL(sum_i8),
    [FRCNN_I16] = FRCNN_REDUCTION_KERNEL(sum_i16), [FRCNN_I32] = FRCNN_REDUCTION_KERNEL(sum_i32),
    [FRCNN_I64] = FRCNN_REDUCTION_KERNEL(sum_i64), [FRCNN_BOOL] = FRCNN_REDUCTION_KERNEL(sum_bool),
};

const frcnn_reduction_kernel frcnn_prod_kernels[FRCNN_REDUCTION_DTYPES] = {
    [FRCNN_F32] = FRCNN_REDUCTION_KERNEL(prod_f32),
    [FRCNN_F64] = FRCNN_REDUCTION_KERNEL(prod_f64),
    [FRCNN_I64] = FRCNN_REDUCTION_KERNEL(prod_i64),
};
