/** The family loss of the tensor core on a GPU. All work on the device that this thread has selected, and wait for what they
 *  tell the CPU. */
#ifndef FRCNN_TENSOR_LOSS_H
#define FRCNN_TENSOR_LOSS_H

extern "C" {
#include "tensor/loss/loss_ops.h"
}

/** As the CPU's of the same names; sums go on in f64 throughout. Errors: BACKEND, NO_MEMORY, UNSUPPORTED (more positions than
 *  a grid holds). */
FRCNN_NODISCARD frcnn_status frcnn_class_loss_cuda(const frcnn_class_loss *loss, frcnn_loss_sums *sums);
FRCNN_NODISCARD frcnn_status frcnn_class_loss_find_wrong_class_cuda(const frcnn_class_range *range, int64_t *at,
                                                                    int64_t *found);
FRCNN_NODISCARD frcnn_status frcnn_pair_loss_cuda(const frcnn_pair_loss *loss, frcnn_loss_sums *sums);

extern "C" const frcnn_loss_ops frcnn_loss_ops_cuda;

#endif
