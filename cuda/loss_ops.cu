#include "tensor_loss.h"

extern "C" const frcnn_loss_ops frcnn_loss_ops_cuda = {
    frcnn_class_loss_cuda,
    frcnn_class_loss_find_wrong_class_cuda,
    frcnn_pair_loss_cuda,
};
