#include <stdio.h>
#include <string.h>

#include "tensor/cuda_devices.h"
#include "tensor/devices.h"
#include "tensor/error.h"
#include "tensor/onednn.h"
#include "tensor/parallel.h"

enum { LINE_BYTES = 512 };

static void get_processor(char *name, size_t n_bytes)
{
    const char key[] = "model name";
    char line[LINE_BYTES];
    snprintf(name, n_bytes, "unknown processor");
    FILE *stream = fopen("/proc/cpuinfo", "re");
    if (stream == NULL) return;
    while (fgets(line, sizeof line, stream) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, key, sizeof key - 1) != 0 || colon == NULL) continue;
        colon += strspn(colon, ": \t");
        snprintf(name, n_bytes, "%.*s", (int)strcspn(colon, "\n"), colon);
        break;
    }
    fclose(stream);
}

static void add_libraries(frcnn_device_info *out)
{
    frcnn_cuda_libraries libraries;
    frcnn_cuda_get_libraries(&libraries);
    snprintf(out->cudnn, sizeof out->cudnn, "%s", libraries.cudnn);
    snprintf(out->cublaslt, sizeof out->cublaslt, "%s", libraries.cublaslt);
}

frcnn_status frcnn_device_get_info(frcnn_device device, frcnn_device_info *out)
{
    FRCNN_TRY(frcnn_device_check_there("device", "cpu", device));
    memset(out, 0, sizeof *out);
    if (device.kind == FRCNN_CUDA) {
        frcnn_cuda_get_device_info(out, device.index);
        frcnn_cuda_find_problem(out->problem, device.index);
        add_libraries(out);
        return FRCNN_OK;
    }
    get_processor(out->name, sizeof out->name);
    out->n_cores = frcnn_parallel_count_cores();
    out->isa = frcnn_onednn_get_isa();
    return FRCNN_OK;
}
