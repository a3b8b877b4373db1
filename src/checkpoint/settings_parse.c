#include <stdio.h>
#include <string.h>

#include "checkpoint/file_mapping.h"
#include "checkpoint/json_text.h"
#include "checkpoint/labels.h"
#include "checkpoint/settings.h"
#include "checkpoint/settings_fields.h"
#include "tensor/error.h"
#include "tensor/memory.h"

/* What is read so far; handed over when all of it is sound. */
typedef struct reading {
    const char *source;
    frcnn_settings settings;
    int n_mean; /* as read: 0 where the object has none */
    int n_std;
    char **classes;
    size_t n_classes;
    size_t n_classes_made; /* of them already set, for the cleanup */
} reading;

static frcnn_status fail_field(const reading *r, const frcnn_settings_field *field, const char *expected,
                               const cJSON *found)
{
    char text[FRCNN_JSON_DESCRIPTION];
    return frcnn_fail(FRCNN_ERROR_FORMAT, "%s: \"%s\": expected %s, found %s", r->source, field->name, expected,
                      frcnn_json_describe(found, text));
}

static frcnn_status fail_range(const reading *r, const frcnn_settings_field *field, const char *kind,
                               const cJSON *found)
{
    char expected[80];
    snprintf(expected, sizeof expected, "%s from %g to %g", kind, field->lowest, field->highest);
    return fail_field(r, field, expected, found);
}

static frcnn_status read_int(int *out, const reading *r, const frcnn_settings_field *field, const cJSON *item)
{
    int64_t value = 0;
    if (!frcnn_json_get_integer(item, (int64_t)field->lowest, (int64_t)field->highest, &value))
        return fail_range(r, field, "a whole number", item);
    *out = (int)value;
    return FRCNN_OK;
}

static frcnn_status read_float(float *out, const reading *r, const frcnn_settings_field *field, const cJSON *item)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= field->lowest && item->valuedouble <= field->highest))
        return fail_range(r, field, "a number", item);
    *out = (float)item->valuedouble;
    return FRCNN_OK;
}

/* The length of a list of 1 to capacity values. */
static frcnn_status read_length(int *out, const reading *r, const frcnn_settings_field *field, int capacity,
                                const cJSON *item)
{
    const int n = cJSON_IsArray(item) ? cJSON_GetArraySize(item) : 0;
    if (n < 1 || n > capacity) {
        char expected[80];
        snprintf(expected, sizeof expected, "a list of 1 to %d values", capacity);
        if (n == 0) return fail_field(r, field, expected, item);
        return frcnn_fail(FRCNN_ERROR_FORMAT, "%s: \"%s\": expected %s, found %d", r->source, field->name, expected, n);
    }
    *out = n;
    return FRCNN_OK;
}

static frcnn_status read_ints(int *values, int *n, const reading *r, const frcnn_settings_field *field,
                              const cJSON *list)
{
    FRCNN_TRY(read_length(n, r, field, field->capacity, list));
    int i = 0;
    for (const cJSON *item = list->child; item != NULL; item = item->next, i++) {
        FRCNN_TRY(read_int(&values[i], r, field, item));
        if (i > 0 && values[i] <= values[i - 1]) return fail_field(r, field, "rising numbers", item);
    }
    return FRCNN_OK;
}

static frcnn_status read_floats(float *values, int *n, const reading *r, const frcnn_settings_field *field,
                                int capacity, const cJSON *list)
{
    FRCNN_TRY(read_length(n, r, field, capacity, list));
    int i = 0;
    for (const cJSON *item = list->child; item != NULL; item = item->next)
        FRCNN_TRY(read_float(&values[i++], r, field, item));
    return FRCNN_OK;
}

static frcnn_status read_levels(reading *r, const frcnn_settings_field *field, const cJSON *list)
{
    frcnn_settings *settings = &r->settings;
    FRCNN_TRY(read_length(&settings->n_levels, r, field, field->capacity, list));
    int level = 0;
    for (const cJSON *item = list->child; item != NULL; item = item->next, level++) {
        FRCNN_TRY(
            read_floats(settings->anchor_sizes[level], &settings->n_sizes[level], r, field, FRCNN_MAX_SIZES, item));
        /* One head serves every level, so each has the same number of anchors. */
        FRCNN_FAIL_IF(settings->n_sizes[level] != settings->n_sizes[0], FRCNN_ERROR_FORMAT,
                      "%s: \"%s\": expected as many sizes on every level, found %d and %d", r->source, field->name,
                      settings->n_sizes[0], settings->n_sizes[level]);
    }
    return FRCNN_OK;
}

static frcnn_status read_word(char *out, const reading *r, const frcnn_settings_field *field, const cJSON *item)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    const size_t length = cJSON_IsString(item) ? strlen(item->valuestring) : 0;
    if (length == 0 || length >= (size_t)field->capacity || strspn(item->valuestring, letters) != length) {
        char expected[80];
        snprintf(expected, sizeof expected, "1 to %d letters, digits or \"_-.\"", field->capacity - 1);
        return fail_field(r, field, expected, item);
    }
    memcpy(out, item->valuestring, length + 1);
    return FRCNN_OK;
}

static frcnn_status read_order(reading *r, const frcnn_settings_field *field, const cJSON *item)
{
    if (!cJSON_IsString(item) || (strcmp(item->valuestring, "rgb") != 0 && strcmp(item->valuestring, "bgr") != 0))
        return fail_field(r, field, "\"rgb\" or \"bgr\"", item);
    memcpy(r->settings.order, item->valuestring, sizeof r->settings.order);
    return FRCNN_OK;
}

static frcnn_status read_classes(reading *r, const frcnn_settings_field *field, const cJSON *list)
{
    int n = 0;
    FRCNN_TRY(read_length(&n, r, field, FRCNN_MAX_LABELS, list));
    FRCNN_TRY(frcnn_alloc((void **)&r->classes, (size_t)n, sizeof *r->classes, "class names"));
    r->n_classes = (size_t)n;
    for (const cJSON *item = list->child; item != NULL; item = item->next) {
        if (!cJSON_IsString(item)) return fail_field(r, field, "names", item);
        const char *fault = frcnn_labels_check(item->valuestring, strlen(item->valuestring));
        FRCNN_FAIL_IF(fault != NULL, FRCNN_ERROR_FORMAT, "%s: \"%s\": expected names, found %s", r->source, field->name,
                      fault);
        FRCNN_TRY(frcnn_string_copy(&r->classes[r->n_classes_made], item->valuestring));
        r->n_classes_made++;
    }
    return FRCNN_OK;
}

static frcnn_status read_field(reading *r, const cJSON *item)
{
    const frcnn_settings_field *field = frcnn_settings_fields;
    const frcnn_settings_field *const end = field + FRCNN_N_SETTINGS_FIELDS;
    while (field < end && strcmp(field->name, item->string) != 0) field++;
    FRCNN_FAIL_IF(field == end, FRCNN_ERROR_FORMAT, "%s: \"%.100s\" is no field that settings have", r->source,
                  item->string);

    void *value = (char *)&r->settings + field->offset;
    int *count = (int *)((char *)&r->settings + field->count_offset);
    switch (field->kind) {
    case FRCNN_FIELD_WORD:
        return read_word(value, r, field, item);
    case FRCNN_FIELD_ORDER:
        return read_order(r, field, item);
    case FRCNN_FIELD_INT:
        return read_int(value, r, field, item);
    case FRCNN_FIELD_FLOAT:
        return read_float(value, r, field, item);
    case FRCNN_FIELD_INTS:
        return read_ints(value, count, r, field, item);
    case FRCNN_FIELD_FLOATS:
        return read_floats(value, count, r, field, field->capacity, item);
    case FRCNN_FIELD_CHANNELS:
        count = field->offset == offsetof(frcnn_settings, mean) ? &r->n_mean : &r->n_std;
        return read_floats(value, count, r, field, field->capacity, item);
    case FRCNN_FIELD_LEVELS:
        return read_levels(r, field, item);
    case FRCNN_FIELD_CLASSES:
        return read_classes(r, field, item);
    }
    return FRCNN_OK;
}

static frcnn_status check_channels(reading *r)
{
    const int n_mean = r->n_mean > 0 ? r->n_mean : r->settings.n_channels;
    const int n_std = r->n_std > 0 ? r->n_std : r->settings.n_channels;
    FRCNN_FAIL_IF(n_mean != n_std, FRCNN_ERROR_FORMAT,
                  "%s: expected \"mean\" and \"std\" of as many channels, found %d and %d", r->source, n_mean, n_std);
    r->settings.n_channels = n_mean;
    return FRCNN_OK;
}

static frcnn_status parse(frcnn_settings *settings, char ***classes, size_t *n_classes, const char *json,
                          size_t n_bytes, const char *source)
{
    frcnn_status status = FRCNN_OK;
    cJSON *object = NULL;
    reading r = {.source = source, .settings = *settings};
    FRCNN_TRY(frcnn_json_parse(&object, json, n_bytes, source));
    if (!cJSON_IsObject(object)) {
        char text[FRCNN_JSON_DESCRIPTION];
        status = frcnn_fail(FRCNN_ERROR_FORMAT, "%s: expected a JSON object with settings, found %s", source,
                            frcnn_json_describe(object, text));
        goto cleanup;
    }
    for (const cJSON *item = object->child; item != NULL; item = item->next) FRCNN_TRY_CLEANUP(read_field(&r, item));
    FRCNN_TRY_CLEANUP(check_channels(&r));

    *settings = r.settings;
    if (r.classes != NULL) {
        frcnn_labels_destroy(classes, *n_classes);
        *classes = r.classes;
        *n_classes = r.n_classes;
        r.classes = NULL;
    }

cleanup:
    frcnn_labels_destroy(&r.classes, r.n_classes_made);
    cJSON_Delete(object);
    return status;
}

frcnn_status frcnn_settings_parse(frcnn_settings *settings, char ***classes, size_t *n_classes, const char *json,
                                  const char *source)
{
    return parse(settings, classes, n_classes, json, strlen(json), source);
}

frcnn_status frcnn_settings_load(frcnn_settings *settings, char ***classes, size_t *n_classes, const char *path)
{
    frcnn_file_mapping *mapping = NULL;
    FRCNN_TRY(frcnn_file_mapping_open(&mapping, path));
    const size_t n_bytes = frcnn_file_mapping_get_size(mapping);
    const char *text = n_bytes == 0 ? "" : (const char *)frcnn_file_mapping_get_data(mapping);
    /* Editors on Windows put a byte order mark before the text. */
    const size_t mark = n_bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    const frcnn_status status = parse(settings, classes, n_classes, text + mark, n_bytes - mark, path);
    frcnn_file_mapping_release(mapping);
    return status;
}
