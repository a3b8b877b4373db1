#include "tensor/random/randint.h"

#include <math.h>

#include "tensor/compute.h"
#include "tensor/dtype_range.h"
#include "tensor/error.h"
#include "tensor/half.h"
#include "tensor/tensor_ops.h"

/* The value as the float dtype rounds it, and the bits of its significand. */
static double round_to(frcnn_dtype dtype, int64_t value)
{
    switch (dtype) {
    case FRCNN_F64:
        return (double)value;
    case FRCNN_F16:
        return (double)frcnn_f16_to_f32(frcnn_f32_to_f16((float)value));
    case FRCNN_BF16:
        return (double)frcnn_bf16_to_f32(frcnn_f32_to_bf16((float)value));
    default:
        return (double)(float)value;
    }
}

static int get_digits(frcnn_dtype dtype)
{
    switch (dtype) {
    case FRCNN_F64:
        return 53;
    case FRCNN_F16:
        return 11;
    case FRCNN_BF16:
        return 8;
    default:
        return 24;
    }
}

/* The distance between the float dtype's numbers next to value. */
static int64_t get_spacing(frcnn_dtype dtype, int64_t value)
{
    int exponent = 0;
    for (uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value; magnitude > 1; magnitude >>= 1)
        exponent += 1;
    return INT64_C(1) << (exponent - get_digits(dtype) + 1);
}

/* Bounds that rounding to a float dtype would move outward move inward by PyTorch's rule, which is not symmetric: low is
   looked at where the dtype rounds low + 1 below it, high where it rounds high - 1 up to it or beyond, but for 2^63. */
static frcnn_status shrink_bounds(frcnn_dtype dtype, int64_t *low, int64_t *high)
{
    const int64_t given_low = *low;
    const int64_t given_high = *high;
    const double first = round_to(dtype, given_low + 1);
    const double last = round_to(dtype, given_high - 1);
    if (first < 0x1p63 && (int64_t)first < given_low) *low = (int64_t)first + get_spacing(dtype, given_low + 1);
    if (last < 0x1p63 && (int64_t)last >= given_high) *high = (int64_t)last - get_spacing(dtype, given_high - 1);
    FRCNN_FAIL_IF(*low >= *high, FRCNN_ERROR_INVALID, "randint: expected a number of %s in [%lld, %lld), found none",
                  frcnn_dtype_get_name(dtype), (long long)given_low, (long long)given_high);
    return FRCNN_OK;
}

frcnn_status frcnn_tensor_randint(frcnn_tensor **out, frcnn_generator *generator, frcnn_dtype dtype, int n_dims,
                                  const int64_t *shape, int64_t low, int64_t high)
{
    const int is_float = frcnn_compute_is_float(dtype);
    int64_t least = 0;
    int64_t greatest = 0;
    frcnn_dtype_get_range(dtype, &least, &greatest);
    FRCNN_FAIL_IF(low >= high, FRCNN_ERROR_INVALID, "randint: expected low < high, found %lld and %lld", (long long)low,
                  (long long)high);
    const double max = frcnn_dtype_get_max(dtype);
    FRCNN_FAIL_IF(is_float ? (double)low < -max || (double)(high - 1) > max : low < least || high - 1 > greatest,
                  FRCNN_ERROR_INVALID, "randint: expected numbers in the range of %s, found %lld … %lld",
                  frcnn_dtype_get_name(dtype), (long long)low, (long long)(high - 1));
    if (is_float) FRCNN_TRY(shrink_bounds(dtype, &low, &high));
    const frcnn_device cpu = {FRCNN_CPU, 0};
    const frcnn_tensor_ops *table = NULL;
    frcnn_tensor *result = NULL;
    FRCNN_TRY(frcnn_tensor_ops_find(&table, "randint", cpu));
    FRCNN_TRY(frcnn_tensor_empty(&result, dtype, n_dims, shape));
    const frcnn_randint randint = {dtype, result->n_elements, low, (uint64_t)high - (uint64_t)low};
    const frcnn_status status = table->random->randint(&randint, generator, frcnn_tensor_get_data(result));
    if (status == FRCNN_OK)
        *out = result;
    else
        frcnn_tensor_destroy(&result);
    return status;
}
