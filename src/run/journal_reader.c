#include "run/journal_reader.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "tensor/error.h"
#include "tensor/memory.h"

struct frcnn_journal {
    char *path;
    FILE *stream;
    char *line; /* getline's */
    size_t line_capacity;
    int64_t n_lines, read_bytes;
    cJSON *header_json, *entry_json; /* hold the strings of header and entry */
    char *header_text;
    frcnn_journal_header header;
    frcnn_category *categories;
    frcnn_journal_entry entry;
    frcnn_journal_detection *detections;
    size_t detections_capacity;
};

static frcnn_status fail_line(const frcnn_journal *journal, const char *expected)
{
    return frcnn_fail(FRCNN_ERROR_FORMAT, "%s: line %" PRId64 ": expected %s", journal->path, journal->n_lines,
                      expected);
}

/* Reads and parses the next line. *json is NULL at the end, and where the last line has no end. */
static frcnn_status read_line(frcnn_journal *journal, cJSON **json)
{
    errno = 0;
    const ssize_t n_read = getline(&journal->line, &journal->line_capacity, journal->stream);
    FRCNN_FAIL_IF(n_read < 0 && errno == ENOMEM, FRCNN_ERROR_NO_MEMORY, "%s: out of memory for a line", journal->path);
    FRCNN_FAIL_IF(n_read < 0 && ferror(journal->stream), FRCNN_ERROR_IO, "%s: cannot read: %s", journal->path,
                  strerror(errno));
    *json = NULL;
    if (n_read <= 0 || journal->line[n_read - 1] != '\n') return FRCNN_OK;
    journal->n_lines++;
    journal->line[n_read - 1] = '\0';
    *json = cJSON_ParseWithLength(journal->line, (size_t)n_read);
    if (!cJSON_IsObject(*json)) {
        cJSON_Delete(*json);
        *json = NULL;
        return fail_line(journal, "a JSON object");
    }
    journal->read_bytes += n_read;
    return FRCNN_OK;
}

static const char *get_text(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* A whole number that a double holds exactly; 0 where the member is no such number. */
static int get_int(const cJSON *object, const char *name, int64_t *out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!cJSON_IsNumber(item) || fabs(item->valuedouble) > 9007199254740992.0 ||
        item->valuedouble != floor(item->valuedouble))
        return 0;
    *out = (int64_t)item->valuedouble;
    return 1;
}

static frcnn_status read_categories(frcnn_journal *journal, const cJSON *array)
{
    if (!cJSON_IsArray(array)) return fail_line(journal, "an array of categories");
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc(&block, (size_t)cJSON_GetArraySize(array), sizeof *journal->categories, "categories"));
    journal->categories = block;
    const cJSON *item = NULL;
    size_t n = 0;
    cJSON_ArrayForEach(item, array)
    {
        int64_t id = 0;
        const char *name = get_text(item, "name");
        if (name == NULL || !get_int(item, "id", &id) || id < INT32_MIN || id > INT32_MAX)
            return fail_line(journal, "categories with an id and a name");
        journal->categories[n++] = (frcnn_category){(int32_t)id, name};
    }
    journal->header.categories = journal->categories;
    journal->header.n_categories = n;
    return FRCNN_OK;
}

static frcnn_status read_header(frcnn_journal *journal)
{
    FRCNN_TRY(read_line(journal, &journal->header_json));
    const cJSON *json = journal->header_json;
    int64_t format = 0;
    FRCNN_FAIL_IF(json == NULL || !get_int(json, "frcnn", &format), FRCNN_ERROR_FORMAT,
                  "%s: expected the journal of a run, found no header line", journal->path);
    FRCNN_FAIL_IF(format != 1, FRCNN_ERROR_FORMAT, "%s: expected a journal of format 1, found format %" PRId64,
                  journal->path, format);
    const cJSON *model = cJSON_GetObjectItemCaseSensitive(json, "model");
    frcnn_journal_header *header = &journal->header;
    header->version = get_text(json, "version");
    header->model_name = get_text(model, "name");
    header->model_family = get_text(model, "family");
    header->model_sha256 = get_text(model, "sha256");
    if (header->version == NULL || header->model_name == NULL || header->model_family == NULL ||
        header->model_sha256 == NULL)
        return fail_line(journal, "the version and the model's name, family and sha256");
    FRCNN_TRY(frcnn_string_copy(&journal->header_text, journal->line));
    return read_categories(journal, cJSON_GetObjectItemCaseSensitive(json, "categories"));
}

frcnn_status frcnn_journal_open(frcnn_journal **out, const char *path)
{
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, 1, sizeof(frcnn_journal), "journal"));
    frcnn_journal *journal = block;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_string_copy(&journal->path, path));
    journal->stream = fopen(path, "re");
    if (journal->stream == NULL)
        FRCNN_TRY_CLEANUP(frcnn_fail(FRCNN_ERROR_IO, "%s: cannot read this journal: %s", path, strerror(errno)));
    FRCNN_TRY_CLEANUP(read_header(journal));
    *out = journal;
    return FRCNN_OK;

cleanup:
    frcnn_journal_close(&journal);
    return status;
}

void frcnn_journal_close(frcnn_journal **handle)
{
    frcnn_journal *journal = *handle;
    if (journal == NULL) return;
    if (journal->stream != NULL) fclose(journal->stream);
    free(journal->line);
    cJSON_Delete(journal->header_json);
    cJSON_Delete(journal->entry_json);
    frcnn_free(journal->header_text);
    frcnn_free(journal->categories);
    frcnn_free(journal->detections);
    frcnn_free(journal->path);
    frcnn_free(journal);
    *handle = NULL;
}

const frcnn_journal_header *frcnn_journal_get_header(const frcnn_journal *journal)
{
    return &journal->header;
}

const char *frcnn_journal_get_header_text(const frcnn_journal *journal)
{
    return journal->header_text;
}

int64_t frcnn_journal_get_read_bytes(const frcnn_journal *journal)
{
    return journal->read_bytes;
}

static int get_hex_digit(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = digit == '\0' ? NULL : strchr(digits, digit);
    return found == NULL ? -1 : (int)(found - digits);
}

/* Replaces hexadecimal digits by the bytes they name, in place; 0 where they name none, or a NUL. */
static int decode_hex(char *text)
{
    char *dst = text;
    for (const char *src = text; *src != '\0'; src += 2) {
        const int high = get_hex_digit(src[0]), low = high < 0 ? -1 : get_hex_digit(src[1]);
        if (low < 0 || (high == 0 && low == 0)) return 0;
        *dst++ = (char)(high * 16 + low);
    }
    *dst = '\0';
    return 1;
}

static frcnn_status reserve_detections(frcnn_journal *journal, size_t count)
{
    if (count <= journal->detections_capacity) return FRCNN_OK;
    void *block = journal->detections;
    FRCNN_TRY(frcnn_realloc(&block, journal->detections_capacity, count, sizeof *journal->detections, "detections"));
    journal->detections = block;
    journal->detections_capacity = count;
    return FRCNN_OK;
}

/* A number that stays finite in what is made of it, an area for one. */
static int get_float(const cJSON *item, float *out)
{
    static const double limit = 1e15;
    if (!cJSON_IsNumber(item) || !(fabs(item->valuedouble) <= limit)) return 0;
    *out = (float)item->valuedouble;
    return 1;
}

static int read_detection(const cJSON *item, frcnn_journal_detection *out)
{
    const cJSON *box = cJSON_GetObjectItemCaseSensitive(item, "bbox");
    const cJSON *score = cJSON_GetObjectItemCaseSensitive(item, "score");
    if (!get_int(item, "category_id", &out->category_id) || !get_float(score, &out->score) || !cJSON_IsArray(box) ||
        cJSON_GetArraySize(box) != 4)
        return 0;
    float *const side[] = {&out->x, &out->y, &out->width, &out->height};
    const cJSON *value = box->child;
    for (int i = 0; i < 4; i++, value = value->next)
        if (!get_float(value, side[i])) return 0;
    return 1;
}

static frcnn_status read_result(frcnn_journal *journal, frcnn_journal_entry *entry)
{
    const cJSON *json = journal->entry_json;
    const cJSON *detections = cJSON_GetObjectItemCaseSensitive(json, "detections");
    int64_t width = 0, height = 0;
    if (!get_int(json, "image_id", &entry->image_id) || !get_int(json, "width", &width) ||
        !get_int(json, "height", &height) || width < 1 || height < 1 || width > INT32_MAX || height > INT32_MAX ||
        !cJSON_IsArray(detections))
        return fail_line(journal, "image_id, width, height and detections, or an error");
    entry->width = (int)width;
    entry->height = (int)height;
    FRCNN_TRY(reserve_detections(journal, (size_t)cJSON_GetArraySize(detections)));
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, detections)
    {
        if (!read_detection(item, &journal->detections[entry->n_detections++]))
            return fail_line(journal, "detections with category_id, a bbox of four numbers and score");
    }
    entry->detections = journal->detections;
    return FRCNN_OK;
}

frcnn_status frcnn_journal_read(frcnn_journal *journal, const frcnn_journal_entry **out)
{
    cJSON_Delete(journal->entry_json);
    journal->entry_json = NULL;
    FRCNN_TRY(read_line(journal, &journal->entry_json));
    if (journal->entry_json == NULL) {
        *out = NULL;
        return FRCNN_OK;
    }
    frcnn_journal_entry entry = {0};
    char *bytes = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(journal->entry_json, "file_bytes"));
    if (bytes != NULL && !decode_hex(bytes)) return fail_line(journal, "file_bytes in hexadecimal");
    entry.file = bytes != NULL ? bytes : get_text(journal->entry_json, "file");
    if (entry.file == NULL) return fail_line(journal, "the name of a file");
    entry.error = get_text(journal->entry_json, "error");
    if (entry.error == NULL) FRCNN_TRY(read_result(journal, &entry));
    journal->entry = entry;
    *out = &journal->entry;
    return FRCNN_OK;
}
