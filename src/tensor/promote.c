#include "frcnn/tensor.h"

/* Classes in the order in which they win; within a class the order of width. */
enum { CLASS_NONE, CLASS_BOOL, CLASS_WHOLE, CLASS_REAL };

static int get_class(frcnn_dtype dtype)
{
    switch (dtype) {
    case FRCNN_BOOL:
        return CLASS_BOOL;
    case FRCNN_U8:
    case FRCNN_I8:
    case FRCNN_I16:
    case FRCNN_I32:
    case FRCNN_I64:
        return CLASS_WHOLE;
    case FRCNN_F16:
    case FRCNN_BF16:
    case FRCNN_F32:
    case FRCNN_F64:
        return CLASS_REAL;
    }
    return CLASS_NONE;
}

frcnn_dtype frcnn_dtype_promote(frcnn_dtype a, frcnn_dtype b)
{
    const int a_class = get_class(a);
    const int b_class = get_class(b);
    if (a == b || a_class > b_class) return a;
    if (a_class < b_class) return b;
    const size_t a_size = frcnn_dtype_get_size(a);
    const size_t b_size = frcnn_dtype_get_size(b);
    if (a_size != b_size) return a_size > b_size ? a : b;
    /* Two of a width, neither of which holds the other's values. */
    return a_class == CLASS_REAL ? FRCNN_F32 : FRCNN_I16;
}
