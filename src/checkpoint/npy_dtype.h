/** The dtypes that NumPy and tensors here have in common. */
#ifndef FRCNN_NPY_DTYPE_H
#define FRCNN_NPY_DTYPE_H

#include <stddef.h>

#include "frcnn/tensor.h"

/** What NumPy calls a dtype, without its byte order: "f4"; NULL where it has none (bf16). */
const char *frcnn_npy_dtype_get_name(frcnn_dtype dtype);

/** 1 and *dtype where n_bytes of name, without the byte order, are one of these, else 0. */
int frcnn_npy_dtype_find(frcnn_dtype *dtype, const char *name, size_t n_bytes);

#endif
