#include "tensor_index.h"
#include "tensor_kernels.h"
#include "tensor_layers.h"
#include "tensor_loss.h"
#include "tensor_memory.h"
#include "tensor_reduce.h"

extern "C" {
#include "tensor/error.h"
}

/* In the place of what there is no kernel for. */
template <typename... Arguments> static frcnn_status missing(Arguments...)
{
    return frcnn_fail(FRCNN_ERROR_UNSUPPORTED, "expected a tensor on the cpu: CUDA has no such operation yet");
}

static const frcnn_creation_ops creation_ops = {missing, missing};
static const frcnn_elementwise_ops elementwise_ops = {frcnn_map_cuda};
static const frcnn_join_ops join_ops = {missing};
static const frcnn_random_ops random_ops = {missing, missing, missing, missing};

static const frcnn_tensor_ops tensor_ops = {
    &creation_ops,          &elementwise_ops,     &frcnn_index_ops_cuda,  &join_ops,
    &frcnn_layers_ops_cuda, &frcnn_loss_ops_cuda, &frcnn_memory_ops_cuda, &random_ops,
    &frcnn_reduce_ops_cuda};

extern "C" const frcnn_tensor_ops *frcnn_cuda_get_tensor_ops(void)
{
    return &tensor_ops;
}
