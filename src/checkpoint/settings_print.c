#include <cjson/cJSON.h>

#include "checkpoint/settings.h"
#include "checkpoint/settings_fields.h"
#include "tensor/error.h"
#include "tensor/float_text.h"
#include "tensor/memory.h"

/* cJSON would print the double that the float becomes, with all its digits. */
static cJSON *make_float(float value)
{
    char text[FRCNN_FLOAT_TEXT_BYTES];
    frcnn_float_text(text, value);
    return cJSON_CreateRaw(text);
}

static cJSON *make_floats(int n, const float *values)
{
    cJSON *list = cJSON_CreateArray();
    for (int i = 0; i < n; i++)
        if (!cJSON_AddItemToArray(list, make_float(values[i]))) {
            cJSON_Delete(list);
            return NULL;
        }
    return list;
}

static cJSON *make_levels(const frcnn_settings *settings)
{
    cJSON *list = cJSON_CreateArray();
    for (int i = 0; i < settings->n_levels; i++)
        if (!cJSON_AddItemToArray(list, make_floats(settings->n_sizes[i], settings->anchor_sizes[i]))) {
            cJSON_Delete(list);
            return NULL;
        }
    return list;
}

static cJSON *make_classes(const frcnn_category *categories, size_t n)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < n; i++)
        if (!cJSON_AddItemToArray(list, cJSON_CreateString(categories[i].name))) {
            cJSON_Delete(list);
            return NULL;
        }
    return list;
}

static cJSON *make_value(const frcnn_settings *settings, const frcnn_settings_field *field,
                         const frcnn_category *categories, size_t n_categories)
{
    const void *value = (const char *)settings + field->offset;
    const int *count = (const int *)((const char *)settings + field->count_offset);
    switch (field->kind) {
    case FRCNN_FIELD_WORD:
    case FRCNN_FIELD_ORDER:
        return cJSON_CreateString(value);
    case FRCNN_FIELD_INT:
        return cJSON_CreateNumber(*(const int *)value);
    case FRCNN_FIELD_FLOAT:
        return make_float(*(const float *)value);
    case FRCNN_FIELD_INTS:
        return cJSON_CreateIntArray(value, *count);
    case FRCNN_FIELD_FLOATS:
    case FRCNN_FIELD_CHANNELS:
        return make_floats(*count, value);
    case FRCNN_FIELD_LEVELS:
        return make_levels(settings);
    case FRCNN_FIELD_CLASSES:
        return make_classes(categories, n_categories);
    }
    return NULL;
}

/* Text that cJSON_free ends; NULL where cJSON has no memory. */
static char *print(const frcnn_settings *settings, const frcnn_category *categories, size_t n_categories)
{
    char *text = NULL;
    cJSON *object = cJSON_CreateObject();
    int is_whole = object != NULL;
    for (int i = 0; is_whole && i < FRCNN_N_SETTINGS_FIELDS; i++) {
        const frcnn_settings_field *field = &frcnn_settings_fields[i];
        if (field->kind == FRCNN_FIELD_CLASSES && n_categories == 0) continue;
        if (field->kind == FRCNN_FIELD_INTS && settings->n_return_layers == 0) continue;
        cJSON *value = make_value(settings, field, categories, n_categories);
        is_whole = cJSON_AddItemToObject(object, field->name, value);
        if (!is_whole) cJSON_Delete(value);
    }
    if (is_whole) text = cJSON_PrintUnformatted(object);
    cJSON_Delete(object);
    return text;
}

frcnn_status frcnn_settings_print(char **json, const frcnn_settings *settings, const frcnn_category *categories,
                                  size_t n_categories)
{
    char *text = print(settings, categories, n_categories);
    FRCNN_FAIL_IF(text == NULL, FRCNN_ERROR_NO_MEMORY, "settings: out of memory for their JSON text");
    const frcnn_status status = frcnn_string_copy(json, text);
    cJSON_free(text);
    return status;
}
