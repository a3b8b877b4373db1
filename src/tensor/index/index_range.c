#include "tensor/index/index_range.h"

#include "tensor/body.h"
#include "tensor/error.h"
#include "tensor/tensor_ops.h"

FRCNN_SIMD static void find_index_range(int64_t n, const int64_t *indices, int64_t *least, int64_t *most)
{
    int64_t low = indices[0];
    int64_t high = indices[0];
    for (int64_t i = 1; i < n; i++) {
        low = indices[i] < low ? indices[i] : low;
        high = indices[i] > high ? indices[i] : high;
    }
    *least = low;
    *most = high;
}

frcnn_status frcnn_index_range_cpu(int64_t n, const int64_t *indices, int64_t *least, int64_t *most)
{
    find_index_range(n, indices, least, most);
    return FRCNN_OK;
}

frcnn_status frcnn_index_open(frcnn_tensor **out, const char *what, const frcnn_tensor *indices, int64_t n, int dim)
{
    FRCNN_FAIL_IF(indices->dtype != FRCNN_I32 && indices->dtype != FRCNN_I64, FRCNN_ERROR_INVALID,
                  "%s: expected indices of i32 or i64, found %s", what, frcnn_dtype_get_name(indices->dtype));
    const frcnn_tensor_ops *table = NULL;
    frcnn_tensor *wide = NULL;
    FRCNN_TRY(frcnn_tensor_ops_find(&table, what, indices->device));
    if (indices->dtype == FRCNN_I64)
        FRCNN_TRY(frcnn_tensor_contiguous(&wide, indices));
    else
        FRCNN_TRY(frcnn_tensor_cast(&wide, indices, FRCNN_I64));
    int64_t least = 0;
    int64_t most = -1;
    frcnn_status status = FRCNN_OK;
    if (wide->n_elements > 0)
        status = table->index->index_range(wide->n_elements, frcnn_tensor_get_const_data(wide), &least, &most);
    if (status == FRCNN_OK && (least < 0 || most >= n))
        status = frcnn_fail(FRCNN_ERROR_INVALID, "%s: expected indices in [0, %lld) of dimension %d, found %lld", what,
                            (long long)n, dim, (long long)(least < 0 ? least : most));
    if (status == FRCNN_OK)
        *out = wide;
    else
        frcnn_tensor_destroy(&wide);
    return status;
}
