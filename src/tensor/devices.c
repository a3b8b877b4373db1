#include "tensor/devices.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "tensor/cuda_devices.h"
#include "tensor/error.h"
#include "tensor/storage.h"
#include "tensor/tensor_ops.h"

/* What is left of a note beside what stands in front of it. */
enum { PROBLEM_BYTES = FRCNN_DEVICE_NOTE_BYTES - 24, INDEX_BYTES = 16 };

/* The whole of text as a number without sign or leading zeros; -1 where it is none. */
static int parse_index(const char *text)
{
    const size_t n = strspn(text, "0123456789");
    if (n == 0 || text[n] != '\0' || (text[0] == '0' && n > 1)) return -1;
    long long index = 0;
    for (size_t i = 0; i < n && index <= INT_MAX; i++) index = 10 * index + (text[i] - '0');
    return index <= INT_MAX ? (int)index : -1;
}

/* 1 where name is a device's. */
static int read_name(frcnn_device *device, const char *name)
{
    const char prefix[] = "cuda:";
    *device = (frcnn_device){FRCNN_CPU, 0};
    if (strcmp(name, "cpu") == 0) return 1;
    device->kind = FRCNN_CUDA;
    if (strcmp(name, "cuda") == 0) return 1;
    if (strncmp(name, prefix, sizeof prefix - 1) != 0) return 0;
    device->index = parse_index(name + sizeof prefix - 1);
    return device->index >= 0;
}

frcnn_status frcnn_device_parse(frcnn_device *out, const char *name)
{
    frcnn_device device;
    FRCNN_FAIL_IF(!read_name(&device, name), FRCNN_ERROR_INVALID, "device: expected cpu, cuda or cuda:N, found '%s'",
                  name);
    *out = device;
    return FRCNN_OK;
}

const char *frcnn_device_format(char text[FRCNN_DEVICE_TEXT_BYTES], frcnn_device device)
{
    if (device.kind == FRCNN_CPU)
        snprintf(text, FRCNN_DEVICE_TEXT_BYTES, "cpu");
    else
        snprintf(text, FRCNN_DEVICE_TEXT_BYTES, "cuda:%d", device.index);
    return text;
}

int frcnn_device_count(frcnn_device_kind kind)
{
    if (kind == FRCNN_CPU) return 1;
    const int n_cuda = kind == FRCNN_CUDA ? frcnn_cuda_count_devices() : 0;
    return n_cuda > 0 ? n_cuda : 0;
}

/* The first GPU that can be used, -1 where none can, and then why: what is wrong with the first. */
static int find_gpu(char reason[FRCNN_DEVICE_NOTE_BYTES])
{
    const int n_cuda = frcnn_cuda_count_devices();
    char problem[FRCNN_DEVICE_NOTE_BYTES];
    reason[0] = '\0';
    if (n_cuda <= 0) frcnn_cuda_explain(reason);
    for (int i = 0; i < n_cuda; i++) {
        frcnn_cuda_find_problem(problem, i);
        if (problem[0] == '\0') return i;
        if (i == 0) snprintf(reason, FRCNN_DEVICE_NOTE_BYTES, "cuda:0, %.*s", PROBLEM_BYTES, problem);
    }
    return -1;
}

const char *frcnn_device_explain(char text[FRCNN_DEVICE_NOTE_BYTES])
{
    if (find_gpu(text) >= 0) text[0] = '\0';
    return text;
}

frcnn_status frcnn_device_check_there(const char *what, const char *instead, frcnn_device device)
{
    char reason[FRCNN_DEVICE_NOTE_BYTES];
    char found[FRCNN_DEVICE_TEXT_BYTES];
    const int is_known = device.kind == FRCNN_CPU || device.kind == FRCNN_CUDA;
    FRCNN_FAIL_IF(!is_known || device.index < 0 || (device.kind == FRCNN_CPU && device.index > 0), FRCNN_ERROR_INVALID,
                  "%s: expected a device, found kind %d with index %d", what, (int)device.kind, device.index);
    const int n = frcnn_device_count(device.kind);
    frcnn_device_format(found, device);
    if (n == 0) {
        frcnn_cuda_explain(reason);
        return frcnn_fail(FRCNN_ERROR_UNSUPPORTED, "%s: expected %s, found %s: %s", what, instead, found, reason);
    }
    FRCNN_FAIL_IF(device.index >= n, FRCNN_ERROR_UNSUPPORTED,
                  "%s: expected %s or a GPU from cuda:0 to cuda:%d, found %s", what, instead, n - 1, found);
    return FRCNN_OK;
}

static frcnn_status check(const char *what, const char *instead, frcnn_device device)
{
    char problem[FRCNN_DEVICE_NOTE_BYTES];
    char found[FRCNN_DEVICE_TEXT_BYTES];
    FRCNN_TRY(frcnn_device_check_there(what, instead, device));
    if (device.kind == FRCNN_CPU) return FRCNN_OK;
    frcnn_cuda_find_problem(problem, device.index);
    FRCNN_FAIL_IF(problem[0] != '\0', FRCNN_ERROR_UNSUPPORTED, "%s: expected %s, found %s, %s", what, instead,
                  frcnn_device_format(found, device), problem);
    return FRCNN_OK;
}

frcnn_status frcnn_device_check(const char *what, frcnn_device device)
{
    return check(what, "the device cpu", device);
}

static frcnn_status choose_named(frcnn_device *out, const char *name)
{
    frcnn_device device;
    FRCNN_FAIL_IF(!read_name(&device, name), FRCNN_ERROR_INVALID,
                  "device: expected auto, cpu, cuda or cuda:N, found '%s'", name);
    FRCNN_TRY(check("device", "auto or cpu", device));
    *out = device;
    return FRCNN_OK;
}

frcnn_status frcnn_device_choose(frcnn_device *out, char note[FRCNN_DEVICE_NOTE_BYTES], const char *name)
{
    char reason[FRCNN_DEVICE_NOTE_BYTES] = "";
    if (strcmp(name, "auto") == 0) {
        const int index = find_gpu(reason);
        *out = index >= 0 ? (frcnn_device){FRCNN_CUDA, index} : (frcnn_device){FRCNN_CPU, 0};
        if (index >= 0) reason[0] = '\0';
    } else {
        FRCNN_TRY(choose_named(out, name));
    }
    if (note == NULL) return FRCNN_OK;
    note[0] = '\0';
    if (reason[0] != '\0') snprintf(note, FRCNN_DEVICE_NOTE_BYTES, "using the CPU: %.*s", PROBLEM_BYTES, reason);
    return FRCNN_OK;
}

/* The numbers of "cuda:N,N": 1 where they are some, and each there once. */
static int read_numbers(frcnn_device_list *list, const char *name)
{
    const char prefix[] = "cuda:";
    if (strncmp(name, prefix, sizeof prefix - 1) != 0) return 0;
    const char *start = name + sizeof prefix - 1;
    for (list->count = 0; list->count < FRCNN_MAX_DEVICES; start++) {
        char number[INDEX_BYTES];
        const size_t n = strcspn(start, ",");
        if (n >= sizeof number) return 0;
        memcpy(number, start, n);
        number[n] = '\0';
        const frcnn_device device = {FRCNN_CUDA, parse_index(number)};
        if (device.index < 0) return 0;
        for (int i = 0; i < list->count; i++)
            if (list->devices[i].index == device.index) return 0;
        list->devices[list->count++] = device;
        start += n;
        if (*start == '\0') return 1;
    }
    return 0;
}

frcnn_status frcnn_devices_choose(frcnn_device_list *out, char note[FRCNN_DEVICE_NOTE_BYTES], const char *name)
{
    frcnn_device_list list = {.count = 1};
    if (strchr(name, ',') == NULL) {
        FRCNN_TRY(frcnn_device_choose(&list.devices[0], note, name));
    } else {
        FRCNN_FAIL_IF(!read_numbers(&list, name), FRCNN_ERROR_INVALID,
                      "device: expected cuda:N,N with 2 to %d numbers, each once, found '%s'", FRCNN_MAX_DEVICES, name);
        for (int i = 0; i < list.count; i++) FRCNN_TRY(check("device", "auto or cpu", list.devices[i]));
        if (note != NULL) note[0] = '\0';
    }
    *out = list;
    return FRCNN_OK;
}

static int is_same(frcnn_device a, frcnn_device b)
{
    return a.kind == b.kind && a.index == b.index;
}

frcnn_status frcnn_devices_check(const char *what, const frcnn_tensor *const *tensors, int n)
{
    for (int i = 1; i < n; i++) {
        char first[FRCNN_DEVICE_TEXT_BYTES];
        char other[FRCNN_DEVICE_TEXT_BYTES];
        FRCNN_FAIL_IF(!is_same(tensors[0]->device, tensors[i]->device), FRCNN_ERROR_INVALID,
                      "%s: expected tensors on one device, found %s and %s", what,
                      frcnn_device_format(first, tensors[0]->device), frcnn_device_format(other, tensors[i]->device));
    }
    return FRCNN_OK;
}

/* What both devices hold row-major. */
static frcnn_status copy(frcnn_tensor *dst, const frcnn_tensor *src, size_t bytes)
{
    const frcnn_tensor_ops *table = NULL;
    const int is_from_cpu = src->device.kind == FRCNN_CPU;
    const int is_to_cpu = dst->device.kind == FRCNN_CPU;
    void *to = frcnn_tensor_get_data(dst);
    const void *from = frcnn_tensor_get_const_data(src);
    FRCNN_TRY(frcnn_tensor_ops_find(&table, "to_device", is_to_cpu ? src->device : dst->device));
    if (is_from_cpu) return table->memory->upload(dst->device.index, to, from, bytes);
    if (is_to_cpu) return table->memory->download(src->device.index, to, from, bytes);
    return table->memory->fetch(dst->device.index, to, src->device.index, from, bytes);
}

frcnn_status frcnn_tensor_to_device(frcnn_tensor **out, const frcnn_tensor *tensor, frcnn_device device)
{
    if (is_same(tensor->device, device)) return frcnn_tensor_share(out, tensor);
    frcnn_tensor *rows = NULL;
    frcnn_tensor *result = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY(frcnn_device_check("to_device", tensor->device));
    FRCNN_TRY(frcnn_device_check("to_device", device));
    FRCNN_TRY_CLEANUP(frcnn_tensor_contiguous(&rows, tensor));
    FRCNN_TRY_CLEANUP(frcnn_tensor_empty_on(&result, device, tensor->dtype, tensor->n_dims, tensor->shape));
    const size_t bytes = (size_t)tensor->n_elements * frcnn_dtype_get_size(tensor->dtype);
    if (bytes > 0) FRCNN_TRY_CLEANUP(copy(result, rows, bytes));
    *out = result;
    result = NULL;

cleanup:
    frcnn_tensor_destroy(&rows);
    frcnn_tensor_destroy(&result);
    return status;
}
