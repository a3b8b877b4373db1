/** The header of a .npy file: "\x93NUMPY", a version, a length, and a Python dictionary with the array's dtype, order
 *  and shape. Source: NumPy's numpy.lib.format. */
#ifndef FRCNN_NPY_HEADER_H
#define FRCNN_NPY_HEADER_H

#include <stddef.h>

#include "frcnn/tensor.h"

typedef struct frcnn_npy_header {
    frcnn_dtype dtype;
    int is_big_endian;
    int is_fortran; /**< the first index runs fastest */
    int n_dims;
    int64_t shape[FRCNN_MAX_DIMS];
    size_t begin;   /**< of the elements, in bytes from the start of the file */
    size_t n_bytes; /**< of the elements: all that the file has left */
} frcnn_npy_header;

enum { FRCNN_NPY_HEADER_BYTES = 512 };

/** Reads the header of a whole file of size bytes and checks that the elements fill the rest. path begins the message.
 *  Errors: FORMAT, UNSUPPORTED, as frcnn_npy_load. */
FRCNN_NODISCARD frcnn_status frcnn_npy_header_read(frcnn_npy_header *out, const char *path, const unsigned char *data,
                                                   size_t size);

/** The header of a row-major little-endian array, version 1.0, as NumPy 2 writes it; *n_bytes is a multiple of 64.
 *  Errors: UNSUPPORTED (a dtype that NumPy has not). */
FRCNN_NODISCARD frcnn_status frcnn_npy_header_write(char text[FRCNN_NPY_HEADER_BYTES], size_t *n_bytes,
                                                    const char *path, const frcnn_tensor *tensor);

#endif
