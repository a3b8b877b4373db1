/** By position: the largest, sorting, gathering, selecting. See frcnn/ops.h for what all operations share. */
#ifndef FRCNN_INDEX_H
#define FRCNN_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The k largest values along the last dimension, largest first, and where they are: f32 [..., n] -> values f32
 *  [..., k], indices i64 [..., k]. NaN counts as larger than every number, -0 equals 0; of equal values the lower index
 *  comes first. Errors: INVALID (k outside [0, n], n of 2^32 or more). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_topk(frcnn_tensor **values, frcnn_tensor **indices,
                                                         const frcnn_tensor *tensor, int64_t k);

#ifdef __cplusplus
}
#endif
#endif
