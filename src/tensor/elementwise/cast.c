#include "frcnn/arithmetic.h"
#include "frcnn/tensor.h"
#include "tensor/elementwise/apply.h"

static frcnn_apply make_copy(const char *what, const frcnn_tensor *src, frcnn_dtype result)
{
    return (frcnn_apply){.what = what,
                         .function = FRCNN_MAP_COPY,
                         .n_inputs = 1,
                         .tensors = {src},
                         .common = src->dtype,
                         .result = result};
}

/* A dtype of the same size that is copied without a conversion: the bits of a NaN stay as they are. */
static frcnn_dtype get_carrier(frcnn_dtype dtype)
{
    switch (frcnn_dtype_get_size(dtype)) {
    case 1:
        return FRCNN_U8;
    case 2:
        return FRCNN_I16;
    case 4:
        return FRCNN_F32;
    default:
        return FRCNN_F64;
    }
}

frcnn_status frcnn_tensor_cast(frcnn_tensor **out, const frcnn_tensor *tensor, frcnn_dtype dtype)
{
    frcnn_tensor src = *tensor;
    const int is_copy = tensor->dtype == dtype;
    if (is_copy) src.dtype = get_carrier(dtype);
    const frcnn_apply apply = make_copy("cast", &src, is_copy ? src.dtype : dtype);
    frcnn_tensor *result = NULL;
    const frcnn_status status = frcnn_apply_new(&result, &apply);
    if (status != FRCNN_OK) return status;
    result->dtype = dtype;
    *out = result;
    return FRCNN_OK;
}

frcnn_status frcnn_tensor_copy(frcnn_tensor *dst, const frcnn_tensor *src)
{
    const frcnn_apply apply = make_copy("copy", src, dst->dtype);
    return frcnn_apply_into(dst, &apply);
}

frcnn_status frcnn_tensor_fill(frcnn_tensor *tensor, frcnn_scalar value)
{
    const frcnn_apply apply = {.what = "fill",
                               .function = FRCNN_MAP_COPY,
                               .n_inputs = 1,
                               .scalars = {value},
                               .common = value.kind == FRCNN_SCALAR_F64 ? FRCNN_F64 : FRCNN_I64,
                               .result = tensor->dtype};
    return frcnn_apply_into(tensor, &apply);
}
