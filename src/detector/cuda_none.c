/* What a build without CUDA answers in the place of the files under cuda/. */
#include <stddef.h>
#include <stdio.h>

#include "detector/backend.h"
#include "tensor/cuda_devices.h"
#include "tensor/tensor_ops.h"

int frcnn_cuda_get_version(void)
{
    return 0;
}

int frcnn_cuda_count_devices(void)
{
    return -1;
}

void frcnn_cuda_get_libraries(frcnn_cuda_libraries *out)
{
    *out = (frcnn_cuda_libraries){"", ""};
}

void frcnn_cuda_explain(char reason[FRCNN_DEVICE_NOTE_BYTES])
{
    snprintf(reason, FRCNN_DEVICE_NOTE_BYTES, "this build has no CUDA");
}

void frcnn_cuda_find_problem(char problem[FRCNN_DEVICE_NOTE_BYTES], int index)
{
    (void)index;
    frcnn_cuda_explain(problem);
}

void frcnn_cuda_get_device_info(frcnn_device_info *out, int index)
{
    (void)out;
    (void)index;
}

const frcnn_backend *frcnn_cuda_get_backend(void)
{
    return NULL;
}

const frcnn_tensor_ops *frcnn_cuda_get_tensor_ops(void)
{
    return NULL;
}
