/* Byte for byte what the reference writer makes of the same tensors. Source: safetensors 0.8.0. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "checkpoint/safetensors_dtype.h"
#include "frcnn/checkpoint.h"
#include "tensor/atomic_file.h"
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/utf8.h"

enum { HEADER_ALIGNMENT = 8, MAX_HEADER_BYTES = 100000000, LIST_BYTES = 24 * FRCNN_MAX_DIMS };

static const char METADATA[] = "__metadata__";

typedef struct output {
    const char *name;
    const frcnn_tensor *tensor;
    const frcnn_safetensors_dtype *dtype;
} output;

static int compare_outputs(const void *a, const void *b)
{
    const output *x = a, *y = b;
    if (x->dtype != y->dtype) return x->dtype < y->dtype ? -1 : 1;
    return strcmp(x->name, y->name);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static frcnn_status check_utf8(const char *text, const char *path, const char *what)
{
    FRCNN_FAIL_IF(frcnn_utf8_get_valid(text, strlen(text)) != strlen(text), FRCNN_ERROR_INVALID,
                  "%s: %s \"%.200s\" is no UTF-8", path, what, text);
    return FRCNN_OK;
}

static frcnn_status check_distinct(size_t n, const char *const *texts, const char *path, const char *what)
{
    const char **sorted = NULL;
    FRCNN_TRY(frcnn_alloc((void **)&sorted, n, sizeof *sorted, "names to compare"));
    for (size_t i = 0; i < n; i++) sorted[i] = texts[i];
    qsort(sorted, n, sizeof *sorted, compare_texts);
    frcnn_status status = FRCNN_OK;
    for (size_t i = 1; i < n && status == FRCNN_OK; i++)
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            status = frcnn_fail(FRCNN_ERROR_INVALID, "%s: two %s are named \"%.200s\"", path, what, sorted[i]);
    frcnn_free(sorted);
    return status;
}

static frcnn_status check_texts(const char *path, size_t n_tensors, const char *const *names, size_t n_metadata,
                                const char *const *keys, const char *const *values)
{
    for (size_t i = 0; i < n_tensors; i++) {
        FRCNN_TRY(check_utf8(names[i], path, "the tensor name"));
        FRCNN_FAIL_IF(strcmp(names[i], METADATA) == 0, FRCNN_ERROR_INVALID, "%s: no tensor can be named %s", path,
                      METADATA);
    }
    for (size_t i = 0; i < n_metadata; i++) {
        FRCNN_TRY(check_utf8(keys[i], path, "the metadata key"));
        FRCNN_TRY(check_utf8(values[i], path, "the metadata value"));
    }
    FRCNN_TRY(check_distinct(n_tensors, names, path, "tensors"));
    return check_distinct(n_metadata, keys, path, "metadata keys");
}

/* [2,3]: by ourselves, as cJSON prints numbers from 1e15 on in another form. */
static void print_list(char text[LIST_BYTES], int n, const int64_t *values)
{
    size_t used = 0;
    text[used++] = '[';
    for (int i = 0; i < n; i++)
        used += (size_t)snprintf(text + used, LIST_BYTES - used, "%s%" PRId64, i == 0 ? "" : ",", values[i]);
    text[used++] = ']';
    text[used] = '\0';
}

/* Adds a tensor to the header; its bytes begin at *offset, which moves to their end. 0 where cJSON has no memory. */
static int describe(cJSON *header, const output *tensor, int64_t *offset)
{
    char shape[LIST_BYTES], offsets[LIST_BYTES];
    const int64_t n_bytes = frcnn_tensor_get_n_elements(tensor->tensor) * tensor->dtype->n_bits / 8;
    const int64_t range[] = {*offset, *offset + n_bytes};
    print_list(shape, frcnn_tensor_get_n_dims(tensor->tensor), frcnn_tensor_get_shape(tensor->tensor));
    print_list(offsets, 2, range);
    *offset = range[1];
    cJSON *item = cJSON_AddObjectToObject(header, tensor->name);
    return item != NULL && cJSON_AddStringToObject(item, "dtype", tensor->dtype->name) != NULL &&
           cJSON_AddRawToObject(item, "shape", shape) != NULL &&
           cJSON_AddRawToObject(item, "data_offsets", offsets) != NULL;
}

/* The header as text that cJSON_free ends; NULL where cJSON has no memory. */
static char *print_header(const output *tensors, size_t n_tensors, size_t n_metadata, const char *const *keys,
                          const char *const *values)
{
    char *text = NULL;
    int64_t offset = 0;
    cJSON *header = cJSON_CreateObject();
    int is_whole = header != NULL;
    cJSON *metadata = is_whole && n_metadata > 0 ? cJSON_AddObjectToObject(header, METADATA) : NULL;
    for (size_t i = 0; is_whole && i < n_metadata; i++)
        is_whole = cJSON_AddStringToObject(metadata, keys[i], values[i]) != NULL;
    for (size_t i = 0; is_whole && i < n_tensors; i++) is_whole = describe(header, &tensors[i], &offset);
    if (is_whole) text = cJSON_PrintUnformatted(header);
    cJSON_Delete(header);
    return text;
}

static frcnn_status write_tensor(FILE *stream, const output *about)
{
    const frcnn_device cpu = {FRCNN_CPU, 0};
    const size_t n_bytes = (size_t)frcnn_tensor_get_n_elements(about->tensor) * (size_t)about->dtype->n_bits / 8;
    frcnn_tensor *near = NULL;
    frcnn_tensor *rows = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_tensor_to_device(&near, about->tensor, cpu));
    FRCNN_TRY_CLEANUP(frcnn_tensor_contiguous(&rows, near));
    fwrite(frcnn_tensor_get_const_data(rows), 1, n_bytes, stream);

cleanup:
    frcnn_tensor_destroy(&near);
    frcnn_tensor_destroy(&rows);
    return status;
}

frcnn_status frcnn_safetensors_save(const char *path, size_t n_tensors, const char *const *names,
                                    const frcnn_tensor *const *tensors, size_t n_metadata, const char *const *keys,
                                    const char *const *values)
{
    frcnn_status status = FRCNN_OK;
    frcnn_atomic_file *file = NULL;
    output *outputs = NULL;
    char *header = NULL;
    FRCNN_TRY(check_texts(path, n_tensors, names, n_metadata, keys, values));
    FRCNN_TRY(frcnn_alloc((void **)&outputs, n_tensors, sizeof *outputs, "tensors to write"));
    for (size_t i = 0; i < n_tensors; i++)
        outputs[i] = (output){names[i], tensors[i], frcnn_safetensors_dtype_get(frcnn_tensor_get_dtype(tensors[i]))};
    qsort(outputs, n_tensors, sizeof *outputs, compare_outputs);

    header = print_header(outputs, n_tensors, n_metadata, keys, values);
    if (header == NULL) {
        status = frcnn_fail(FRCNN_ERROR_NO_MEMORY, "%s: out of memory for the header", path);
        goto cleanup;
    }
    const size_t text_bytes = strlen(header);
    const size_t n_bytes = (text_bytes + HEADER_ALIGNMENT - 1) / HEADER_ALIGNMENT * HEADER_ALIGNMENT;
    if (n_bytes > MAX_HEADER_BYTES) {
        status = frcnn_fail(FRCNN_ERROR_INVALID, "%s: the header would have %zu bytes, more than the format's %d", path,
                            n_bytes, MAX_HEADER_BYTES);
        goto cleanup;
    }
    FRCNN_TRY_CLEANUP(frcnn_atomic_file_open(&file, path));
    FILE *stream = frcnn_atomic_file_get_stream(file);
    for (int i = 0; i < 8; i++) putc((int)((uint64_t)n_bytes >> (8 * i) & 0xff), stream);
    fprintf(stream, "%-*s", (int)n_bytes, header);
    for (size_t i = 0; i < n_tensors; i++) FRCNN_TRY_CLEANUP(write_tensor(stream, &outputs[i]));
    FRCNN_TRY_CLEANUP(frcnn_atomic_file_commit(&file));

cleanup:
    frcnn_atomic_file_abort(&file);
    cJSON_free(header);
    frcnn_free(outputs);
    return status;
}
