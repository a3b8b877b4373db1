/** What a backend brings for include/frcnn/arithmetic.h; each entry is described where the CPU's is declared. */
#ifndef FRCNN_ELEMENTWISE_OPS_H
#define FRCNN_ELEMENTWISE_OPS_H

#include "tensor/elementwise/map.h"

typedef struct frcnn_elementwise_ops {
    frcnn_status (*map)(const frcnn_map *map);
} frcnn_elementwise_ops;

extern const frcnn_elementwise_ops frcnn_elementwise_ops_cpu;

#endif
