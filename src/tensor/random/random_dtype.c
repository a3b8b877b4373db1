#include "tensor/random/random_dtype.h"

#include <float.h>

#include "tensor/error.h"

int frcnn_random_is_float(frcnn_dtype dtype)
{
    return dtype == FRCNN_F32 || dtype == FRCNN_F64 || dtype == FRCNN_F16 || dtype == FRCNN_BF16;
}

frcnn_status frcnn_random_check_float(const char *what, frcnn_dtype dtype)
{
    FRCNN_FAIL_IF(!frcnn_random_is_float(dtype), FRCNN_ERROR_INVALID, "%s: expected f32, f64, f16 or bf16, found %s",
                  what, frcnn_dtype_get_name(dtype));
    return FRCNN_OK;
}

double frcnn_random_get_float_max(frcnn_dtype dtype)
{
    switch (dtype) {
    case FRCNN_F64:
        return DBL_MAX;
    case FRCNN_F16:
        return 65504;
    case FRCNN_BF16:
        return 0x1.fep127;
    default:
        return FLT_MAX;
    }
}
