#include "tensor/random/random_ops.h"

const frcnn_random_ops frcnn_random_ops_cpu = {
    .randint = frcnn_randint_cpu,
    .randn = frcnn_randn_cpu,
    .randperm = frcnn_randperm_cpu,
    .uniform = frcnn_uniform_cpu,
};
