/** How losses of elements become the result of an operation. */
#ifndef FRCNN_LOSS_RESULT_H
#define FRCNN_LOSS_RESULT_H

#include "frcnn/losses.h"

/** Sums over all elements. */
typedef struct frcnn_loss_sums {
    double loss;
    double weight; /**< what a mean divides loss by */
} frcnn_loss_sums;

/** Errors: INVALID (a value that is no reduction). what begins the message. */
FRCNN_NODISCARD frcnn_status frcnn_loss_check_reduction(const char *what, frcnn_loss_reduction reduction);
/** A scalar of the dtype: the sum, or the mean, NaN over nothing. The caller owns *out. */
FRCNN_NODISCARD frcnn_status frcnn_loss_reduce(frcnn_tensor **out, const frcnn_loss_sums *sums,
                                               frcnn_loss_reduction reduction, frcnn_dtype dtype, frcnn_device device);

#endif
