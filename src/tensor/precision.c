#include "tensor/precision.h"

#include <string.h>

#include "tensor/error.h"

static const char *const names[FRCNN_N_PRECISIONS] = {"f32", "tf32", "f16", "bf16"};

static int find_name(const char *name)
{
    int i = 0;
    while (i < FRCNN_N_PRECISIONS && strcmp(name, names[i]) != 0) i++;
    return i;
}

frcnn_status frcnn_precision_parse(frcnn_precision *out, const char *name, frcnn_device_kind kind)
{
    if (name == NULL) name = names[FRCNN_PRECISION_F32];
    const int found = find_name(name);
    const char *expected = kind == FRCNN_CPU ? "f32, as the device is cpu" : "f32, tf32, f16 or bf16";
    FRCNN_FAIL_IF(strcmp(name, "int8") == 0, FRCNN_ERROR_UNSUPPORTED,
                  "precision: expected %s, found int8, which is not there yet", expected);
    FRCNN_FAIL_IF(found == FRCNN_N_PRECISIONS, FRCNN_ERROR_INVALID,
                  "precision: expected f32, tf32, f16 or bf16, found '%s'", name);
    FRCNN_FAIL_IF(kind == FRCNN_CPU && found != FRCNN_PRECISION_F32, FRCNN_ERROR_UNSUPPORTED,
                  "precision: expected %s, found %s", expected, name);
    *out = (frcnn_precision)found;
    return FRCNN_OK;
}

const char *frcnn_precision_get_name(frcnn_precision precision)
{
    return names[precision];
}
