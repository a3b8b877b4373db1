#include "frcnn/tensor.h"

size_t frcnn_dtype_get_size(frcnn_dtype dtype)
{
    switch (dtype) {
    case FRCNN_F64:
    case FRCNN_I64:
        return 8;
    case FRCNN_F32:
    case FRCNN_I32:
        return 4;
    case FRCNN_F16:
    case FRCNN_BF16:
    case FRCNN_I16:
        return 2;
    case FRCNN_U8:
    case FRCNN_I8:
    case FRCNN_BOOL:
        return 1;
    }
    return 0;
}

const char *frcnn_dtype_get_name(frcnn_dtype dtype)
{
    switch (dtype) {
    case FRCNN_F32:
        return "f32";
    case FRCNN_F64:
        return "f64";
    case FRCNN_F16:
        return "f16";
    case FRCNN_BF16:
        return "bf16";
    case FRCNN_U8:
        return "u8";
    case FRCNN_I8:
        return "i8";
    case FRCNN_I16:
        return "i16";
    case FRCNN_I32:
        return "i32";
    case FRCNN_I64:
        return "i64";
    case FRCNN_BOOL:
        return "bool";
    }
    return "?";
}
