/** What a backend brings for include/frcnn/creation.h; each entry is described where the CPU's is declared. */
#ifndef FRCNN_CREATION_OPS_H
#define FRCNN_CREATION_OPS_H

#include "tensor/creation/arange.h"

typedef struct frcnn_creation_ops {
    frcnn_status (*arange)(const frcnn_range *range);
    frcnn_status (*linspace)(const frcnn_range *range);
} frcnn_creation_ops;

extern const frcnn_creation_ops frcnn_creation_ops_cpu;

#endif
