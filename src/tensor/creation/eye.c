#include "frcnn/arithmetic.h"
#include "frcnn/creation.h"
#include "tensor/error.h"

frcnn_status frcnn_tensor_eye(frcnn_tensor **out, frcnn_dtype dtype, int64_t n, int64_t m)
{
    const int64_t shape[] = {n, m};
    const int64_t n_ones = n < m ? n : m;
    frcnn_tensor *result = NULL;
    frcnn_tensor *diagonal = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_FAIL_IF(n < 0 || m < 0, FRCNN_ERROR_INVALID, "eye: expected sizes of 0 or more, found [%lld, %lld]",
                  (long long)n, (long long)m);
    FRCNN_TRY(frcnn_tensor_create(&result, dtype, 2, shape));
    const int64_t stride = n_ones > 0 ? m + 1 : 1;
    FRCNN_TRY_CLEANUP(frcnn_tensor_as_strided(&diagonal, result, 1, &n_ones, &stride, 0));
    FRCNN_TRY_CLEANUP(frcnn_tensor_fill(diagonal, frcnn_scalar_i64(1)));
    *out = result;
    result = NULL;

cleanup:
    frcnn_tensor_destroy(&diagonal);
    frcnn_tensor_destroy(&result);
    return status;
}
