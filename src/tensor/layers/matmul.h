/** Products of matrices, on raw arrays. */
#ifndef FRCNN_MATMUL_H
#define FRCNN_MATMUL_H

#include <stdint.h>

#include "frcnn/tensor.h"

/** For each of a batch: a [m, k] * b [k, n] -> dst [m, n], row-major, in f32, f64 or i64. All sizes are 1 or more. */
typedef struct frcnn_matmul {
    frcnn_dtype dtype;
    int64_t m, k, n;
    int b_is_transposed; /**< 1: b is stored as [n, k] */
    int n_batch_dims;    /**< dst's matrices are row-major in batch_shape */
    int64_t batch_shape[FRCNN_MAX_DIMS];
    int64_t a_strides[FRCNN_MAX_DIMS], b_strides[FRCNN_MAX_DIMS]; /**< matrices; 0 where one serves all */
    const void *a, *b;
    void *dst;
} frcnn_matmul;

/** i64 wraps. Which way a product is computed follows from the sizes alone, and so does the order of its sums.
 *  Errors: BACKEND, NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_matmul_cpu(const frcnn_matmul *matmul);

#endif
