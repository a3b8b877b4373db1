#include "tensor/creation/arange.h"

#include <math.h>

#include "frcnn/creation.h"
#include "tensor/dtype_range.h"
#include "tensor/error.h"
#include "tensor/tensor_ops.h"

/* The dtype in which a range is counted. */
static frcnn_dtype get_counting_dtype(frcnn_dtype dtype)
{
    if (dtype == FRCNN_F32 || dtype == FRCNN_F64) return FRCNN_F64;
    return dtype == FRCNN_F16 || dtype == FRCNN_BF16 ? FRCNN_F32 : FRCNN_I64;
}

frcnn_status frcnn_tensor_arange(frcnn_tensor **out, frcnn_dtype dtype, double start, double end, double step)
{
    FRCNN_FAIL_IF(dtype == FRCNN_BOOL, FRCNN_ERROR_INVALID, "arange: expected a dtype of numbers, found bool");
    FRCNN_FAIL_IF(!isfinite(start) || !isfinite(end) || !(step > 0 ? end >= start : step < 0 && end <= start),
                  FRCNN_ERROR_INVALID, "arange: expected a step that leads from start to end, found %g from %g to %g",
                  step, start, end);
    const double n_values = ceil((end - start) / step);
    FRCNN_FAIL_IF(!(n_values < 0x1p63), FRCNN_ERROR_INVALID, "arange: %g values are more than memory can address",
                  n_values);
    const frcnn_dtype counted = get_counting_dtype(dtype);
    FRCNN_FAIL_IF(!frcnn_dtype_holds(counted, frcnn_scalar_f64(start)) ||
                      !frcnn_dtype_holds(counted, frcnn_scalar_f64(step)),
                  FRCNN_ERROR_INVALID, "arange: expected a start and a step that %s holds, found %g and %g",
                  frcnn_dtype_get_name(counted), start, step);
    const int64_t n = (int64_t)n_values;
    const frcnn_tensor_ops *table = NULL;
    frcnn_tensor *result = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY(frcnn_tensor_empty(&result, dtype, 1, &n));
    const frcnn_range range = {frcnn_tensor_get_data(result), dtype, n, start, step, end};
    FRCNN_TRY_CLEANUP(frcnn_tensor_ops_find(&table, "arange", result->device));
    FRCNN_TRY_CLEANUP(table->creation->arange(&range));
    *out = result;
    result = NULL;

cleanup:
    frcnn_tensor_destroy(&result);
    return status;
}
