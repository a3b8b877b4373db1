#include "tensor/index/topk.h"

#include "frcnn/ops.h"
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/parallel.h"
#include "tensor/shape.h"
#include "tensor/tensor_ops.h"

frcnn_status frcnn_tensor_topk(frcnn_tensor **values, frcnn_tensor **indices, const frcnn_tensor *tensor, int64_t k)
{
    const int last = tensor->n_dims - 1;
    char text[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_FAIL_IF(last < 0, FRCNN_ERROR_INVALID, "topk: expected a tensor with dimensions, found a scalar");
    const int64_t n = tensor->shape[last];
    FRCNN_FAIL_IF(k < 0 || k > n, FRCNN_ERROR_INVALID, "topk: expected k in [0, %lld], found %lld", (long long)n,
                  (long long)k);
    FRCNN_FAIL_IF(n > UINT32_MAX, FRCNN_ERROR_INVALID, "topk: expected fewer than 2^32 values in a row, found %s",
                  frcnn_shape_format(text, tensor->n_dims, tensor->shape));
    frcnn_op op;
    FRCNN_TRY(frcnn_op_open(&op, "topk", tensor, -1));
    frcnn_status status = FRCNN_OK;
    frcnn_tensor *best = NULL;
    frcnn_tensor *found = NULL;
    void *keys = NULL;
    int64_t shape[FRCNN_MAX_DIMS];
    for (int d = 0; d < last; d++) shape[d] = tensor->shape[d];
    shape[last] = k;
    FRCNN_TRY_CLEANUP(frcnn_tensor_create_empty(&best, FRCNN_F32, tensor->n_dims, shape));
    FRCNN_TRY_CLEANUP(frcnn_tensor_create_empty(&found, FRCNN_I64, tensor->n_dims, shape));
    FRCNN_TRY_CLEANUP(frcnn_alloc(&keys, (size_t)tensor->n_elements, sizeof(uint64_t), "topk"));
    float *best_data = frcnn_tensor_get_data(best);
    int64_t *found_data = frcnn_tensor_get_data(found);
    const int64_t n_rows = n == 0 ? 0 : tensor->n_elements / n;
    FRCNN_PARALLEL_FOR
    for (int64_t row = 0; row < n_rows; row++) {
        const float *src = op.src + row * n;
        op.table->index->topk(src, n, 1, k, (uint64_t *)keys + row * n, found_data + row * k);
        for (int64_t i = 0; i < k; i++) best_data[row * k + i] = src[found_data[row * k + i]];
    }
    *values = best;
    *indices = found;
    best = NULL;
    found = NULL;

cleanup:
    frcnn_free(keys);
    frcnn_tensor_destroy(&best);
    frcnn_tensor_destroy(&found);
    frcnn_op_close(&op);
    return status;
}
