/** By position: sorting, the largest, where something is, gathering, selecting. See frcnn/ops.h for what all operations
 *  share.
 *
 *      frcnn_tensor *values = NULL, *indices = NULL, *rows = NULL;
 *      status = frcnn_tensor_topk(&values, &indices, scores, 100, 0, 1);        scores [N]: the 100 best, best first
 *      status = frcnn_tensor_index_select(&rows, boxes, 0, indices);            boxes [N, 4] -> [100, 4]
 *
 *  Unless said otherwise every dtype is taken, indices and counts are i64, and a scalar counts as one value along
 *  dimension 0. A negative index is an error.
 */
#ifndef FRCNN_INDEX_H
#define FRCNN_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The values along dim in order, and the index that each had: values in the tensor's dtype and indices, both of the
 *  tensor's shape. Ascending, or with descending 1 from the largest on. The sort is stable: equal values keep their
 *  order, in both directions. NaN counts as larger than every number and equal to NaN, -0 as equal to 0.
 *  Errors: INVALID (dim). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_sort(frcnn_tensor **values, frcnn_tensor **indices,
                                                         const frcnn_tensor *tensor, int dim, int descending);

/** The indices of frcnn_tensor_sort alone. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_argsort(frcnn_tensor **indices, const frcnn_tensor *tensor, int dim,
                                                            int descending);

/** The k largest values along dim, largest first, and where they are; with largest 0 the k smallest, smallest first.
 *  [..., n, ...] -> values and indices [..., k, ...]. The order is that of frcnn_tensor_sort: of equal values the lower
 *  index comes first (PyTorch leaves that open). bool is not taken. A scalar gives itself, for k 0 as for 1.
 *  Errors: INVALID (bool, dim, k outside [0, n]). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_topk(frcnn_tensor **values, frcnn_tensor **indices,
                                                         const frcnn_tensor *tensor, int64_t k, int dim, int largest);

/** The coordinates of all elements that are not zero, in row-major order: [hits, dimensions of the tensor]. NaN is not
 *  zero; -0 is. A scalar gives [1, 0] or [0, 0]. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_nonzero(frcnn_tensor **out, const frcnn_tensor *tensor);

/** The different values of a tensor, ascending.
 *  values   [m] in the tensor's dtype. NaN comes last, every one for itself; of -0 and 0 whichever stands first.
 *  inverse  of the tensor's shape: where in values each element is; of several NaN the first comes first. NULL: not asked
 *           for
 *  counts   [m] how often each value is there. NULL: not asked for */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_unique(frcnn_tensor **values, frcnn_tensor **inverse,
                                                           frcnn_tensor **counts, const frcnn_tensor *tensor);

/** Classes as rows of zeros with a single one: i64 [...] -> i64 [..., n_classes]. n_classes -1 takes one more than the
 *  largest class. Errors: INVALID (a class below 0 or not below n_classes; no element and n_classes not above 0; a tensor
 *  of FRCNN_MAX_DIMS dimensions). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_one_hot(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                            int64_t n_classes);

/** Parts of a tensor along dim, in the order of indices: [..., n, ...] and i32 or i64 [m] -> [..., m, ...]. An index may
 *  repeat; a scalar stands for one index. Errors: INVALID (dim, an index outside [0, n), indices of more than one
 *  dimension, other than one index into a scalar). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_index_select(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                                 int dim, const frcnn_tensor *indices);

/** Elements along dim, every place with an index of its own, i32 or i64: the result has the shape of indices and, for dim
 *  1 of 3, out[i][j][k] = tensor[i][indices[i][j][k]][k]. indices has as many dimensions as the tensor, each but dim no
 *  larger than the tensor's; where it holds no index any shape will do.
 *  Errors: INVALID (dim, shapes, an index outside dimension dim). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_gather(frcnn_tensor **out, const frcnn_tensor *tensor, int dim,
                                                           const frcnn_tensor *indices);

/** The elements at which mask, bool, is true: [hits] in row-major order. Tensor and mask are broadcast to one shape.
 *  Errors: INVALID (mask's dtype, shapes). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_masked_select(frcnn_tensor **out, const frcnn_tensor *tensor,
                                                                  const frcnn_tensor *mask);

#ifdef __cplusplus
}
#endif
#endif
