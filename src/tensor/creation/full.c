#include "frcnn/arithmetic.h"
#include "frcnn/creation.h"
#include "tensor/dtype_range.h"
#include "tensor/error.h"

frcnn_status frcnn_tensor_full(frcnn_tensor **out, frcnn_dtype dtype, int n_dims, const int64_t *shape,
                               frcnn_scalar value)
{
    frcnn_tensor *result = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY(frcnn_tensor_empty(&result, dtype, n_dims, shape));
    FRCNN_TRY_CLEANUP(frcnn_dtype_check_holds("full", dtype, value));
    FRCNN_TRY_CLEANUP(frcnn_tensor_fill(result, value));
    *out = result;
    result = NULL;

cleanup:
    frcnn_tensor_destroy(&result);
    return status;
}
