/* Whether there are values that are not zero, and whether there are zeros: any and all follow from both. */
#include "tensor/reduce/reduction_kernel.h"

#define NOTE(a, x) ((uint8_t)((a) | ((x) != 0 ? FRCNN_FOUND_NONZERO : FRCNN_FOUND_ZERO)))
#define JOIN(a, other) ((uint8_t)((a) | (other)))

#define DEFINE_FOUND(name, type)                                                                                       \
    FRCNN_DEFINE_STEPS(name, type, uint8_t, 0, NOTE)                                                                   \
    FRCNN_DEFINE_PLAIN_REDUCTION(name, 0, type, uint8_t, 0, NOTE, JOIN)

/* The sign of an integer does not matter here. */
DEFINE_FOUND(found_f32, float)
DEFINE_FOUND(found_f64, double)
DEFINE_FOUND(found_8, uint8_t)
DEFINE_FOUND(found_16, uint16_t)
DEFINE_FOUND(found_32, uint32_t)
DEFINE_FOUND(found_64, uint64_t)

const frcnn_reduction_kernel frcnn_found_kernels[FRCNN_REDUCTION_DTYPES] = {
    [FRCNN_F32] = FRCNN_REDUCTION_KERNEL(found_f32), [FRCNN_F64] = FRCNN_REDUCTION_KERNEL(found_f64),
    [FRCNN_U8] = FRCNN_REDUCTION_KERNEL(found_8),    [FRCNN_I8] = FRCNN_REDUCTION_KERNEL(found_8),
    [FRCNN_I16] = FRCNN_REDUCTION_KERNEL(found_16),  [FRCNN_I32] = FRCNN_REDUCTION_KERNEL(found_32),
    [FRCNN_I64] = FRCNN_REDUCTION_KERNEL(found_64),  [FRCNN_BOOL] = FRCNN_REDUCTION_KERNEL(found_8),
};
