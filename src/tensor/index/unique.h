/** Different values, on raw arrays: first found, then written, once it is known how many there are. */
#ifndef FRCNN_UNIQUE_H
#define FRCNN_UNIQUE_H

#include <stdint.h>

#include "frcnn/tensor.h"

/** src [n] as groups of equal values, ascending. */
typedef struct frcnn_unique {
    frcnn_dtype dtype;
    int64_t n;
    const void *src;
    int64_t *order;   /**< [n] the indices of src, sorted by value and then by index */
    int64_t *starts;  /**< [n + 1] where in order each group begins, and n */
    int64_t n_groups; /**< in the CPU's memory, as this struct is */
} frcnn_unique;

/** Fills order, starts and n_groups. Every NaN is a group of its own; -0 equals 0. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_unique_find_cpu(frcnn_unique *unique);

/** values [n_groups], of each group the value with the lowest index; inverse [n], the group of each element, and counts
 *  [n_groups], or NULL. Allocates nothing. */
FRCNN_NODISCARD frcnn_status frcnn_unique_write_cpu(const frcnn_unique *unique, void *values, int64_t *inverse,
                                                    int64_t *counts);

#endif
