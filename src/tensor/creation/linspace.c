#include "frcnn/creation.h"

#include "tensor/creation/arange.h"
#include "tensor/dtype_range.h"
#include "tensor/error.h"
#include "tensor/tensor_ops.h"

frcnn_status frcnn_tensor_linspace(frcnn_tensor **out, frcnn_dtype dtype, double start, double end, int64_t n)
{
    FRCNN_FAIL_IF(n < 0, FRCNN_ERROR_INVALID, "linspace: expected 0 values or more, found %lld", (long long)n);
    FRCNN_FAIL_IF(dtype == FRCNN_BOOL && n > 1, FRCNN_ERROR_INVALID,
                  "linspace: expected a dtype of numbers, found bool");
    if (n == 1) return frcnn_tensor_full(out, dtype, 1, &n, frcnn_scalar_f64(start));
    const frcnn_tensor_ops *table = NULL;
    frcnn_tensor *result = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY(frcnn_tensor_empty(&result, dtype, 1, &n));
    if (n > 0) {
        const frcnn_range range = {
            .dst = frcnn_tensor_get_data(result), .dtype = dtype, .n = n, .start = start, .end = end};
        FRCNN_TRY_CLEANUP(frcnn_dtype_check_holds("linspace", dtype, frcnn_scalar_f64(start)));
        FRCNN_TRY_CLEANUP(frcnn_dtype_check_holds("linspace", dtype, frcnn_scalar_f64(end)));
        FRCNN_TRY_CLEANUP(frcnn_tensor_ops_find(&table, "linspace", result->device));
        FRCNN_TRY_CLEANUP(table->creation->linspace(&range));
    }
    *out = result;
    result = NULL;

cleanup:
    frcnn_tensor_destroy(&result);
    return status;
}
