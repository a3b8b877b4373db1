#include "tensor/creation/scalar_element.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "tensor/error.h"
#include "tensor/half.h"

static const double F16_MAX = 65504;
static const double BF16_MAX = 0x1.fep127;

/* Bounds of the integers; high is the first value that is too large. */
static int get_bounds(frcnn_dtype dtype, double *low, double *high)
{
    switch (dtype) {
    case FRCNN_U8:
        *low = 0;
        *high = 0x1p8;
        return 1;
    case FRCNN_I8:
        *low = -0x1p7;
        *high = 0x1p7;
        return 1;
    case FRCNN_I16:
        *low = -0x1p15;
        *high = 0x1p15;
        return 1;
    case FRCNN_I32:
        *low = -0x1p31;
        *high = 0x1p31;
        return 1;
    case FRCNN_I64:
        *low = -0x1p63;
        *high = 0x1p63;
        return 1;
    default:
        return 0;
    }
}

static double get_max(frcnn_dtype dtype)
{
    return dtype == FRCNN_F16 ? F16_MAX : dtype == FRCNN_BF16 ? BF16_MAX : dtype == FRCNN_F32 ? FLT_MAX : DBL_MAX;
}

int frcnn_element_holds(frcnn_dtype dtype, frcnn_scalar value)
{
    double low = 0;
    double high = 0;
    const double real = value.kind == FRCNN_SCALAR_F64 ? value.value.f64 : (double)value.value.i64;
    if (dtype == FRCNN_BOOL) return 1;
    if (!get_bounds(dtype, &low, &high)) return !isfinite(real) || fabs(real) <= get_max(dtype);
    if (value.kind == FRCNN_SCALAR_F64) return real >= low && real < high;
    if (dtype == FRCNN_I64) return 1;
    return real >= (dtype == FRCNN_U8 ? 1 - high : low) && real < high;
}

static float get_f32(frcnn_scalar value)
{
    return value.kind == FRCNN_SCALAR_F64 ? (float)value.value.f64 : (float)value.value.i64;
}

frcnn_status frcnn_element_from_scalar(frcnn_element *out, const char *what, frcnn_dtype dtype, frcnn_scalar value)
{
    const int is_real = value.kind == FRCNN_SCALAR_F64;
    if (!frcnn_element_holds(dtype, value)) {
        const char *name = frcnn_dtype_get_name(dtype);
        FRCNN_FAIL_IF(is_real, FRCNN_ERROR_INVALID, "%s: expected a value that %s holds, found %g", what, name,
                      value.value.f64);
        return frcnn_fail(FRCNN_ERROR_INVALID, "%s: expected a value that %s holds, found %lld", what, name,
                          (long long)value.value.i64);
    }
    const double f64 = is_real ? value.value.f64 : (double)value.value.i64;
    const float f32 = dtype == FRCNN_F32 || dtype == FRCNN_F16 || dtype == FRCNN_BF16 ? get_f32(value) : 0;
    const int is_set = is_real ? value.value.f64 != 0 : value.value.i64 != 0;
    uint64_t whole = 0;
    uint16_t half = 0;
    const void *bytes = &whole;
    switch (dtype) {
    case FRCNN_F32:
        bytes = &f32;
        break;
    case FRCNN_F64:
        bytes = &f64;
        break;
    case FRCNN_F16:
        half = frcnn_f32_to_f16(f32);
        bytes = &half;
        break;
    case FRCNN_BF16:
        half = frcnn_f32_to_bf16(f32);
        bytes = &half;
        break;
    case FRCNN_BOOL:
        whole = (uint64_t)is_set;
        break;
    default:
        whole = is_real ? (uint64_t)(int64_t)value.value.f64 : (uint64_t)value.value.i64;
        break;
    }
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "an integer's low bytes come first here"
#endif
    memcpy(out->bytes, bytes, frcnn_dtype_get_size(dtype));
    return FRCNN_OK;
}
