/** The dtypes that a .safetensors file may name. */
#ifndef FRCNN_SAFETENSORS_DTYPE_H
#define FRCNN_SAFETENSORS_DTYPE_H

#include "frcnn/tensor.h"

typedef struct frcnn_safetensors_dtype {
    const char *name;
    int n_bits;      /**< of one element */
    int is_readable; /**< tensors here have it, as dtype */
    frcnn_dtype dtype;
} frcnn_safetensors_dtype;

/** The row of a name, static; NULL where the format has no such dtype. */
const frcnn_safetensors_dtype *frcnn_safetensors_dtype_find(const char *name);

/** The row of a dtype of ours; every one has one. Rows of a file's tensors are ordered as their addresses: the
 *  reference writer's order. */
const frcnn_safetensors_dtype *frcnn_safetensors_dtype_get(frcnn_dtype dtype);

#endif
