/** The operations that a backend brings to the tensor core. */
#ifndef FRCNN_TENSOR_OPS_H
#define FRCNN_TENSOR_OPS_H

#include "tensor/creation/creation_ops.h"
#include "tensor/elementwise/elementwise_ops.h"
#include "tensor/index/index_ops.h"
#include "tensor/join/join_ops.h"
#include "tensor/layers/layers_ops.h"
#include "tensor/loss/loss_ops.h"
#include "tensor/random/random_ops.h"
#include "tensor/reduce/reduce_ops.h"
#include "tensor/storage.h"

/** One backend's functions, by family. */
typedef struct frcnn_tensor_ops {
    const frcnn_creation_ops *creation;
    const frcnn_elementwise_ops *elementwise;
    const frcnn_index_ops *index;
    const frcnn_join_ops *join;
    const frcnn_layers_ops *layers;
    const frcnn_loss_ops *loss;
    const frcnn_random_ops *random;
    const frcnn_reduce_ops *reduce;
} frcnn_tensor_ops;

extern const frcnn_tensor_ops frcnn_tensor_ops_cpu;

/** The table of the device. what begins the message. Errors: UNSUPPORTED (a device that this build has no table for). */
FRCNN_NODISCARD frcnn_status frcnn_tensor_ops_find(const frcnn_tensor_ops **out, const char *what, frcnn_device device);

#endif
