/** Where a file's tensors can be put. */
#ifndef FRCNN_LOAD_DEVICE_H
#define FRCNN_LOAD_DEVICE_H

#include "frcnn/tensor.h"

/** Whether tensors can be loaded to the device. path begins the message. Errors: INVALID (no device), UNSUPPORTED (a
 *  GPU: this build has none). */
FRCNN_NODISCARD frcnn_status frcnn_load_device_check(const char *path, frcnn_device device);

/** Whether a tensor's bytes can be read by the CPU, for writing them. Errors: UNSUPPORTED. */
FRCNN_NODISCARD frcnn_status frcnn_save_device_check(const char *path, const frcnn_tensor *tensor);

#endif
