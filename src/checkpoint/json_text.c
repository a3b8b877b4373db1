#include "checkpoint/json_text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/utf8.h"

/* cJSON spends some 70 bytes on a value: this bounds what a small hostile file can make it take. A checkpoint of
   100 000 tensors has a quarter of that. */
enum { MAX_VALUES = 1 << 22 };

/* The length of the number at the start of text, which ends with a NUL; 0 where JSON's grammar has none. */
static size_t measure_number(const char *text)
{
    const char *c = text;
    if (*c == '-') c++;
    if (!isdigit((unsigned char)*c)) return 0;
    if (*c == '0')
        c++;
    else
        while (isdigit((unsigned char)*c)) c++;
    if (*c == '.') {
        if (!isdigit((unsigned char)*++c)) return 0;
        while (isdigit((unsigned char)*c)) c++;
    }
    if (*c == 'e' || *c == 'E') {
        c++;
        if (*c == '+' || *c == '-') c++;
        if (!isdigit((unsigned char)*c)) return 0;
        while (isdigit((unsigned char)*c)) c++;
    }
    /* The first digit after a leading zero would be read as a second number. */
    return isdigit((unsigned char)*c) ? 0 : (size_t)(c - text);
}

/* The length of the string, with its quotes, at the start of text; 0 and *fault where it is none. */
static size_t measure_string(const char *text, const char **fault)
{
    size_t i = 1;
    for (; text[i] != '"'; i++) {
        if ((unsigned char)text[i] < 0x20) {
            *fault = text[i] == '\0' ? "a string without end, or a NUL in it" : "a control character in a string";
            return 0;
        }
        if (text[i] != '\\') continue;
        i++;
        if (strncmp(text + i, "u0000", 5) == 0) {
            *fault = "a NUL (\\u0000) in a string";
            return 0;
        }
        if (text[i] == '\0') i--;
    }
    return i + 1;
}

/* Checks what cJSON lets pass. It does not check the grammar: that is cJSON's part. text ends with a NUL. */
static frcnn_status check_tokens(const char *text, size_t n_bytes, const char *source)
{
    const size_t valid = frcnn_utf8_get_valid(text, n_bytes);
    FRCNN_FAIL_IF(valid < n_bytes, FRCNN_ERROR_FORMAT, "%s: byte %zu of the JSON text: expected UTF-8, found 0x%02x",
                  source, valid, (unsigned)(unsigned char)text[valid]);

    int depth = 0;
    int64_t n_values = 0;
    for (size_t i = 0; i < n_bytes;) {
        const char c = text[i];
        const char *fault = NULL;
        size_t length = 1;
        if (c == '"') {
            length = measure_string(text + i, &fault);
        } else if (c == '-' || isdigit((unsigned char)c)) {
            length = measure_number(text + i);
            if (length == 0) fault = "a malformed number";
        } else if (c == '{' || c == '[') {
            n_values++;
            if (++depth > CJSON_NESTING_LIMIT) fault = "lists or objects nested too deeply";
        } else if (c == '}' || c == ']') {
            depth--;
        } else if (c == ',') {
            if (++n_values > MAX_VALUES) fault = "too many values";
        } else if ((unsigned char)c < 0x20 && c != '\t' && c != '\n' && c != '\r') {
            fault = "a control character";
        }
        FRCNN_FAIL_IF(fault != NULL, FRCNN_ERROR_FORMAT, "%s: byte %zu of the JSON text: %s", source, i, fault);
        i += length;
    }
    return FRCNN_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static frcnn_status check_keys(const cJSON *value, const char *source)
{
    size_t n = 0;
    for (const cJSON *child = value->child; child != NULL; child = child->next) {
        if (child->child != NULL) FRCNN_TRY(check_keys(child, source));
        n++;
    }
    if (!cJSON_IsObject(value) || n < 2) return FRCNN_OK;

    const char **names = NULL;
    FRCNN_TRY(frcnn_alloc((void **)&names, n, sizeof *names, "the keys of a JSON object"));
    size_t i = 0;
    for (const cJSON *child = value->child; child != NULL; child = child->next) names[i++] = child->string;
    qsort(names, n, sizeof *names, compare_names);
    frcnn_status status = FRCNN_OK;
    for (i = 1; i < n && status == FRCNN_OK; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            status = frcnn_fail(FRCNN_ERROR_FORMAT, "%s: the key \"%.200s\" appears twice in the JSON text", source,
                                names[i]);
    frcnn_free(names);
    return status;
}

frcnn_status frcnn_json_parse(cJSON **out, const char *text, size_t n_bytes, const char *source)
{
    frcnn_status status = FRCNN_OK;
    cJSON *value = NULL;
    char *copy = NULL;
    FRCNN_FAIL_IF(n_bytes >= INT32_MAX, FRCNN_ERROR_FORMAT, "%s: %zu bytes of JSON text are too many", source, n_bytes);
    FRCNN_TRY(frcnn_alloc((void **)&copy, n_bytes + 1, 1, "JSON text"));
    memcpy(copy, text, n_bytes);
    copy[n_bytes] = '\0';
    FRCNN_TRY_CLEANUP(check_tokens(copy, n_bytes, source));

    const char *end = copy;
    value = cJSON_ParseWithLengthOpts(copy, n_bytes + 1, &end, 0);
    if (value != NULL) end += strspn(end, " \t\r\n");
    if (value == NULL || *end != '\0') {
        const char *expected = value == NULL ? "expected valid JSON" : "expected nothing after the value";
        if (*end == '\0')
            status = frcnn_fail(FRCNN_ERROR_FORMAT, "%s: byte %zu of the JSON text: %s, found its end", source,
                                (size_t)(end - copy), expected);
        else
            status = frcnn_fail(FRCNN_ERROR_FORMAT, "%s: byte %zu of the JSON text: %s, found \"%.20s\"", source,
                                (size_t)(end - copy), expected, end);
        goto cleanup;
    }
    FRCNN_TRY_CLEANUP(check_keys(value, source));
    *out = value;
    value = NULL;

cleanup:
    cJSON_Delete(value);
    frcnn_free(copy);
    return status;
}

int frcnn_json_get_integer(const cJSON *item, int64_t lowest, int64_t highest, int64_t *out)
{
    if (!cJSON_IsNumber(item)) return 0;
    const double value = item->valuedouble;
    if (!(fabs(value) < 0x1p53) || value != floor(value)) return 0;
    if ((int64_t)value < lowest || (int64_t)value > highest) return 0;
    *out = (int64_t)value;
    return 1;
}

static const char *get_kind(const cJSON *item)
{
    if (item == NULL) return "nothing";
    if (cJSON_IsArray(item)) return "a list";
    if (cJSON_IsObject(item)) return "an object";
    if (cJSON_IsTrue(item)) return "true";
    if (cJSON_IsFalse(item)) return "false";
    return "null";
}

const char *frcnn_json_describe(const cJSON *item, char text[FRCNN_JSON_DESCRIPTION])
{
    if (cJSON_IsNumber(item)) {
        snprintf(text, FRCNN_JSON_DESCRIPTION, "%.10g", item->valuedouble);
    } else if (cJSON_IsString(item)) {
        const size_t shown = strnlen(item->valuestring, FRCNN_JSON_DESCRIPTION - 6);
        const size_t whole = frcnn_utf8_get_valid(item->valuestring, shown);
        snprintf(text, FRCNN_JSON_DESCRIPTION, "\"%.*s%s\"", (int)whole, item->valuestring,
                 item->valuestring[whole] == '\0' ? "" : "...");
    } else {
        snprintf(text, FRCNN_JSON_DESCRIPTION, "%s", get_kind(item));
    }
    return text;
}
