#include "frcnn/creation.h"

#include <string.h>

#include "tensor/error.h"
#include "tensor/storage.h"

frcnn_status frcnn_tensor_from_data(frcnn_tensor **out, frcnn_dtype dtype, int n_dims, const int64_t *shape,
                                    const void *data)
{
    frcnn_tensor *result = NULL;
    FRCNN_TRY(frcnn_tensor_empty(&result, dtype, n_dims, shape));
    if (data == NULL && result->n_elements > 0) {
        const long long n = result->n_elements;
        frcnn_tensor_destroy(&result);
        return frcnn_fail(FRCNN_ERROR_INVALID, "from_data: expected memory for %lld elements, found NULL", n);
    }
    if (result->n_elements > 0)
        memcpy(frcnn_tensor_get_data(result), data, (size_t)result->n_elements * frcnn_dtype_get_size(dtype));
    *out = result;
    return FRCNN_OK;
}
