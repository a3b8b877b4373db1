#include "checkpoint/save_device.h"

#include "tensor/error.h"

frcnn_status frcnn_save_device_check(const char *path, const frcnn_tensor *tensor)
{
    char found[FRCNN_DEVICE_TEXT_BYTES];
    const frcnn_device device = frcnn_tensor_get_device(tensor);
    FRCNN_FAIL_IF(device.kind != FRCNN_CPU, FRCNN_ERROR_UNSUPPORTED,
                  "%s: expected a tensor on the cpu, found one on %s", path, frcnn_device_format(found, device));
    return FRCNN_OK;
}
