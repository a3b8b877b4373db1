/** Devices as operations check and name them. */
#ifndef FRCNN_DEVICES_H
#define FRCNN_DEVICES_H

#include "frcnn/tensor.h"

/** All n tensors are on one device. what begins the message. Errors: INVALID, naming both devices. */
FRCNN_NODISCARD frcnn_status frcnn_devices_check(const char *what, const frcnn_tensor *const *tensors, int n);

/** The device is one, and is there; what begins the message, and instead says what can be asked for. Errors: INVALID (no
 *  device), UNSUPPORTED (a GPU that is not there). */
FRCNN_NODISCARD frcnn_status frcnn_device_check_there(const char *what, const char *instead, frcnn_device device);

/** The device is one, and can be used. what begins the message. Errors: INVALID (no device), UNSUPPORTED (a GPU that is
 *  not there, or that this build does not run on). */
FRCNN_NODISCARD frcnn_status frcnn_device_check(const char *what, frcnn_device device);

#endif
