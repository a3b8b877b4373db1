/** One tensor in a file as NumPy writes it: .npy.
 *
 *      frcnn_tensor *t = NULL;
 *      status = frcnn_npy_load(&t, "boxes.npy", (frcnn_device){FRCNN_CPU, 0});
 *      status = frcnn_npy_save(t, "copy.npy");
 */
#ifndef FRCNN_NPY_H
#define FRCNN_NPY_H

#include "frcnn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Reads a file of format version 1.0, 2.0 or 3.0 into a tensor of its own on device; the caller owns *out. Big-endian
 *  elements are turned around; booleans are "not zero". Row-major, or in Fortran order where the file is: a permuted
 *  view then, as NumPy's. Nothing is executed.
 *  Errors: IO; FORMAT (a header that is not the format's, fewer or more bytes than the shape takes); UNSUPPORTED (another
 *  kind of file, dtypes other than f2, f4, f8, i1, i2, i4, i8, u1 and b1, more than FRCNN_MAX_DIMS dimensions, a device
 *  that this build has not); INVALID (no device); NO_MEMORY. Messages begin with the path.
 *  Source: NumPy's numpy.lib.format. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_npy_load(frcnn_tensor **out, const char *path, frcnn_device device);

/** Writes a tensor of any strides and device, row-major, byte for byte as NumPy 2 writes that array, under a temporary name that is
 *  renamed when the file is whole.
 *  Errors: UNSUPPORTED (bf16, which NumPy has not: cast it), IO, NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_npy_save(const frcnn_tensor *tensor, const char *path);

#ifdef __cplusplus
}
#endif
#endif
