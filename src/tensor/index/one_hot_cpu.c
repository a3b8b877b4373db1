#include "tensor/index/one_hot.h"

frcnn_status frcnn_one_hot_cpu(int64_t n, int64_t n_classes, const int64_t *classes, int64_t *dst)
{
    for (int64_t i = 0; i < n; i++) dst[i * n_classes + classes[i]] = 1;
    return FRCNN_OK;
}
