#include "run/json_build.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tensor/error.h"
#include "tensor/float_text.h"
#include "tensor/memory.h"
#include "tensor/utf8.h"

int frcnn_json_add_float(cJSON *object, const char *name, float value)
{
    char text[FRCNN_FLOAT_TEXT_BYTES];
    frcnn_float_text(text, value);
    return cJSON_AddRawToObject(object, name, text) != NULL;
}

int frcnn_json_add_int(cJSON *object, const char *name, int64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, value);
    return cJSON_AddRawToObject(object, name, text) != NULL;
}

cJSON *frcnn_json_create_floats(const float *values, int n)
{
    cJSON *array = cJSON_CreateArray();
    for (int i = 0; array != NULL && i < n; i++) {
        char text[FRCNN_FLOAT_TEXT_BYTES];
        frcnn_float_text(text, values[i]);
        cJSON *item = cJSON_CreateRaw(text);
        if (item != NULL && cJSON_AddItemToArray(array, item)) continue;
        cJSON_Delete(item);
        cJSON_Delete(array);
        array = NULL;
    }
    return array;
}

int frcnn_json_add_floats(cJSON *object, const char *name, const float *values, int n)
{
    cJSON *array = frcnn_json_create_floats(values, n);
    if (array != NULL && cJSON_AddItemToObject(object, name, array)) return 1;
    cJSON_Delete(array);
    return 0;
}

int frcnn_json_add_text(cJSON *object, const char *name, const char *text)
{
    static const char replacement[] = "\xef\xbf\xbd";
    const size_t n_bytes = strlen(text);
    if (frcnn_utf8_get_valid(text, n_bytes) == n_bytes) return cJSON_AddStringToObject(object, name, text) != NULL;
    void *block = NULL;
    if (frcnn_alloc(&block, n_bytes + 1, sizeof replacement - 1, "text") != FRCNN_OK) return 0;
    char *dst = block;
    for (size_t i = 0; i < n_bytes;) {
        const size_t n_valid = frcnn_utf8_get_valid(text + i, n_bytes - i);
        memcpy(dst, text + i, n_valid);
        dst += n_valid;
        i += n_valid;
        if (i == n_bytes) break;
        memcpy(dst, replacement, sizeof replacement - 1);
        dst += sizeof replacement - 1;
        i++;
    }
    *dst = '\0';
    const int is_added = cJSON_AddStringToObject(object, name, block) != NULL;
    frcnn_free(block);
    return is_added;
}

int frcnn_json_add_path(cJSON *object, const char *name, const char *path)
{
    const size_t n_bytes = strlen(path);
    if (!frcnn_json_add_text(object, name, path)) return 0;
    if (frcnn_utf8_get_valid(path, n_bytes) == n_bytes) return 1;
    void *block = NULL;
    if (frcnn_alloc(&block, n_bytes + 1, 2, "text") != FRCNN_OK) return 0;
    char *hex = block;
    for (size_t i = 0; i < n_bytes; i++) snprintf(hex + 2 * i, 3, "%02x", (unsigned)(unsigned char)path[i]);
    char bytes_name[64];
    snprintf(bytes_name, sizeof bytes_name, "%s_bytes", name);
    const int is_added = cJSON_AddStringToObject(object, bytes_name, hex) != NULL;
    frcnn_free(block);
    return is_added;
}

frcnn_status frcnn_json_print_line(char **line, const cJSON *object)
{
    char *text = object == NULL ? NULL : cJSON_PrintUnformatted(object);
    FRCNN_FAIL_IF(text == NULL, FRCNN_ERROR_NO_MEMORY, "JSON text: out of memory");
    const size_t n_bytes = strlen(text);
    void *block = NULL;
    const frcnn_status status = frcnn_alloc(&block, n_bytes + 2, 1, "JSON text");
    if (status == FRCNN_OK) {
        memcpy(block, text, n_bytes);
        memcpy((char *)block + n_bytes, "\n", 2);
        *line = block;
    }
    cJSON_free(text);
    return status;
}
