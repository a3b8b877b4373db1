/** What a backend brings for include/frcnn/index.h; each entry is described where the CPU's is declared. */
#ifndef FRCNN_INDEX_OPS_H
#define FRCNN_INDEX_OPS_H

#include "tensor/index/topk.h"

typedef struct frcnn_index_ops {
    void (*topk)(const float *values, int64_t n, int64_t stride, int64_t k, uint64_t *keys, int64_t *indices);
} frcnn_index_ops;

extern const frcnn_index_ops frcnn_index_ops_cpu;

#endif
