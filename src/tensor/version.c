#include "frcnn/version.h"

#include "tensor/cuda_devices.h"
#include "tensor/onednn.h"

#define TEXT(value) #value
#define VERSION_TEXT(major, minor, patch) TEXT(major) "." TEXT(minor) "." TEXT(patch)

const char *frcnn_get_version(void)
{
    return VERSION_TEXT(FRCNN_VERSION_MAJOR, FRCNN_VERSION_MINOR, FRCNN_VERSION_PATCH);
}

const char *frcnn_get_backend(void)
{
    return frcnn_onednn_get_name();
}

int frcnn_get_cuda_version(void)
{
    return frcnn_cuda_get_version();
}
