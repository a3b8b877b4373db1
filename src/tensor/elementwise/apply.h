/** An element-wise operation on tensors and numbers: dtypes, shapes and memory are settled here, then a backend's map runs. */
#ifndef FRCNN_APPLY_H
#define FRCNN_APPLY_H

#include "tensor/elementwise/map.h"
#include "tensor/storage.h"

typedef struct frcnn_apply {
    const char *what; /**< begins messages */
    frcnn_map_function function;
    int n_inputs;
    const frcnn_tensor *tensors[FRCNN_MAP_INPUTS]; /**< NULL: the scalar stands there */
    frcnn_scalar scalars[FRCNN_MAP_INPUTS];
    frcnn_dtype common; /**< inputs are taken to it */
    frcnn_dtype result; /**< of a new output; FRCNN_BOOL for what is true or false */
} frcnn_apply;

/** The dtype that inputs from first on share: that of the tensors with dimensions, unless a tensor without, or a number, is
 *  of a higher kind (bool, integers, floats). A real number beside integers makes f32. Source: PyTorch's result_type. */
frcnn_dtype frcnn_apply_promote(const frcnn_apply *apply, int first);

/** The dtype itself if it is a float, else f32: for functions that leave the integers. */
frcnn_dtype frcnn_apply_float(frcnn_dtype dtype);

/** Into a new row-major tensor of the broadcast shape. At least one input is a tensor.
 *  Errors: INVALID (shapes that do not fit, devices that differ), UNSUPPORTED (device), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_apply_new(frcnn_tensor **out, const frcnn_apply *apply);

/** Into a tensor that is there and may be an input too. Errors: those above, and INVALID (the shape is not the broadcast
 *  one, elements that share memory, a result of a higher kind than the tensor's dtype). */
FRCNN_NODISCARD frcnn_status frcnn_apply_into(frcnn_tensor *out, const frcnn_apply *apply);

#endif
