#include "tensor/creation/creation_ops.h"

const frcnn_creation_ops frcnn_creation_ops_cpu = {
    .arange = frcnn_arange_cpu,
    .linspace = frcnn_linspace_cpu,
};
