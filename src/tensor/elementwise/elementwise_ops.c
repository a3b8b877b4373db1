#include "tensor/elementwise/elementwise_ops.h"

const frcnn_elementwise_ops frcnn_elementwise_ops_cpu = {
    .map = frcnn_map_cpu,
};
