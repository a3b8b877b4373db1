/** What a backend brings for include/frcnn/join.h; each entry is described where the CPU's is declared. */
#ifndef FRCNN_JOIN_OPS_H
#define FRCNN_JOIN_OPS_H

#include "tensor/join/strided_copy.h"

typedef struct frcnn_join_ops {
    frcnn_status (*strided_copy)(const frcnn_strided_copy *copy);
} frcnn_join_ops;

extern const frcnn_join_ops frcnn_join_ops_cpu;

#endif
