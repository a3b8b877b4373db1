#include "tensor/index/sort_keys.h"
#include "tensor/index/topk.h"

static void make_keys(const float *values, int64_t n, int64_t stride, uint64_t *keys)
{
    if (stride == 1)
        for (int64_t i = 0; i < n; i++) keys[i] = frcnn_score_key(values[i], (uint32_t)i);
    else
        for (int64_t i = 0; i < n; i++) keys[i] = frcnn_score_key(values[i * stride], (uint32_t)i);
}

void frcnn_topk_cpu(const float *values, int64_t n, int64_t stride, int64_t k, uint64_t *keys, int64_t *indices)
{
    if (k == 0) return;
    make_keys(values, n, stride, keys);
    (void)frcnn_select_keys(keys, n, k, 0);
    frcnn_sort_keys(keys, k, (uint64_t *)indices);
    for (int64_t i = 0; i < k; i++) indices[i] = frcnn_score_key_get_index(keys[i]);
}
