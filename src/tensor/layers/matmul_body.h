/** Which matrices a product of a batch is made of. */
#ifndef FRCNN_MATMUL_BODY_H
#define FRCNN_MATMUL_BODY_H

#include "tensor/body.h"
#include "tensor/layers/matmul.h"

/** Numbers of matrices of a and of b. */
typedef struct frcnn_matmul_operands {
    int64_t a, b;
} frcnn_matmul_operands;

/** Those of the batch's matrix i. */
FRCNN_HD frcnn_matmul_operands frcnn_matmul_find_operands(const frcnn_matmul *matmul, int64_t i)
{
    frcnn_matmul_operands at = {0, 0};
    int d;
    for (d = matmul->n_batch_dims - 1; d >= 0; d--) {
        at.a += i % matmul->batch_shape[d] * matmul->a_strides[d];
        at.b += i % matmul->batch_shape[d] * matmul->b_strides[d];
        i /= matmul->batch_shape[d];
    }
    return at;
}

#endif
