/** What a backend brings for include/frcnn/reduce.h; each entry is described where the CPU's is declared. */
#ifndef FRCNN_REDUCE_OPS_H
#define FRCNN_REDUCE_OPS_H

#include "tensor/reduce/cumsum.h"
#include "tensor/reduce/reduction.h"
#include "tensor/reduce/softmax.h"

typedef struct frcnn_reduce_ops {
    frcnn_status (*cumsum)(frcnn_dtype dtype, int64_t n_outer, int64_t n, int64_t n_inner, const void *src, void *dst);
    frcnn_status (*reduce)(const frcnn_reduction_job *job);
    frcnn_status (*softmax)(const frcnn_softmax *softmax);
} frcnn_reduce_ops;

extern const frcnn_reduce_ops frcnn_reduce_ops_cpu;

#endif
