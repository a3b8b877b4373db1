#include "frcnn/creation.h"

#include "tensor/error.h"
#include "tensor/tensor_ops.h"

frcnn_status frcnn_tensor_eye(frcnn_tensor **out, frcnn_dtype dtype, int64_t n, int64_t m)
{
    const int64_t shape[] = {n, m};
    frcnn_tensor *result = NULL;
    const frcnn_tensor_ops *table = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_FAIL_IF(n < 0 || m < 0, FRCNN_ERROR_INVALID, "eye: expected sizes of 0 or more, found [%lld, %lld]",
                  (long long)n, (long long)m);
    FRCNN_TRY(frcnn_tensor_full(&result, dtype, 2, shape, frcnn_scalar_i64(0)));
    frcnn_fill ones = {frcnn_tensor_get_data(result), n < m ? n : m, m + 1, frcnn_dtype_get_size(dtype), {{0}}};
    FRCNN_TRY_CLEANUP(frcnn_element_from_scalar(&ones.value, "eye", dtype, frcnn_scalar_i64(1)));
    FRCNN_TRY_CLEANUP(frcnn_tensor_ops_find(&table, "eye", result->device));
    FRCNN_TRY_CLEANUP(table->creation->fill(&ones));
    *out = result;
    result = NULL;

cleanup:
    frcnn_tensor_destroy(&result);
    return status;
}
