/** The memory of tensors: counted, and of one device. */
#ifndef FRCNN_SHARED_MEMORY_H
#define FRCNN_SHARED_MEMORY_H

#include <stdatomic.h>

#include "tensor/memory_ops.h"
#include "tensor/storage.h"

/** When the last handle goes, data is given back to memory, or where that is NULL, release is called. */
struct frcnn_storage {
    atomic_size_t n_handles;
    void *data;
    size_t bytes;
    const frcnn_memory_ops *memory;
    int device_index;
    void (*release)(void *context); /**< NULL: nothing is to be done */
    void *context;
};

#endif
