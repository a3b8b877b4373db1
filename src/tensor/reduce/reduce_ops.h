/** What a backend brings for include/frcnn/reduce.h; each entry is described where the CPU's is declared. */
#ifndef FRCNN_REDUCE_OPS_H
#define FRCNN_REDUCE_OPS_H

#include "tensor/reduce/softmax.h"

typedef struct frcnn_reduce_ops {
    frcnn_status (*softmax)(const frcnn_softmax *softmax);
} frcnn_reduce_ops;

extern const frcnn_reduce_ops frcnn_reduce_ops_cpu;

#endif
