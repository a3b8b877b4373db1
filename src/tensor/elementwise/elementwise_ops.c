#include "tensor/elementwise/elementwise_ops.h"

const frcnn_elementwise_ops frcnn_elementwise_ops_cpu = {
    .add = frcnn_add_cpu,
    .elementwise = frcnn_elementwise_cpu,
};
