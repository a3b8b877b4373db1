extern "C" {
#include "detector/backend.h"
}

extern "C" const frcnn_backend *frcnn_cuda_get_backend(void)
{
    return nullptr;
}
