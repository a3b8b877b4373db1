#include "checkpoint/safetensors_dtype.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "tensors are mapped as they lie in the file: little-endian");

/* In the order in which the reference writer lays tensors out (safetensors 0.8.0). */
static const frcnn_safetensors_dtype dtypes[] = {
    {"U64", 64, 0, FRCNN_U8},        {"I64", 64, 1, FRCNN_I64},   {"F64", 64, 1, FRCNN_F64},
    {"C64", 64, 0, FRCNN_U8},        {"F32", 32, 1, FRCNN_F32},   {"U32", 32, 0, FRCNN_U8},
    {"I32", 32, 1, FRCNN_I32},       {"BF16", 16, 1, FRCNN_BF16}, {"F16", 16, 1, FRCNN_F16},
    {"U16", 16, 0, FRCNN_U8},        {"I16", 16, 1, FRCNN_I16},   {"F8_E5M2FNUZ", 8, 0, FRCNN_U8},
    {"F8_E4M3FNUZ", 8, 0, FRCNN_U8}, {"F8_E8M0", 8, 0, FRCNN_U8}, {"F8_E4M3", 8, 0, FRCNN_U8},
    {"F8_E5M2", 8, 0, FRCNN_U8},     {"I8", 8, 1, FRCNN_I8},      {"U8", 8, 1, FRCNN_U8},
    {"F6_E3M2", 6, 0, FRCNN_U8},     {"F6_E2M3", 6, 0, FRCNN_U8}, {"F4", 4, 0, FRCNN_U8},
    {"BOOL", 8, 1, FRCNN_BOOL},
};

enum { N_DTYPES = sizeof dtypes / sizeof *dtypes };

const frcnn_safetensors_dtype *frcnn_safetensors_dtype_find(const char *name)
{
    for (int i = 0; i < N_DTYPES; i++)
        if (strcmp(dtypes[i].name, name) == 0) return &dtypes[i];
    return NULL;
}

const frcnn_safetensors_dtype *frcnn_safetensors_dtype_get(frcnn_dtype dtype)
{
    int row = 0;
    while (row < N_DTYPES - 1 && !(dtypes[row].is_readable && dtypes[row].dtype == dtype)) row++;
    assert(dtypes[row].dtype == dtype);
    return &dtypes[row];
}
