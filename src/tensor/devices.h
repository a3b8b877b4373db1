/** Devices as operations check and name them. */
#ifndef FRCNN_DEVICES_H
#define FRCNN_DEVICES_H

#include "frcnn/tensor.h"

/** All n tensors are on one device. what begins the message. Errors: INVALID, naming both devices. */
FRCNN_NODISCARD frcnn_status frcnn_devices_check(const char *what, const frcnn_tensor *const *tensors, int n);

#endif
