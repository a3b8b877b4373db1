/** Devices as operations check and name them. */
#ifndef FRCNN_DEVICES_H
#define FRCNN_DEVICES_H

#include "frcnn/tensor.h"

/** All n tensors are on one device. what begins the message. Errors: INVALID, naming both devices. */
FRCNN_NODISCARD frcnn_status frcnn_devices_check(const char *what, const frcnn_tensor *const *tensors, int n);

/** The device is one, and is there. what begins the message. Errors: INVALID (no device), UNSUPPORTED (a GPU that this
 *  build, machine or process has not). */
FRCNN_NODISCARD frcnn_status frcnn_device_check(const char *what, frcnn_device device);

/** frcnn_device_choose where a CUDA backend counts n_cuda GPUs, -1 where there is no backend. */
FRCNN_NODISCARD frcnn_status frcnn_device_choose_among(frcnn_device *out, char note[FRCNN_DEVICE_NOTE_BYTES],
                                                       const char *name, int n_cuda);

#endif
