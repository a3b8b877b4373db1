/** Tensors of indices: what all operations that take one check. */
#ifndef FRCNN_INDEX_RANGE_H
#define FRCNN_INDEX_RANGE_H

#include <stdint.h>

#include "frcnn/tensor.h"

/** The least and the largest of n i64, to the CPU's memory; n > 0. Allocates nothing; one thread. */
FRCNN_NODISCARD frcnn_status frcnn_index_range_cpu(int64_t n, const int64_t *indices, int64_t *least, int64_t *most);

/** The indices, i32 or i64, as contiguous i64, each of them in [0, n). dim names the dimension that they look into, and
 *  what begins messages. The caller owns *out. Errors: INVALID (dtype, an index), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_index_open(frcnn_tensor **out, const char *what, const frcnn_tensor *indices,
                                              int64_t n, int dim);

#endif
