#include "tensor/creation/creation_ops.h"

const frcnn_creation_ops frcnn_creation_ops_cpu = {
    .arange = frcnn_arange_cpu,
    .fill = frcnn_fill_cpu,
    .linspace = frcnn_linspace_cpu,
};
