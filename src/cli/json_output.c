#include "cli/json_output.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static int write_stream(FILE *stream, const char *text)
{
    if (stream == NULL) return 0;
    const int is_written = fprintf(stream, "%s\n", text) >= 0;
    return fclose(stream) == 0 && is_written;
}

/* Under another name first, so that path is whole or untouched; a device or a pipe is written to as it is. */
static int write_file(const char *path, const char *text)
{
    char temporary[PATH_MAX];
    struct stat facts;
    if (stat(path, &facts) == 0 && !S_ISREG(facts.st_mode)) return write_stream(fopen(path, "we"), text);
    if (snprintf(temporary, sizeof temporary, "%s.%ld.tmp", path, (long)getpid()) >= (int)sizeof temporary) {
        errno = ENAMETOOLONG;
        return 0;
    }
    if (write_stream(fopen(temporary, "we"), text) && rename(temporary, path) == 0) return 1;
    const int error = errno;
    unlink(temporary);
    errno = error;
    return 0;
}

int frcnn_json_save(cJSON *object, const char *path)
{
    char *text = cJSON_Print(object);
    cJSON_Delete(object);
    int is_ok = text != NULL;
    if (is_ok && strcmp(path, "-") == 0)
        is_ok = printf("%s\n", text) >= 0 && fflush(stdout) == 0;
    else if (is_ok)
        is_ok = write_file(path, text);
    if (!is_ok)
        fprintf(stderr, "frcnn: %s: cannot write: %s\n", path, text == NULL ? "out of memory" : strerror(errno));
    cJSON_free(text);
    return is_ok;
}
