#include "tensor/dtype_range.h"

#include <float.h>
#include <math.h>

#include "tensor/compute.h"
#include "tensor/error.h"

void frcnn_dtype_get_range(frcnn_dtype dtype, int64_t *least, int64_t *greatest)
{
    *least = INT64_MIN;
    *greatest = INT64_MAX;
    switch (dtype) {
    case FRCNN_U8:
        *least = 0, *greatest = UINT8_MAX;
        break;
    case FRCNN_I8:
        *least = INT8_MIN, *greatest = INT8_MAX;
        break;
    case FRCNN_I16:
        *least = INT16_MIN, *greatest = INT16_MAX;
        break;
    case FRCNN_I32:
        *least = INT32_MIN, *greatest = INT32_MAX;
        break;
    case FRCNN_BOOL:
        *least = 0, *greatest = 1;
        break;
    default:
        break;
    }
}

double frcnn_dtype_get_max(frcnn_dtype dtype)
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

int frcnn_dtype_holds(frcnn_dtype dtype, frcnn_scalar value)
{
    int64_t least = 0;
    int64_t greatest = 0;
    const int is_real = value.kind == FRCNN_SCALAR_F64;
    const double real = is_real ? value.value.f64 : (double)value.value.i64;
    if (dtype == FRCNN_BOOL) return 1;
    if (frcnn_compute_is_float(dtype)) return !isfinite(real) || fabs(real) <= frcnn_dtype_get_max(dtype);
    frcnn_dtype_get_range(dtype, &least, &greatest);
    if (is_real) return real >= (double)least && real < (double)greatest + 1;
    if (dtype == FRCNN_U8) least = -greatest;
    return value.value.i64 >= least && value.value.i64 <= greatest;
}

frcnn_status frcnn_dtype_check_holds(const char *what, frcnn_dtype dtype, frcnn_scalar value)
{
    const char *name = frcnn_dtype_get_name(dtype);
    if (frcnn_dtype_holds(dtype, value)) return FRCNN_OK;
    FRCNN_FAIL_IF(value.kind == FRCNN_SCALAR_F64, FRCNN_ERROR_INVALID, "%s: expected a value that %s holds, found %g",
                  what, name, value.value.f64);
    return frcnn_fail(FRCNN_ERROR_INVALID, "%s: expected a value that %s holds, found %lld", what, name,
                      (long long)value.value.i64);
}
