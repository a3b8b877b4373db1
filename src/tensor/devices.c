#include "tensor/devices.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tensor/cuda_devices.h"
#include "tensor/error.h"
#include "tensor/storage.h"
#include "tensor/tensor_ops.h"

enum { REASON_BYTES = 160, INDEX_BYTES = 16 };

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
    const int n_cuda = frcnn_cuda_count_devices();
    if (kind == FRCNN_CPU) return 1;
    return kind == FRCNN_CUDA && n_cuda > 0 ? n_cuda : 0;
}

/* Why no GPU can be used. CUDA takes the numbers of the variable up to the first that is none. */
static const char *find_reason(char text[REASON_BYTES], int n_cuda)
{
    const char *visible = getenv("CUDA_VISIBLE_DEVICES");
    const int is_hidden = visible != NULL && (visible[0] == '\0' || strncmp(visible, "-1", 2) == 0);
    const char *build = n_cuda < 0 ? "this build has no CUDA" : is_hidden ? "" : "this machine has no GPU";
    if (is_hidden)
        snprintf(text, REASON_BYTES, "%s%sCUDA_VISIBLE_DEVICES='%.40s' hides all GPUs", build,
                 n_cuda < 0 ? ", and " : "", visible);
    else
        snprintf(text, REASON_BYTES, "%s", build);
    return text;
}

/* The device is one of the CPU and n_cuda GPUs; instead names what can be asked for where there is no GPU. */
static frcnn_status check_among(const char *what, const char *instead, frcnn_device device, int n_cuda)
{
    char reason[REASON_BYTES];
    char found[FRCNN_DEVICE_TEXT_BYTES];
    const int is_known = device.kind == FRCNN_CPU || device.kind == FRCNN_CUDA;
    FRCNN_FAIL_IF(!is_known || device.index < 0 || (device.kind == FRCNN_CPU && device.index > 0), FRCNN_ERROR_INVALID,
                  "%s: expected a device, found kind %d with index %d", what, (int)device.kind, device.index);
    if (device.kind == FRCNN_CPU) return FRCNN_OK;
    FRCNN_FAIL_IF(n_cuda <= 0, FRCNN_ERROR_UNSUPPORTED, "%s: expected %s, as %s, found %s", what, instead,
                  find_reason(reason, n_cuda), frcnn_device_format(found, device));
    FRCNN_FAIL_IF(device.index >= n_cuda, FRCNN_ERROR_UNSUPPORTED,
                  "%s: expected %s or a GPU from cuda:0 to cuda:%d, found %s", what, instead, n_cuda - 1,
                  frcnn_device_format(found, device));
    return FRCNN_OK;
}

frcnn_status frcnn_device_check(const char *what, frcnn_device device)
{
    return check_among(what, "the device cpu", device, frcnn_cuda_count_devices());
}

frcnn_status frcnn_device_choose_among(frcnn_device *out, char note[FRCNN_DEVICE_NOTE_BYTES], const char *name,
                                       int n_cuda)
{
    char reason[REASON_BYTES];
    frcnn_device device = {n_cuda > 0 ? FRCNN_CUDA : FRCNN_CPU, 0};
    const int is_auto = strcmp(name, "auto") == 0;
    if (!is_auto) {
        FRCNN_FAIL_IF(!read_name(&device, name), FRCNN_ERROR_INVALID,
                      "device: expected auto, cpu, cuda or cuda:N, found '%s'", name);
        FRCNN_TRY(check_among("device", "auto or cpu", device, n_cuda));
    }
    if (note != NULL) {
        note[0] = '\0';
        if (is_auto && n_cuda <= 0)
            snprintf(note, FRCNN_DEVICE_NOTE_BYTES, "using the CPU: %s", find_reason(reason, n_cuda));
    }
    *out = device;
    return FRCNN_OK;
}

frcnn_status frcnn_device_choose(frcnn_device *out, char note[FRCNN_DEVICE_NOTE_BYTES], const char *name)
{
    return frcnn_device_choose_among(out, note, name, frcnn_cuda_count_devices());
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
        for (int i = 0; i < list.count; i++)
            FRCNN_TRY(check_among("device", "auto or cpu", list.devices[i], frcnn_cuda_count_devices()));
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
