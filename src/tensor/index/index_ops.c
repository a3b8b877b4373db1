#include "tensor/index/index_ops.h"

const frcnn_index_ops frcnn_index_ops_cpu = {
    .topk = frcnn_topk_cpu,
};
