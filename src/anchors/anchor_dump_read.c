#include "anchors/anchor_dump_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "checkpoint/json_text.h"
#include "frcnn/checkpoint.h"
#include "frcnn/npy.h"
#include "image/file_bytes.h"
#include "tensor/ends_with.h"
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/number_text.h"

enum { BOX = 4 };

/* Rows that grow. */
typedef struct rows {
    float *values;
    size_t n, capacity; /* values */
} rows;

static frcnn_status append(rows *self, const float *box)
{
    if (self->n == self->capacity) {
        void *block = self->values;
        const size_t capacity = self->capacity > 0 ? 2 * self->capacity : 1024;
        FRCNN_TRY(frcnn_realloc(&block, self->n, capacity, sizeof *box, "anchors"));
        self->values = block;
        self->capacity = capacity;
    }
    memcpy(self->values + self->n, box, BOX * sizeof *box);
    self->n += BOX;
    return FRCNN_OK;
}

static frcnn_status create_tensor(frcnn_tensor **out, const rows *self)
{
    const int64_t shape[] = {(int64_t)(self->n / BOX), BOX};
    FRCNN_TRY(frcnn_tensor_empty(out, FRCNN_F32, 2, shape));
    if (self->n > 0) memcpy(frcnn_tensor_get_data(*out), self->values, self->n * sizeof *self->values);
    return FRCNN_OK;
}

/* The coordinates in a convention's order. */
static const char *const *get_names(int is_yx)
{
    static const char *const names[2][BOX] = {{"x1", "y1", "x2", "y2"}, {"y1", "x1", "y2", "x2"}};
    return names[is_yx != 0];
}

enum { CSV_MAX_COLUMNS = 64, CSV_FIELD_BYTES = 64 };

/* A line of a CSV file, its fields without quotes and spaces around them. */
typedef struct csv_line {
    char fields[CSV_MAX_COLUMNS][CSV_FIELD_BYTES];
    int n;
} csv_line;

/* Returns the length with the line's end; longer fields are cut, more columns are counted only. */
static size_t read_csv_line(csv_line *line, const char *text, size_t n_bytes)
{
    size_t i = 0;
    line->n = 0;
    for (;;) {
        size_t start = i;
        while (i < n_bytes && text[i] != ',' && text[i] != '\n') i++;
        size_t end = i;
        while (start < end && strchr(" \t\r\"", text[start]) != NULL) start++;
        while (end > start && strchr(" \t\r\"", text[end - 1]) != NULL) end--;
        if (line->n < CSV_MAX_COLUMNS)
            snprintf(line->fields[line->n], CSV_FIELD_BYTES, "%.*s",
                     (int)(end - start < CSV_FIELD_BYTES ? end - start : CSV_FIELD_BYTES - 1), text + start);
        line->n++;
        if (i == n_bytes) return i;
        if (text[i++] == '\n') return i;
    }
}

static int is_number(const char *text, float *value)
{
    double number = 0;
    if (!frcnn_number_text_read(text, &number)) return 0;
    *value = (float)number;
    return 1;
}

/* Which columns hold the box: by their names, or the four that there are. *has_header where the line is one. */
static frcnn_status find_columns(int *columns, int *has_header, const csv_line *line, int is_yx, const char *path)
{
    float value = 0;
    const char *const *names = get_names(is_yx);
    *has_header = line->n > 0 && !is_number(line->fields[0], &value);
    FRCNN_FAIL_IF(line->n > CSV_MAX_COLUMNS, FRCNN_ERROR_FORMAT, "%s: line 1: expected at most %d columns, found %d",
                  path, CSV_MAX_COLUMNS, line->n);
    FRCNN_FAIL_IF(!*has_header && line->n != BOX, FRCNN_ERROR_FORMAT,
                  "%s: line 1: expected a header with x1, y1, x2 and y2, or four numbers, found %d", path, line->n);
    for (int i = 0; i < BOX; i++) {
        columns[i] = *has_header ? -1 : i;
        for (int k = 0; k < line->n && *has_header; k++)
            if (strcmp(line->fields[k], names[i]) == 0) columns[i] = k;
        FRCNN_FAIL_IF(columns[i] < 0, FRCNN_ERROR_FORMAT, "%s: line 1: expected a column %s in the header, found none",
                      path, names[i]);
    }
    return FRCNN_OK;
}

static frcnn_status read_csv_rows(rows *out, const char *text, size_t n_bytes, int is_yx, const char *path)
{
    int columns[BOX];
    int has_header = 0;
    int n_columns = 0;
    csv_line line;
    long long number = 0;
    /* Spreadsheets begin with a byte order mark. */
    for (size_t i = n_bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; i < n_bytes;) {
        i += read_csv_line(&line, text + i, n_bytes - i);
        number++;
        if (line.n == 1 && line.fields[0][0] == '\0') continue;
        if (n_columns == 0) {
            FRCNN_TRY(find_columns(columns, &has_header, &line, is_yx, path));
            n_columns = line.n;
            if (has_header) continue;
        }
        FRCNN_FAIL_IF(line.n != n_columns, FRCNN_ERROR_FORMAT, "%s: line %lld: expected %d columns, found %d", path,
                      number, n_columns, line.n);
        float box[BOX];
        for (int k = 0; k < BOX; k++)
            FRCNN_FAIL_IF(!is_number(line.fields[columns[k]], &box[k]), FRCNN_ERROR_FORMAT,
                          "%s: line %lld: expected a number in column %d, found '%s'", path, number, columns[k] + 1,
                          line.fields[columns[k]]);
        FRCNN_TRY(append(out, box));
    }
    return FRCNN_OK;
}

static frcnn_status read_csv(frcnn_anchor_dump *out, const uint8_t *bytes, size_t n_bytes, int is_yx, const char *path)
{
    rows found = {NULL, 0, 0};
    frcnn_status status = read_csv_rows(&found, (const char *)bytes, n_bytes, is_yx, path);
    if (status == FRCNN_OK) status = create_tensor(&out->tensors[0], &found);
    if (status == FRCNN_OK) out->n_tensors = 1;
    frcnn_free(found.values);
    return status;
}

static frcnn_status fail_json(const char *path, const cJSON *found, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static frcnn_status fail_json(const char *path, const cJSON *found, const char *format, ...)
{
    char where[200];
    char text[FRCNN_JSON_DESCRIPTION];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(where, sizeof where, format, arguments);
    va_end(arguments);
    return frcnn_fail(FRCNN_ERROR_FORMAT, "%s: %s, found %s", path, where, frcnn_json_describe(found, text));
}

static frcnn_status read_json_rows(frcnn_tensor **out, const cJSON *list, int level, const int *order, const char *path)
{
    rows found = {NULL, 0, 0};
    frcnn_status status = FRCNN_OK;
    long long number = 0;
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, list)
    {
        float box[BOX];
        int n = 0;
        const cJSON *value = NULL;
        cJSON_ArrayForEach(value, item)
        {
            if (!cJSON_IsNumber(value)) {
                status = fail_json(path, value, "level %d, row %lld: expected numbers", level, number);
                goto cleanup;
            }
            if (n < BOX) box[order[n]] = (float)value->valuedouble;
            n++;
        }
        if (!cJSON_IsArray(item) || n != BOX) {
            status = fail_json(path, item, "level %d, row %lld: expected a row of four numbers", level, number);
            goto cleanup;
        }
        FRCNN_TRY_CLEANUP(append(&found, box));
        number++;
    }
    status = create_tensor(out, &found);

cleanup:
    frcnn_free(found.values);
    return status;
}

/* Where each value of a row belongs, by the names that the file has for them. */
static frcnn_status read_json_order(int *order, const cJSON *names, int is_yx, const char *path)
{
    const char *const *wanted = get_names(is_yx);
    unsigned seen = 0;
    const cJSON *name = NULL;
    int n = 0;
    cJSON_ArrayForEach(name, names)
    {
        for (int i = 0; i < BOX && n < BOX; i++)
            if (cJSON_IsString(name) && strcmp(name->valuestring, wanted[i]) == 0) {
                order[n] = i;
                seen |= 1u << i;
            }
        n++;
    }
    if (n == BOX && seen == (1u << BOX) - 1) return FRCNN_OK;
    return fail_json(path, names, "coordinates: expected x1, y1, x2 and y2, each once");
}

static frcnn_status read_json_root(frcnn_anchor_dump *out, const cJSON *root, int is_yx, const char *path)
{
    int order[BOX] = {0, 1, 2, 3};
    const cJSON *levels = root;
    if (cJSON_IsObject(root)) {
        const cJSON *names = cJSON_GetObjectItemCaseSensitive(root, "coordinates");
        if (names != NULL) FRCNN_TRY(read_json_order(order, names, is_yx, path));
        levels = cJSON_GetObjectItemCaseSensitive(root, "levels");
        if (!cJSON_IsArray(levels)) return fail_json(path, levels, "levels: expected a list");
    } else if (!cJSON_IsArray(root)) {
        return fail_json(path, root, "expected a list of rows, a list of levels, or an object with levels");
    } else if (root->child == NULL || !cJSON_IsArray(root->child) || !cJSON_IsArray(root->child->child)) {
        FRCNN_TRY(read_json_rows(&out->tensors[0], root, 0, order, path));
        out->n_tensors = 1;
        return FRCNN_OK;
    }
    const cJSON *level = NULL;
    cJSON_ArrayForEach(level, levels)
    {
        const int i = out->n_tensors;
        const cJSON *list = cJSON_IsObject(level) ? cJSON_GetObjectItemCaseSensitive(level, "anchors") : level;
        if (!cJSON_IsArray(list)) return fail_json(path, list, "level %d: expected a list of rows", i);
        FRCNN_FAIL_IF(i == FRCNN_MAX_LEVELS, FRCNN_ERROR_FORMAT, "%s: expected at most %d levels, found more", path,
                      FRCNN_MAX_LEVELS);
        FRCNN_TRY(read_json_rows(&out->tensors[i], list, i, order, path));
        out->n_tensors++;
    }
    FRCNN_FAIL_IF(out->n_tensors == 0, FRCNN_ERROR_FORMAT, "%s: expected levels, found none", path);
    return FRCNN_OK;
}

static frcnn_status read_json(frcnn_anchor_dump *out, const uint8_t *bytes, size_t n_bytes, int is_yx, const char *path)
{
    cJSON *root = NULL;
    FRCNN_TRY(frcnn_json_parse(&root, (const char *)bytes, n_bytes, path));
    const frcnn_status status = read_json_root(out, root, is_yx, path);
    cJSON_Delete(root);
    return status;
}

static frcnn_status share(frcnn_anchor_dump *out, const frcnn_tensor *tensor)
{
    FRCNN_TRY(frcnn_tensor_share(&out->tensors[out->n_tensors], tensor));
    out->n_tensors++;
    return FRCNN_OK;
}

static frcnn_status read_tensors(frcnn_anchor_dump *out, const frcnn_checkpoint *checkpoint)
{
    const size_t n = frcnn_checkpoint_get_count(checkpoint);
    if (n == 1) return share(out, frcnn_checkpoint_get_tensor(checkpoint, 0));
    for (size_t i = 0; i < n; i++) {
        char name[32];
        snprintf(name, sizeof name, "level.%zu", i);
        const frcnn_tensor *tensor = i < FRCNN_MAX_LEVELS ? frcnn_checkpoint_find(checkpoint, name) : NULL;
        FRCNN_FAIL_IF(tensor == NULL, FRCNN_ERROR_FORMAT, "%s: expected one tensor, or level.0 to level.%zu, found %s",
                      frcnn_checkpoint_get_path(checkpoint), n - 1, frcnn_checkpoint_get_name(checkpoint, i));
        FRCNN_FAIL_IF(out->n_tensors > 0 && frcnn_tensor_get_dtype(tensor) != frcnn_tensor_get_dtype(out->tensors[0]),
                      FRCNN_ERROR_FORMAT, "%s: expected tensors of one dtype, found %s and %s",
                      frcnn_checkpoint_get_path(checkpoint),
                      frcnn_dtype_get_name(frcnn_tensor_get_dtype(out->tensors[0])),
                      frcnn_dtype_get_name(frcnn_tensor_get_dtype(tensor)));
        FRCNN_TRY(share(out, tensor));
    }
    FRCNN_FAIL_IF(n == 0, FRCNN_ERROR_FORMAT, "%s: expected tensors, found none",
                  frcnn_checkpoint_get_path(checkpoint));
    return FRCNN_OK;
}

static frcnn_status read_safetensors(frcnn_anchor_dump *out, const char *path)
{
    frcnn_checkpoint *checkpoint = NULL;
    FRCNN_TRY(frcnn_checkpoint_open(&checkpoint, path));
    const frcnn_status status = read_tensors(out, checkpoint);
    frcnn_checkpoint_close(&checkpoint);
    return status;
}

frcnn_status frcnn_anchor_dump_parse(frcnn_anchor_dump *out, const uint8_t *bytes, size_t n_bytes, int is_csv,
                                     int is_yx, const char *path)
{
    frcnn_anchor_dump dump = {0, {NULL}, FRCNN_F32};
    const frcnn_status status = (is_csv ? read_csv : read_json)(&dump, bytes, n_bytes, is_yx, path);
    if (status == FRCNN_OK)
        *out = dump;
    else
        frcnn_anchor_dump_deinit(&dump);
    return status;
}

static frcnn_status read_text(frcnn_anchor_dump *out, int is_yx, const char *path)
{
    uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    FRCNN_TRY(frcnn_file_read(&bytes, &n_bytes, path));
    const frcnn_status status =
        frcnn_anchor_dump_parse(out, bytes, n_bytes, frcnn_ends_with(path, ".csv"), is_yx, path);
    frcnn_free(bytes);
    return status;
}

/* A tensor that compare would refuse is better told of with its file's name. */
static frcnn_status check_tensors(const frcnn_anchor_dump *dump, int n_levels, const char *path)
{
    FRCNN_FAIL_IF(dump->n_tensors != 1 && dump->n_tensors != n_levels, FRCNN_ERROR_INVALID,
                  "%s: expected all anchors in one, or %d levels, found %d", path, n_levels, dump->n_tensors);
    for (int i = 0; i < dump->n_tensors; i++) {
        const frcnn_tensor *tensor = dump->tensors[i];
        const int n_dims = frcnn_tensor_get_n_dims(tensor);
        const int64_t last = n_dims > 0 ? frcnn_tensor_get_shape(tensor)[n_dims - 1] : 0;
        const frcnn_dtype dtype = frcnn_tensor_get_dtype(tensor);
        FRCNN_FAIL_IF(n_dims < 2 || last != BOX, FRCNN_ERROR_INVALID,
                      "%s: expected a shape that ends in 4, as [N, 4], found %d dimensions, the last of %lld", path,
                      n_dims, (long long)last);
        FRCNN_FAIL_IF(dtype != FRCNN_F32 && dtype != FRCNN_F64 && dtype != FRCNN_F16 && dtype != FRCNN_BF16,
                      FRCNN_ERROR_INVALID, "%s: expected floating-point values, found %s", path,
                      frcnn_dtype_get_name(dtype));
    }
    return FRCNN_OK;
}

frcnn_status frcnn_anchor_golden_load_dump(frcnn_anchor_dump *out, const frcnn_anchor_golden *golden, const char *path)
{
    frcnn_anchor_dump dump = {0, {NULL}, FRCNN_F32};
    frcnn_status status = FRCNN_OK;
    const frcnn_anchor_config *config = frcnn_anchor_golden_get_config(golden);
    const int is_yx = frcnn_anchor_convention_is_yx(config->convention);
    if (frcnn_ends_with(path, ".npy")) {
        FRCNN_TRY_CLEANUP(frcnn_npy_load(&dump.tensors[0], path, (frcnn_device){FRCNN_CPU, 0}));
        dump.n_tensors = 1;
    } else if (frcnn_ends_with(path, ".safetensors")) {
        FRCNN_TRY_CLEANUP(read_safetensors(&dump, path));
    } else if (frcnn_ends_with(path, ".csv") || frcnn_ends_with(path, ".json")) {
        FRCNN_TRY_CLEANUP(read_text(&dump, is_yx, path));
    } else {
        status =
            frcnn_fail(FRCNN_ERROR_INVALID, "%s: expected a name that ends in .npy, .csv, .json or .safetensors", path);
        goto cleanup;
    }
    FRCNN_TRY_CLEANUP(check_tensors(&dump, config->n_levels, path));
    dump.dtype = frcnn_tensor_get_dtype(dump.tensors[0]);
    *out = dump;
    return FRCNN_OK;

cleanup:
    frcnn_anchor_dump_deinit(&dump);
    return status;
}

void frcnn_anchor_dump_deinit(frcnn_anchor_dump *dump)
{
    for (int i = 0; i < FRCNN_MAX_LEVELS; i++) frcnn_tensor_destroy(&dump->tensors[i]);
    dump->n_tensors = 0;
}
