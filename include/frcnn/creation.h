/** Tensors from nothing: filled, counted, and grids of coordinates. See frcnn/ops.h for what all operations share. */
#ifndef FRCNN_CREATION_H
#define FRCNN_CREATION_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/** start, start + step, … as long as end is not reached: [ceil((end - start) / step)], f32 or i64. f32 values are
 *  computed in double and rounded once. Errors: INVALID (a step of 0 or away from end; values that are not finite, or
 *  for i64 not whole numbers up to 2^53). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_arange(frcnn_tensor **out, frcnn_dtype dtype, double start,
                                                           double end, double step);

typedef enum frcnn_meshgrid_indexing {
    FRCNN_MESHGRID_IJ = 0, /**< a [n0], b [n1] -> [n0, n1]: out_a[i, j] = a[i], out_b[i, j] = b[j] */
    FRCNN_MESHGRID_XY = 1  /**< a [n0], b [n1] -> [n1, n0]: out_a[i, j] = a[j], out_b[i, j] = b[i] */
} frcnn_meshgrid_indexing;

/** The coordinates of every cell of a grid. Both outputs are views of the inputs, of their dtypes, with stride 0 where
 *  values repeat; frcnn_tensor_cast copies them out. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_meshgrid(frcnn_tensor **out_a, frcnn_tensor **out_b,
                                                             const frcnn_tensor *a, const frcnn_tensor *b,
                                                             frcnn_meshgrid_indexing indexing);

#ifdef __cplusplus
}
#endif
#endif
