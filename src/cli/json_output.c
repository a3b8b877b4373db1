#include "cli/json_output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

cJSON *frcnn_json_float(float value)
{
    char text[32];
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)value);
        if ((float)strtod(text, NULL) == value) break;
    }
    return cJSON_CreateRaw(text);
}

cJSON *frcnn_json_float_list(const float *values, int n)
{
    cJSON *list = cJSON_CreateArray();
    for (int i = 0; i < n; i++) cJSON_AddItemToArray(list, frcnn_json_float(values[i]));
    return list;
}

cJSON *frcnn_json_int(int64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, value);
    return cJSON_CreateRaw(text);
}

cJSON *frcnn_json_pair(int first, int second)
{
    const int values[] = {first, second};
    return cJSON_CreateIntArray(values, 2);
}

int frcnn_json_save(cJSON *object, const char *path)
{
    char *text = cJSON_Print(object);
    cJSON_Delete(object);
    const int is_standard_output = strcmp(path, "-") == 0;
    FILE *stream = text == NULL || is_standard_output ? stdout : fopen(path, "we");
    int is_ok = text != NULL && stream != NULL && fprintf(stream, "%s\n", text) >= 0;
    is_ok =
        (is_standard_output || stream == NULL || stream == stdout ? fflush(stdout) == 0 : fclose(stream) == 0) && is_ok;
    if (!is_ok)
        fprintf(stderr, "frcnn: %s: cannot write: %s\n", path, text == NULL ? "out of memory" : strerror(errno));
    cJSON_free(text);
    return is_ok;
}
