/* Whether any value is not zero, and whether any is: all values are not zero where none is. */
#include "tensor/reduce/reduction_kernel.h"

#define OR_NONZERO(a, x) ((uint8_t)((a) | ((x) != 0)))
#define OR_ZERO(a, x) ((uint8_t)((a) | ((x) == 0)))
#define OR(a, other) ((uint8_t)((a) | (other)))

#define DEFINE_ANY(name, type)                                                                                         \
    FRCNN_DEFINE_STEPS_BY_4(any_nonzero_##name, type, uint8_t, 0, OR_NONZERO)                                          \
    FRCNN_DEFINE_STEPS_BY_4(any_zero_##name, type, uint8_t, 0, OR_ZERO)                                                \
    FRCNN_DEFINE_PLAIN_REDUCTION(any_nonzero_##name, type, uint8_t, 0, OR_NONZERO, OR)                                 \
    FRCNN_DEFINE_PLAIN_REDUCTION(any_zero_##name, type, uint8_t, 0, OR_ZERO, OR)

/* The sign of an integer does not matter here. */
DEFINE_ANY(f32, float)
DEFINE_ANY(f64, double)
DEFINE_ANY(8, uint8_t)
DEFINE_ANY(16, uint16_t)
DEFINE_ANY(32, uint32_t)
DEFINE_ANY(64, uint64_t)

#define ANY_KERNELS(which)                                                                                             \
    {                                                                                                                  \
        [FRCNN_F32] = FRCNN_REDUCTION_KERNEL(which##_f32), [FRCNN_F64] = FRCNN_REDUCTION_KERNEL(which##_f64),          \
        [FRCNN_U8] = FRCNN_REDUCTION_KERNEL(which##_8), [FRCNN_I8] = FRCNN_REDUCTION_KERNEL(which##_8),                \
        [FRCNN_I16] = FRCNN_REDUCTION_KERNEL(which##_16), [FRCNN_I32] = FRCNN_REDUCTION_KERNEL(which##_32),            \
        [FRCNN_I64] = FRCNN_REDUCTION_KERNEL(which##_64), [FRCNN_BOOL] = FRCNN_REDUCTION_KERNEL(which##_8),            \
    }

const frcnn_reduction_kernel frcnn_any_nonzero_kernels[FRCNN_REDUCTION_DTYPES] = ANY_KERNELS(any_nonzero);
const frcnn_reduction_kernel frcnn_any_zero_kernels[FRCNN_REDUCTION_DTYPES] = ANY_KERNELS(any_zero);
