/** A tensor of elements that lie in a checkpoint's file, as they are or in another order. */
#ifndef FRCNN_STORED_TENSOR_H
#define FRCNN_STORED_TENSOR_H

#include "checkpoint/file_mapping.h"
#include "frcnn/tensor.h"

typedef struct frcnn_stored_tensor {
    frcnn_dtype dtype;
    int is_big_endian;
    int n_dims;
    int64_t shape[FRCNN_MAX_DIMS], strides[FRCNN_MAX_DIMS]; /**< in elements, at least 0 */
    const unsigned char *elements;                          /**< the first one; all that the strides reach are there */
} frcnn_stored_tensor;

/** A view of the mapping, which the tensor then holds, where the elements lie in it row-major and aligned; else a copy.
 *  The caller owns *out. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_stored_tensor_create(frcnn_tensor **out, const frcnn_stored_tensor *stored,
                                                        frcnn_file_mapping *mapping);

#endif
