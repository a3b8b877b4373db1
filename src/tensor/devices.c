#include "tensor/devices.h"

#include <stdio.h>

#include "tensor/error.h"

const char *frcnn_device_format(char text[FRCNN_DEVICE_TEXT_BYTES], frcnn_device device)
{
    if (device.kind == FRCNN_CPU)
        snprintf(text, FRCNN_DEVICE_TEXT_BYTES, "cpu");
    else
        snprintf(text, FRCNN_DEVICE_TEXT_BYTES, "cuda:%d", device.index);
    return text;
}

frcnn_status frcnn_devices_check(const char *what, const frcnn_tensor *const *tensors, int n)
{
    for (int i = 1; i < n; i++) {
        const frcnn_device first = frcnn_tensor_get_device(tensors[0]);
        const frcnn_device other = frcnn_tensor_get_device(tensors[i]);
        char first_text[FRCNN_DEVICE_TEXT_BYTES];
        char other_text[FRCNN_DEVICE_TEXT_BYTES];
        FRCNN_FAIL_IF(first.kind != other.kind || first.index != other.index, FRCNN_ERROR_INVALID,
                      "%s: expected tensors on one device, found %s and %s", what,
                      frcnn_device_format(first_text, first), frcnn_device_format(other_text, other));
    }
    return FRCNN_OK;
}
