#include "tensor/reduce/reduce_ops.h"

const frcnn_reduce_ops frcnn_reduce_ops_cpu = {
    .cumsum = frcnn_cumsum_cpu,
    .reduce = frcnn_reduce_cpu,
    .softmax = frcnn_softmax_cpu,
};
