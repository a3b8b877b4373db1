/* Sums and products: floats in double, integers in 64 bits that wrap. */
#include "tensor/reduce/reduction_kernel.h"

#define SUM_REAL(a, x) ((a) + (double)(x))
#define SUM_WHOLE(a, x) ((a) + (uint64_t)(x))
/* 1 from 1 on; clang 14 fails to translate (x != 0) here. */
#define SUM_BOOL(a, x) ((a) + (uint64_t)(((uint32_t)(x) + 255u) >> 8))
#define PROD_REAL(a, x) ((a) * (double)(x))
#define PROD_WHOLE(a, x) ((a) * (uint64_t)(x))

#define DEFINE_SUM(name, is_hot, type, acc, start, TAKE, JOIN)                                                         \
    FRCNN_DEFINE_STEPS_BY_4(name, type, acc, start, TAKE)                                                              \
    FRCNN_DEFINE_PLAIN_REDUCTION(name, is_hot, type, acc, start, TAKE, JOIN)

DEFINE_SUM(sum_f32, 1, float, double, 0.0, SUM_REAL, SUM_REAL)
DEFINE_SUM(sum_f64, 1, double, double, 0.0, SUM_REAL, SUM_REAL)
DEFINE_SUM(sum_u8, 0, uint8_t, uint64_t, 0, SUM_WHOLE, SUM_WHOLE)
DEFINE_SUM(sum_i8, 0, int8_t, uint64_t, 0, SUM_WHOLE, SUM_WHOLE)
DEFINE_SUM(sum_i16, 0, int16_t, uint64_t, 0, SUM_WHOLE, SUM_WHOLE)
DEFINE_SUM(sum_i32, 0, int32_t, uint64_t, 0, SUM_WHOLE, SUM_WHOLE)
DEFINE_SUM(sum_i64, 0, int64_t, uint64_t, 0, SUM_WHOLE, SUM_WHOLE)
DEFINE_SUM(sum_bool, 0, uint8_t, uint64_t, 0, SUM_BOOL, SUM_WHOLE)
DEFINE_SUM(prod_f32, 0, float, double, 1.0, PROD_REAL, PROD_REAL)
DEFINE_SUM(prod_f64, 0, double, double, 1.0, PROD_REAL, PROD_REAL)
DEFINE_SUM(prod_i64, 0, int64_t, uint64_t, 1, PROD_WHOLE, PROD_WHOLE)

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
