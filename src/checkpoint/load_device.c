#include "checkpoint/load_device.h"

#include "tensor/error.h"

frcnn_status frcnn_load_device_check(const char *path, frcnn_device device)
{
    char found[FRCNN_DEVICE_TEXT_BYTES];
    const int is_known = device.kind == FRCNN_CPU || device.kind == FRCNN_CUDA;
    FRCNN_FAIL_IF(!is_known || device.index < 0 || (device.kind == FRCNN_CPU && device.index > 0), FRCNN_ERROR_INVALID,
                  "%s: expected a device, found kind %d with index %d", path, (int)device.kind, device.index);
    FRCNN_FAIL_IF(device.kind != FRCNN_CPU, FRCNN_ERROR_UNSUPPORTED,
                  "%s: expected the device cpu, as this build has no CUDA, found %s", path,
                  frcnn_device_format(found, device));
    return FRCNN_OK;
}

frcnn_status frcnn_save_device_check(const char *path, const frcnn_tensor *tensor)
{
    char found[FRCNN_DEVICE_TEXT_BYTES];
    const frcnn_device device = frcnn_tensor_get_device(tensor);
    FRCNN_FAIL_IF(device.kind != FRCNN_CPU, FRCNN_ERROR_UNSUPPORTED,
                  "%s: expected a tensor on the cpu, found one on %s", path, frcnn_device_format(found, device));
    return FRCNN_OK;
}
