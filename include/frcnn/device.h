/** Where tensors are: the CPU, or a GPU by its number. */
#ifndef FRCNN_DEVICE_H
#define FRCNN_DEVICE_H

#include <stddef.h>

#include "frcnn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum frcnn_device_kind { FRCNN_CPU = 0, FRCNN_CUDA = 1 } frcnn_device_kind;

/** index is 0 on the CPU. */
typedef struct frcnn_device {
    frcnn_device_kind kind;
    int index;
} frcnn_device;

enum { FRCNN_DEVICE_TEXT_BYTES = 24 };

/** "cpu", "cuda:1" into text; returns text. */
FRCNN_API const char *frcnn_device_format(char text[FRCNN_DEVICE_TEXT_BYTES], frcnn_device device);

#ifdef __cplusplus
}
#endif
#endif
