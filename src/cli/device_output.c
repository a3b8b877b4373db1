#include "cli/device_output.h"

#include <string.h>

#include "cli/json_output.h"
#include "frcnn/version.h"

enum { VERSION_BYTES = 24 };

static const char *format_version(char text[VERSION_BYTES], int version)
{
    snprintf(text, VERSION_BYTES, "%d.%d", version / 1000, version % 1000 / 10);
    return text;
}

static const char *describe_library(const char *version)
{
    return version[0] != '\0' ? version : "not found";
}

static double get_gib(size_t bytes)
{
    return (double)bytes / (1024.0 * 1024.0 * 1024.0);
}

static void print_gpu(FILE *stream, int index)
{
    frcnn_device_info info;
    char runtime[VERSION_BYTES], driver[VERSION_BYTES];
    if (frcnn_device_get_info((frcnn_device){FRCNN_CUDA, index}, &info) != FRCNN_OK) {
        fprintf(stream, "cuda:%d: %s\n", index, frcnn_error_message());
        return;
    }
    fprintf(stream,
            "cuda:%d: %s, compute capability %d.%d, %d multiprocessors\n"
            "     %.1f GiB of memory, %.1f GiB free; CUDA %s, driver for CUDA %s\n"
            "     cuDNN: %s; cuBLASLt: %s\n",
            index, info.name, info.compute_major, info.compute_minor, info.n_cores, get_gib(info.memory_bytes),
            get_gib(info.free_bytes), format_version(runtime, frcnn_get_cuda_version()),
            format_version(driver, info.driver_version), describe_library(info.cudnn), describe_library(info.cublaslt));
    if (info.problem[0] != '\0') fprintf(stream, "     not usable: %s\n", info.problem);
}

void frcnn_devices_print(FILE *stream)
{
    frcnn_device_info cpu = {0};
    char reason[FRCNN_DEVICE_NOTE_BYTES];
    const int n_gpus = frcnn_device_count(FRCNN_CUDA);
    if (frcnn_device_get_info((frcnn_device){FRCNN_CPU, 0}, &cpu) == FRCNN_OK)
        fprintf(stream, "cpu: %s, %d core%s\n     %s\n", cpu.name, cpu.n_cores, cpu.n_cores == 1 ? "" : "s",
                frcnn_get_backend());
    for (int i = 0; i < n_gpus; i++) print_gpu(stream, i);
    if (n_gpus == 0) fprintf(stream, "cuda: none, %s\n", frcnn_device_explain(reason));
}

/* null for "". */
static void add_text(cJSON *object, const char *name, const char *text)
{
    cJSON_AddItemToObject(object, name, text[0] != '\0' ? cJSON_CreateString(text) : cJSON_CreateNull());
}

static cJSON *make_gpu(int index)
{
    frcnn_device_info info = {0};
    char device[FRCNN_DEVICE_TEXT_BYTES], version[VERSION_BYTES];
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "device", frcnn_device_format(device, (frcnn_device){FRCNN_CUDA, index}));
    if (frcnn_device_get_info((frcnn_device){FRCNN_CUDA, index}, &info) != FRCNN_OK)
        snprintf(info.problem, sizeof info.problem, "%.200s", frcnn_error_message());
    cJSON_AddStringToObject(object, "name", info.name);
    snprintf(version, sizeof version, "%d.%d", info.compute_major, info.compute_minor);
    cJSON_AddStringToObject(object, "compute_capability", version);
    cJSON_AddItemToObject(object, "multiprocessors", frcnn_json_int(info.n_cores));
    cJSON_AddItemToObject(object, "memory_bytes", frcnn_json_int((int64_t)info.memory_bytes));
    cJSON_AddItemToObject(object, "free_bytes", frcnn_json_int((int64_t)info.free_bytes));
    cJSON_AddStringToObject(object, "cuda", format_version(version, frcnn_get_cuda_version()));
    cJSON_AddStringToObject(object, "driver_cuda", format_version(version, info.driver_version));
    add_text(object, "cudnn", info.cudnn);
    add_text(object, "cublaslt", info.cublaslt);
    add_text(object, "problem", info.problem);
    return object;
}

cJSON *frcnn_devices_make_json(void)
{
    frcnn_device_info info = {0};
    char reason[FRCNN_DEVICE_NOTE_BYTES];
    const int n_gpus = frcnn_device_count(FRCNN_CUDA);
    cJSON *object = cJSON_CreateObject();
    cJSON *cpu = cJSON_AddObjectToObject(object, "cpu");
    if (frcnn_device_get_info((frcnn_device){FRCNN_CPU, 0}, &info) == FRCNN_OK) {
        cJSON_AddStringToObject(cpu, "name", info.name);
        cJSON_AddItemToObject(cpu, "cores", frcnn_json_int(info.n_cores));
        cJSON_AddStringToObject(cpu, "isa", info.isa);
        cJSON_AddStringToObject(cpu, "backend", frcnn_get_backend());
    }
    cJSON *gpus = cJSON_AddArrayToObject(object, "gpus");
    for (int i = 0; i < n_gpus; i++) cJSON_AddItemToArray(gpus, make_gpu(i));
    add_text(object, "no_gpu", frcnn_device_explain(reason));
    return object;
}

frcnn_status frcnn_devices_announce(const char *name, int is_quiet)
{
    frcnn_device_list devices;
    char note[FRCNN_DEVICE_NOTE_BYTES];
    const frcnn_status status = frcnn_devices_choose(&devices, note, name != NULL ? name : "auto");
    if (status == FRCNN_OK && note[0] != '\0' && !is_quiet) fprintf(stderr, "%s\n", note);
    return status;
}
