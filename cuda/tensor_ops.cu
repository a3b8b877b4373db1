#include "tensor_index.h"
#include "tensor_kernels.h"
#include "tensor_layers.h"
#include "tensor_loss.h"
#include "tensor_memory.h"
#include "tensor_reduce.h"

static const frcnn_creation_ops creation_ops = {frcnn_arange_cuda, frcnn_linspace_cuda};
static const frcnn_elementwise_ops elementwise_ops = {frcnn_map_cuda};
static const frcnn_join_ops join_ops = {frcnn_strided_copy_cuda};
static const frcnn_random_ops random_ops = {frcnn_randint_cuda, frcnn_randn_cuda, frcnn_randperm_cuda,
                                            frcnn_uniform_cuda};

static const frcnn_tensor_ops tensor_ops = {
    &creation_ops,          &elementwise_ops,     &frcnn_index_ops_cuda,  &join_ops,
    &frcnn_layers_ops_cuda, &frcnn_loss_ops_cuda, &frcnn_memory_ops_cuda, &random_ops,
    &frcnn_reduce_ops_cuda};

extern "C" const frcnn_tensor_ops *frcnn_cuda_get_tensor_ops(void)
{
    return &tensor_ops;
}
