#include "tensor_kernels.h"
#include "tensor_memory.h"

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
static const frcnn_index_ops index_ops = {missing, missing, missing, missing, missing,
                                          missing, missing, missing, missing, missing};
static const frcnn_join_ops join_ops = {missing};
static const frcnn_layers_ops layers_ops = {missing, missing, missing, missing, missing, missing,
                                            missing, missing, missing, missing, missing};
static const frcnn_loss_ops loss_ops = {missing, missing};
static const frcnn_random_ops random_ops = {missing, missing, missing, missing};
static const frcnn_reduce_ops reduce_ops = {missing, missing, missing};

static const frcnn_tensor_ops tensor_ops = {&creation_ops, &elementwise_ops,       &index_ops,  &join_ops,  &layers_ops,
                                            &loss_ops,     &frcnn_memory_ops_cuda, &random_ops, &reduce_ops};

extern "C" const frcnn_tensor_ops *frcnn_cuda_get_tensor_ops(void)
{
    return &tensor_ops;
}
