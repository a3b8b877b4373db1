#include "tensor/loss/loss_ops.h"

const frcnn_loss_ops frcnn_loss_ops_cpu = {
    .class_loss = frcnn_class_loss_cpu,
    .find_wrong_class = frcnn_class_loss_find_wrong_class_cpu,
    .pair_loss = frcnn_pair_loss_cpu,
};
