#include "checkpoint/npy_dtype.h"

#include <string.h>

static const char *const names[] = {
    [FRCNN_F32] = "f4", [FRCNN_F64] = "f8", [FRCNN_F16] = "f2", [FRCNN_BF16] = NULL, [FRCNN_U8] = "u1",
    [FRCNN_I8] = "i1",  [FRCNN_I16] = "i2", [FRCNN_I32] = "i4", [FRCNN_I64] = "i8",  [FRCNN_BOOL] = "b1",
};

const char *frcnn_npy_dtype_get_name(frcnn_dtype dtype)
{
    return names[dtype];
}

int frcnn_npy_dtype_find(frcnn_dtype *dtype, const char *name, size_t n_bytes)
{
    for (int i = 0; i <= FRCNN_BOOL; i++) {
        if (names[i] != NULL && strlen(names[i]) == n_bytes && memcmp(names[i], name, n_bytes) == 0) {
            *dtype = (frcnn_dtype)i;
            return 1;
        }
    }
    return 0;
}
