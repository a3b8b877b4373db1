#include "tensor/layers/dropout.h"

#include <math.h>

#include "frcnn/layers.h"
#include "tensor/compute.h"
#include "tensor/error.h"
#include "tensor/half.h"
#include "tensor/tensor_ops.h"

/* 1 / (1 - p) as the dtype rounds it. */
static double get_scale(frcnn_dtype dtype, double p)
{
    const float scale = 1.0f / (float)(1 - p);
    switch (dtype) {
    case FRCNN_F64:
        return 1 / (1 - p);
    case FRCNN_F16:
        return (double)frcnn_f16_to_f32(frcnn_f32_to_f16(scale));
    case FRCNN_BF16:
        return (double)frcnn_bf16_to_f32(frcnn_f32_to_bf16(scale));
    default:
        return (double)scale;
    }
}

/* In f32 or f64; the other floats are cast there and back. */
static frcnn_status drop(frcnn_tensor **out, frcnn_generator *generator, const frcnn_tensor *tensor, double p)
{
    const frcnn_tensor_ops *table = NULL;
    frcnn_tensor *src = NULL;
    frcnn_tensor *dropped = NULL;
    FRCNN_TRY(frcnn_tensor_ops_find(&table, "dropout", tensor->device));
    const frcnn_dtype dtype = tensor->dtype == FRCNN_F64 ? FRCNN_F64 : FRCNN_F32;
    FRCNN_TRY(dtype == tensor->dtype ? frcnn_tensor_contiguous(&src, tensor) : frcnn_tensor_cast(&src, tensor, dtype));
    frcnn_status status = FRCNN_OK;
    const frcnn_generator before = *generator;
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&dropped, tensor->device, dtype, src->n_dims, src->shape));
    const double n_kept_words = rint((1 - p) * 0x1p32);
    const frcnn_dropout dropout = {dtype, src->n_elements, n_kept_words < 1 ? 0 : (uint32_t)(n_kept_words - 1),
                                   p == 1 ? 0 : get_scale(tensor->dtype, p)};
    FRCNN_TRY_CLEANUP(
        table->layers->dropout(&dropout, generator, frcnn_tensor_get_const_data(src), frcnn_tensor_get_data(dropped)));
    if (dtype == tensor->dtype) {
        *out = dropped;
        dropped = NULL;
    } else {
        status = frcnn_tensor_cast(out, dropped, tensor->dtype);
        if (status != FRCNN_OK) *generator = before;
    }

cleanup:
    frcnn_tensor_destroy(&dropped);
    frcnn_tensor_destroy(&src);
    return status;
}

frcnn_status frcnn_tensor_dropout(frcnn_tensor **out, frcnn_generator *generator, const frcnn_tensor *tensor, double p,
                                  int is_training)
{
    FRCNN_FAIL_IF(!(p >= 0 && p <= 1), FRCNN_ERROR_INVALID, "dropout: expected a probability in [0, 1], found %g", p);
    if (!is_training || p == 0 || tensor->n_elements == 0) return frcnn_tensor_share(out, tensor);
    if (!frcnn_compute_is_float(tensor->dtype) && p == 1)
        return frcnn_tensor_create_on(out, tensor->device, tensor->dtype, tensor->n_dims, tensor->shape);
    FRCNN_TRY(frcnn_compute_check_float("dropout", tensor->dtype));
    return drop(out, generator, tensor, p);
}
