#include "tensor/join/join_ops.h"

const frcnn_join_ops frcnn_join_ops_cpu = {
    .strided_copy = frcnn_strided_copy_cpu,
};
