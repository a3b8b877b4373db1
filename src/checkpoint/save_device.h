/** Whose tensors a file can be written from. */
#ifndef FRCNN_SAVE_DEVICE_H
#define FRCNN_SAVE_DEVICE_H

#include "frcnn/tensor.h"

/** Whether a tensor's bytes can be read by the CPU, for writing them. Errors: UNSUPPORTED. */
FRCNN_NODISCARD frcnn_status frcnn_save_device_check(const char *path, const frcnn_tensor *tensor);

#endif
