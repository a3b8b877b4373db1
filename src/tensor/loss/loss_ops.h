/** What a backend brings for include/frcnn/losses.h; each entry is described where the CPU's is declared. */
#ifndef FRCNN_LOSS_OPS_H
#define FRCNN_LOSS_OPS_H

#include "tensor/loss/class_loss.h"
#include "tensor/loss/pair_loss.h"

typedef struct frcnn_loss_ops {
    frcnn_status (*class_loss)(const frcnn_class_loss *loss, frcnn_loss_sums *sums);
    frcnn_status (*find_wrong_class)(const frcnn_class_range *range, int64_t *at, int64_t *found);
    frcnn_status (*pair_loss)(const frcnn_pair_loss *loss, frcnn_loss_sums *sums);
} frcnn_loss_ops;

extern const frcnn_loss_ops frcnn_loss_ops_cpu;

#endif
