#include "tensor/compute.h"

#include "tensor/error.h"
#include "tensor/storage.h"

frcnn_dtype frcnn_compute_get_dtype(frcnn_dtype dtype)
{
    if (dtype == FRCNN_F64) return FRCNN_F64;
    return frcnn_compute_is_float(dtype) ? FRCNN_F32 : FRCNN_I64;
}

int frcnn_compute_is_float(frcnn_dtype dtype)
{
    return dtype == FRCNN_F32 || dtype == FRCNN_F64 || dtype == FRCNN_F16 || dtype == FRCNN_BF16;
}

frcnn_status frcnn_compute_check_float(const char *what, frcnn_dtype dtype)
{
    FRCNN_FAIL_IF(!frcnn_compute_is_float(dtype), FRCNN_ERROR_INVALID, "%s: expected f32, f64, f16 or bf16, found %s",
                  what, frcnn_dtype_get_name(dtype));
    return FRCNN_OK;
}

frcnn_status frcnn_compute_open(frcnn_tensor **out, const frcnn_tensor *tensor, frcnn_dtype dtype)
{
    if (tensor->dtype == dtype) return frcnn_tensor_contiguous(out, tensor);
    return frcnn_tensor_cast(out, tensor, dtype);
}

frcnn_status frcnn_compute_close(frcnn_tensor **out, frcnn_tensor **result, frcnn_dtype dtype)
{
    if ((*result)->dtype != dtype) return frcnn_tensor_cast(out, *result, dtype);
    *out = *result;
    *result = NULL;
    return FRCNN_OK;
}
