#include "tensor_reduce.h"

extern "C" const frcnn_reduce_ops frcnn_reduce_ops_cuda = {
    frcnn_cumsum_cuda,
    frcnn_reduce_cuda,
    frcnn_softmax_cuda,
};
