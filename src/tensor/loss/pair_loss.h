/** Losses of elements of two arrays. */
#ifndef FRCNN_PAIR_LOSS_H
#define FRCNN_PAIR_LOSS_H

#include "tensor/loss/loss_result.h"

typedef enum frcnn_pair_loss_kind {
    FRCNN_PAIR_LOSS_MSE,
    FRCNN_PAIR_LOSS_L1,
    FRCNN_PAIR_LOSS_SMOOTH_L1,
    FRCNN_PAIR_LOSS_BCE
} frcnn_pair_loss_kind;

/** Arrays of n values of dtype, f32 or f64. */
typedef struct frcnn_pair_loss {
    frcnn_pair_loss_kind kind;
    frcnn_dtype dtype;
    int64_t n;
    const void *input, *target;
    const void *weight, *pos_weight; /**< of BCE; NULL: 1 */
    double beta;                     /**< of SMOOTH_L1 */
    void *losses;                    /**< NULL: only the sums are wanted */
} frcnn_pair_loss;

/** Fills losses, where they are wanted, and *sums; the weight of an element is 1. Elements are computed in dtype; the sum
 *  goes on in f64 after a few hundred of them, in an order that does not depend on threads. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_pair_loss_cpu(const frcnn_pair_loss *loss, frcnn_loss_sums *sums);

#endif
