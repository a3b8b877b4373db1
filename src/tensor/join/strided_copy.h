/** Elements from one layout to another, bit for bit. */
#ifndef FRCNN_STRIDED_COPY_H
#define FRCNN_STRIDED_COPY_H

#include "frcnn/tensor.h"

/** shape has no 0. src and dst do not overlap; no address of dst is written twice. */
typedef struct frcnn_strided_copy {
    const void *src;
    void *dst;
    size_t element_bytes;
    int n_dims;
    int64_t shape[FRCNN_MAX_DIMS];
    int64_t src_strides[FRCNN_MAX_DIMS]; /**< elements */
    int64_t dst_strides[FRCNN_MAX_DIMS]; /**< elements */
} frcnn_strided_copy;

/** The same copy without dimensions of 1, those that one stride walks on both sides as one: the longest runs. */
frcnn_strided_copy frcnn_strided_copy_merge(const frcnn_strided_copy *copy);

FRCNN_NODISCARD frcnn_status frcnn_strided_copy_cpu(const frcnn_strided_copy *copy);

#endif
