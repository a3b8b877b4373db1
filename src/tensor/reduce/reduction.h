/** Reductions of [repeats, outer, n, inner] over repeats and n, on raw arrays. */
#ifndef FRCNN_REDUCTION_H
#define FRCNN_REDUCTION_H

#include <stdint.h>

#include "frcnn/tensor.h"

typedef enum frcnn_reduction {
    FRCNN_REDUCTION_SUM,
    FRCNN_REDUCTION_MEAN,
    FRCNN_REDUCTION_PROD,
    FRCNN_REDUCTION_AMAX,
    FRCNN_REDUCTION_AMIN,
    FRCNN_REDUCTION_ANY,
    FRCNN_REDUCTION_ALL,
    FRCNN_REDUCTION_VAR,
    FRCNN_REDUCTION_ARGMAX,
    FRCNN_REDUCTION_ARGMIN
} frcnn_reduction;

/** n_repeats is 1 or more, and 1 for ARGMAX and ARGMIN; n is 0 or more, and 1 or more for the extremes (AMAX, AMIN,
 *  ARGMAX, ARGMIN). */
typedef struct frcnn_reduction_job {
    frcnn_reduction reduction;
    frcnn_dtype dtype; /**< of src, as frcnn_reduction_get_src_dtype gives it */
    int64_t n_repeats, n_outer, n, n_inner;
    const void *src;   /**< [n_repeats, n_outer, n, n_inner] */
    void *dst;         /**< [n_outer, n_inner] of frcnn_reduction_get_dst_dtype */
    int64_t *indices;  /**< [n_outer, n_inner], for ARGMAX and ARGMIN; else NULL */
    double correction; /**< for VAR */
} frcnn_reduction_job;

/** The dtype that a tensor of another is cast to first. */
frcnn_dtype frcnn_reduction_get_src_dtype(frcnn_reduction reduction, frcnn_dtype dtype);
/** What a reduction makes of src: sums of integers are i64, ANY and ALL give bool, the others keep the dtype. */
frcnn_dtype frcnn_reduction_get_dst_dtype(frcnn_reduction reduction, frcnn_dtype src_dtype);

/** Sums of floats are double sums, of f32 in groups of eight, rounded at the end. Parallel, with the same bytes for every number of threads.
 *  Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_reduce_cpu(const frcnn_reduction_job *job);

#endif
