#include "tensor/creation/arange.h"

#include <math.h>

#include "frcnn/ops.h"
#include "tensor/error.h"
#include "tensor/tensor_ops.h"

/* Integers up to here are exact in f64, so that start, end and step mean what they say. */
static const double EXACT = 0x1p53;

static int is_exact_integer(double value)
{
    return fabs(value) <= EXACT && value == rint(value);
}

frcnn_status frcnn_tensor_arange(frcnn_tensor **out, frcnn_dtype dtype, double start, double end, double step)
{
    FRCNN_FAIL_IF(dtype != FRCNN_F32 && dtype != FRCNN_I64, FRCNN_ERROR_INVALID,
                  "arange: expected f32 or i64, found %s", frcnn_dtype_get_name(dtype));
    FRCNN_FAIL_IF(!isfinite(start) || !isfinite(end) || !isfinite(step) || step == 0 || (end - start) / step < 0,
                  FRCNN_ERROR_INVALID, "arange: expected a step that leads from start to end, found %g from %g to %g",
                  step, start, end);
    FRCNN_FAIL_IF(dtype == FRCNN_I64 && !(is_exact_integer(start) && is_exact_integer(end) && is_exact_integer(step)),
                  FRCNN_ERROR_INVALID, "arange: expected whole numbers up to 2^53 for i64, found %g, %g, %g", start,
                  end, step);
    const double n_values = ceil((end - start) / step);
    FRCNN_FAIL_IF(n_values > EXACT, FRCNN_ERROR_INVALID, "arange: %g values are more than memory can address",
                  n_values);
    const int64_t n = (int64_t)n_values;
    const frcnn_device cpu = {FRCNN_CPU, 0};
    const frcnn_tensor_ops *table = NULL;
    FRCNN_TRY(frcnn_tensor_ops_find(&table, "arange", cpu));
    FRCNN_TRY(frcnn_tensor_create_empty(out, dtype, 1, &n));
    if (dtype == FRCNN_F32)
        table->creation->arange_f32(start, step, n, frcnn_tensor_get_data(*out));
    else
        table->creation->arange_i64((int64_t)start, (int64_t)step, n, frcnn_tensor_get_data(*out));
    return FRCNN_OK;
}
