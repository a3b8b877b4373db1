/** Losses of positions that each belong to one of a number of classes, on raw arrays; and what the operations on them share. */
#ifndef FRCNN_CLASS_LOSS_H
#define FRCNN_CLASS_LOSS_H

#include "tensor/loss/loss_result.h"

/** All of dtype, f32 or f64, but classes. */
typedef struct frcnn_class_loss {
    frcnn_dtype dtype;
    int64_t n_outer, n_classes, n_inner;
    const void *log_probs;  /**< [n_outer, n_classes, n_inner] */
    const int64_t *classes; /**< [n_outer, n_inner], each below n_classes or ignore_index; NULL: probs */
    const void *probs;      /**< as log_probs */
    const void *weight;     /**< [n_classes]; NULL: 1 */
    int64_t ignore_index;
    double label_smoothing;
    void *losses; /**< [n_outer, n_inner]; NULL: only the sums are wanted */
} frcnn_class_loss;

/** Fills losses, where they are wanted, and *sums. The weight of a position is that of its class, 0 where it is ignored, 1
 *  with probs. Sums in f64, in an order that does not depend on threads. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_class_loss_cpu(const frcnn_class_loss *loss, frcnn_loss_sums *sums);

/** Classes, each of which is to be below n_classes, not below 0, or ignore_index. */
typedef struct frcnn_class_range {
    const int64_t *classes; /**< [n] */
    int64_t n, n_classes, ignore_index;
} frcnn_class_range;

/** The position of the first class that is none of these, n where there is none, and its value where there is one; both to
 *  the CPU's memory. Allocates nothing; one thread. */
FRCNN_NODISCARD frcnn_status frcnn_class_loss_find_wrong_class_cpu(const frcnn_class_range *range, int64_t *at,
                                                                   int64_t *found);

/** What an operation was asked for. */
typedef struct frcnn_class_loss_request {
    const char *what; /**< begins messages */
    const frcnn_tensor *log_probs;
    const frcnn_tensor *target; /**< classes, or probabilities of log_probs' shape */
    const frcnn_tensor *weight; /**< or NULL */
    int64_t ignore_index;
    double label_smoothing;
    frcnn_loss_reduction reduction;
    frcnn_dtype dtype; /**< of the result */
} frcnn_class_loss_request;

/** Everything that can be wrong with input, target, weight and reduction, but for the values of classes.
 *  Errors: INVALID. */
FRCNN_NODISCARD frcnn_status frcnn_class_loss_check(const char *what, const frcnn_tensor *input,
                                                    const frcnn_tensor *target, const frcnn_tensor *weight,
                                                    frcnn_loss_reduction reduction);
/** Checks the values of classes, and runs. The caller owns *out. Errors: INVALID (a class out of range), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_class_loss_run(frcnn_tensor **out, const frcnn_class_loss_request *request);

#endif
