/** What a tensor is inside: a handle of shape and strides over counted storage. */
#ifndef FRCNN_STORAGE_H
#define FRCNN_STORAGE_H

#include "frcnn/tensor.h"

/** Memory that views share, see shared_memory.h. */
typedef struct frcnn_storage frcnn_storage;

struct frcnn_tensor {
    frcnn_storage *storage;
    frcnn_dtype dtype;
    frcnn_device device;
    int n_dims;
    int64_t shape[FRCNN_MAX_DIMS];
    int64_t strides[FRCNN_MAX_DIMS]; /**< elements */
    int64_t offset;                  /**< of the first element in the storage, in elements */
    int64_t n_elements;
};

/** 1 where every element lies at a multiple of its size, so that it may be read through a pointer of its type. Memory that
 *  somebody else owns need not. */
int frcnn_tensor_is_aligned(const frcnn_tensor *tensor);

/** frcnn_tensor_create and frcnn_tensor_empty on any device. Errors: also UNSUPPORTED (a device that
 *  is not there), BACKEND. */
FRCNN_NODISCARD frcnn_status frcnn_tensor_create_on(frcnn_tensor **out, frcnn_device device, frcnn_dtype dtype,
                                                    int n_dims, const int64_t *shape);
FRCNN_NODISCARD frcnn_status frcnn_tensor_empty_on(frcnn_tensor **out, frcnn_device device, frcnn_dtype dtype,
                                                   int n_dims, const int64_t *shape);

/** A new handle on the tensor's storage with another layout, which the caller has checked to lie inside it. */
FRCNN_NODISCARD frcnn_status frcnn_tensor_create_view(frcnn_tensor **out, const frcnn_tensor *tensor, int n_dims,
                                                      const int64_t *shape, const int64_t *strides, int64_t offset);

#endif
