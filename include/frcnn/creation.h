/** Tensors from nothing: filled, counted, and grids of coordinates. See frcnn/ops.h for what all operations share.
 *
 *  Values are PyTorch's to the bit, as it computes them on x86 with AVX2 and one thread. A number that the dtype does not
 *  hold is an error, as in PyTorch: 300 or -256 as u8 (-1 is 255 there), 70000 as f16; infinities and NaN are for floats.
 */
#ifndef FRCNN_CREATION_H
#define FRCNN_CREATION_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/** value everywhere: frcnn_tensor_full(&out, FRCNN_F32, 2, shape, frcnn_scalar_f64(0.5)). Reals lose their fraction in
 *  integers. Errors: INVALID (shape, a value that the dtype does not hold). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_full(frcnn_tensor **out, frcnn_dtype dtype, int n_dims,
                                                         const int64_t *shape, frcnn_scalar value);

/** A copy of an array of the caller's, in row-major order; data may be NULL where the shape has no elements. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_from_data(frcnn_tensor **out, frcnn_dtype dtype, int n_dims,
                                                              const int64_t *shape, const void *data);

/** start, start + step, … as long as end is not reached: [ceil((end - start) / step)], any dtype but bool. In integers
 *  start and step lose their fractions first, and values that are too large for less than 64 bits wrap.
 *  Errors: INVALID (a step of 0 or away from end, a start or end that is not finite). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_arange(frcnn_tensor **out, frcnn_dtype dtype, double start,
                                                           double end, double step);

/** n values from start to end, both included, evenly spaced: [n], any dtype but bool; the first half is counted from
 *  start, the second from end. One value is start. Errors: INVALID (n below 0, an end that the dtype does not hold). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_linspace(frcnn_tensor **out, frcnn_dtype dtype, double start,
                                                             double end, int64_t n);

/** Ones on the diagonal, else zeros: [n, m]. Errors: INVALID (a size below 0). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_eye(frcnn_tensor **out, frcnn_dtype dtype, int64_t n, int64_t m);

typedef enum frcnn_meshgrid_indexing {
    FRCNN_MESHGRID_IJ = 0, /**< a [n0], b [n1] -> [n0, n1]: out[0][i, j] = a[i], out[1][i, j] = b[j] */
    FRCNN_MESHGRID_XY = 1  /**< a [n0], b [n1] -> [n1, n0]: out[0][i, j] = a[j], out[1][i, j] = b[i] */
} frcnn_meshgrid_indexing;

/** The coordinates of every cell of a grid: n inputs of one dtype, [n0], [n1], … or scalars, give n outputs of
 *  [n0, n1, …]; xy swaps the first two dimensions. Outputs are views of the inputs with stride 0 where values repeat
 *  (frcnn_tensor_contiguous copies them out), each owned by the caller; on failure none is made. Errors: INVALID (n
 *  outside [1, FRCNN_MAX_DIMS], dimensions, dtypes that differ). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_meshgrid(frcnn_tensor **out, const frcnn_tensor *const *tensors,
                                                             int n, frcnn_meshgrid_indexing indexing);

#ifdef __cplusplus
}
#endif
#endif
