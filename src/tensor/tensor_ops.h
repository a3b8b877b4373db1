/** The operations that a backend brings to the tensor core. */
#ifndef FRCNN_TENSOR_OPS_H
#define FRCNN_TENSOR_OPS_H

#include "tensor/creation/creation_ops.h"
#include "tensor/elementwise/elementwise_ops.h"
#include "tensor/index/index_ops.h"
#include "tensor/join/join_ops.h"
#include "tensor/layers/layers_ops.h"
#include "tensor/loss/loss_ops.h"
#include "tensor/memory_ops.h"
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
    const frcnn_memory_ops *memory;
    const frcnn_random_ops *random;
    const frcnn_reduce_ops *reduce;
} frcnn_tensor_ops;

extern const frcnn_tensor_ops frcnn_tensor_ops_cpu;

/** The CUDA backend's; NULL where this build has no CUDA. */
const frcnn_tensor_ops *frcnn_cuda_get_tensor_ops(void);

/** The table of the device, whose functions work on it when this thread calls them, until the thread asks for another
 *  device's. what begins the message. Errors: UNSUPPORTED (a GPU that this build, machine or process has not), BACKEND. */
FRCNN_NODISCARD frcnn_status frcnn_tensor_ops_find(const frcnn_tensor_ops **out, const char *what, frcnn_device device);

#endif
