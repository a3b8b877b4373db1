/** The kinds of reductions, each of which is a file. */
#ifndef FRCNN_REDUCE_POLICIES_H
#define FRCNN_REDUCE_POLICIES_H

extern "C" {
#include "tensor/reduce/reduction.h"
}

/** job's n_outer and n_inner are 1 or more. Errors: BACKEND, NO_MEMORY, UNSUPPORTED (more results than a grid holds). */
FRCNN_NODISCARD frcnn_status frcnn_reduce_sum_cuda(const frcnn_reduction_job *job);      /**< SUM, MEAN, PROD */
FRCNN_NODISCARD frcnn_status frcnn_reduce_extreme_cuda(const frcnn_reduction_job *job);  /**< AMAX, AMIN */
FRCNN_NODISCARD frcnn_status frcnn_reduce_arg_cuda(const frcnn_reduction_job *job);      /**< ARGMAX, ARGMIN */
FRCNN_NODISCARD frcnn_status frcnn_reduce_any_cuda(const frcnn_reduction_job *job);      /**< ANY, ALL */
FRCNN_NODISCARD frcnn_status frcnn_reduce_variance_cuda(const frcnn_reduction_job *job); /**< VAR */

#endif
