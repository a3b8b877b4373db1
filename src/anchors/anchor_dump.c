/* Anchors as files for other tools. */
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "anchors/anchor_config.h"
#include "anchors/anchor_grid.h"
#include "frcnn/checkpoint.h"
#include "frcnn/join.h"
#include "frcnn/npy.h"
#include "tensor/atomic_file.h"
#include "tensor/ends_with.h"
#include "tensor/error.h"
#include "tensor/float_text.h"

enum { BOX = 4, ROW_TEXT_BYTES = BOX * (FRCNN_FLOAT_TEXT_BYTES + 1) + 3 };

typedef enum dump_format { FORMAT_CSV, FORMAT_JSON, FORMAT_NPY, FORMAT_SAFETENSORS } dump_format;

static const char *const format_names[] = {"csv", "json", "npy", "safetensors"};
enum { N_FORMATS = sizeof format_names / sizeof *format_names };

static frcnn_status find_format(dump_format *out, const char *name, const char *path)
{
    for (int i = 0; i < N_FORMATS; i++) {
        char suffix[16];
        snprintf(suffix, sizeof suffix, ".%s", format_names[i]);
        if (name != NULL ? strcmp(name, format_names[i]) == 0 : frcnn_ends_with(path, suffix)) {
            *out = (dump_format)i;
            return FRCNN_OK;
        }
    }
    if (name == NULL)
        return frcnn_fail(FRCNN_ERROR_INVALID,
                          "%s: expected a name that ends in .csv, .json, .npy or .safetensors, or a format", path);
    return frcnn_fail(FRCNN_ERROR_INVALID, "format: expected csv, json, npy or safetensors, found '%s'", name);
}

/* One level's anchors: of all cells, or without grids of one. */
static frcnn_status create_level(frcnn_tensor **out, const frcnn_anchor_config *config, const frcnn_anchor_grids *grids,
                                 int level)
{
    return grids != NULL ? frcnn_anchors_create_level(out, config, grids, level)
                         : frcnn_anchors_create_base(out, config, level);
}

/* "a,b,c,d" */
static void format_row(char text[ROW_TEXT_BYTES], const float *box)
{
    size_t n = 0;
    for (int i = 0; i < BOX; i++) {
        char number[FRCNN_FLOAT_TEXT_BYTES];
        frcnn_float_text(number, box[i]);
        n += (size_t)snprintf(text + n, ROW_TEXT_BYTES - n, "%s%s", i > 0 ? "," : "", number);
    }
}

static frcnn_status print_csv(FILE *stream, const frcnn_anchor_config *config, const frcnn_anchor_grids *grids)
{
    fprintf(stream, frcnn_anchor_convention_is_yx(config->convention) ? "level,y,x,anchor,y1,x1,y2,x2\n"
                                                                      : "level,y,x,anchor,x1,y1,x2,y2\n");
    for (int level = 0; level < config->n_levels; level++) {
        const int n_base = frcnn_anchor_config_get_n_base(config, level);
        const int grid_w = grids != NULL ? grids->grid_w[level] : 1;
        frcnn_tensor *anchors = NULL;
        FRCNN_TRY(create_level(&anchors, config, grids, level));
        const float *box = frcnn_tensor_get_const_data(anchors);
        const int64_t n = frcnn_tensor_get_n_elements(anchors) / BOX;
        for (int64_t i = 0; i < n; i++, box += BOX) {
            char row[ROW_TEXT_BYTES];
            format_row(row, box);
            fprintf(stream, "%d,%lld,%lld,%lld,%s\n", level, (long long)(i / n_base / grid_w),
                    (long long)(i / n_base % grid_w), (long long)(i % n_base), row);
        }
        frcnn_tensor_destroy(&anchors);
    }
    return FRCNN_OK;
}

/* {"level", "grid", "stride", "anchors": [[x1, y1, x2, y2], …]}; NULL where memory ran out. */
static cJSON *create_level_json(const frcnn_anchor_config *config, const frcnn_anchor_grids *grids, int level,
                                const frcnn_tensor *anchors)
{
    cJSON *object = cJSON_CreateObject();
    const int stride[] = {grids != NULL ? grids->stride_y[level] : config->levels[level].stride_y,
                          grids != NULL ? grids->stride_x[level] : config->levels[level].stride_x};
    int is_made = cJSON_AddNumberToObject(object, "level", level) != NULL;
    if (grids != NULL) {
        const int grid[] = {grids->grid_h[level], grids->grid_w[level]};
        is_made = is_made && cJSON_AddItemToObject(object, "grid", cJSON_CreateIntArray(grid, 2));
    }
    is_made = is_made && cJSON_AddItemToObject(object, "stride", cJSON_CreateIntArray(stride, 2));
    cJSON *rows = cJSON_AddArrayToObject(object, "anchors");
    const float *box = frcnn_tensor_get_const_data(anchors);
    const int64_t n = frcnn_tensor_get_n_elements(anchors) / BOX;
    is_made = is_made && rows != NULL;
    for (int64_t i = 0; i < n && is_made; i++, box += BOX) {
        char row[ROW_TEXT_BYTES + 2] = "[";
        format_row(row + 1, box);
        const size_t length = strlen(row);
        row[length] = ']';
        row[length + 1] = '\0';
        is_made = cJSON_AddItemToArray(rows, cJSON_CreateRaw(row));
    }
    if (is_made) return object;
    cJSON_Delete(object);
    return NULL;
}

static frcnn_status print_json(FILE *stream, const frcnn_anchor_config *config, const frcnn_anchor_grids *grids)
{
    static const char *const xy[] = {"x1", "y1", "x2", "y2"};
    static const char *const yx[] = {"y1", "x1", "y2", "x2"};
    const char *const *names = frcnn_anchor_convention_is_yx(config->convention) ? yx : xy;
    frcnn_status status = FRCNN_OK;
    cJSON *root = cJSON_CreateObject();
    int is_made =
        cJSON_AddStringToObject(root, "convention", frcnn_anchor_convention_get_name(config->convention)) != NULL;
    is_made = is_made && cJSON_AddItemToObject(root, "coordinates", cJSON_CreateStringArray(names, BOX));
    cJSON *levels = is_made ? cJSON_AddArrayToObject(root, "levels") : NULL;
    char *text = NULL;
    for (int level = 0; level < config->n_levels && levels != NULL; level++) {
        frcnn_tensor *anchors = NULL;
        FRCNN_TRY_CLEANUP(create_level(&anchors, config, grids, level));
        if (!cJSON_AddItemToArray(levels, create_level_json(config, grids, level, anchors))) levels = NULL;
        frcnn_tensor_destroy(&anchors);
    }
    text = levels != NULL ? cJSON_PrintUnformatted(root) : NULL;
    if (text == NULL)
        status = frcnn_fail(FRCNN_ERROR_NO_MEMORY, "anchors: no memory for the JSON");
    else
        fprintf(stream, "%s\n", text);

cleanup:
    cJSON_free(text);
    cJSON_Delete(root);
    return status;
}

static frcnn_status print_format(FILE *stream, dump_format format, const frcnn_anchor_config *config,
                                 const frcnn_anchor_grids *grids)
{
    FRCNN_TRY(grids != NULL ? frcnn_anchor_grids_check(config, grids) : frcnn_anchor_config_check(config));
    return format == FORMAT_CSV ? print_csv(stream, config, grids) : print_json(stream, config, grids);
}

frcnn_status frcnn_anchors_print(FILE *stream, const char *format_name, const frcnn_anchor_config *config,
                                 const frcnn_anchor_grids *grids)
{
    dump_format format = FORMAT_CSV;
    FRCNN_TRY(find_format(&format, format_name, ""));
    FRCNN_FAIL_IF(format != FORMAT_CSV && format != FORMAT_JSON, FRCNN_ERROR_INVALID,
                  "format: expected csv or json for text, found '%s'", format_name);
    FRCNN_TRY(print_format(stream, format, config, grids));
    FRCNN_FAIL_IF(fflush(stream) != 0 || ferror(stream), FRCNN_ERROR_IO, "anchors: cannot be written");
    return FRCNN_OK;
}

/* Level after level in one tensor, [N, 4]. */
static frcnn_status create_all(frcnn_tensor **out, const frcnn_anchor_config *config, const frcnn_anchor_grids *grids)
{
    if (grids != NULL) return frcnn_anchors_create(out, config, grids);
    frcnn_tensor *levels[FRCNN_MAX_LEVELS] = {NULL};
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY(frcnn_anchor_config_check(config));
    for (int i = 0; i < config->n_levels; i++) FRCNN_TRY_CLEANUP(frcnn_anchors_create_base(&levels[i], config, i));
    status = frcnn_tensor_cat(out, (const frcnn_tensor *const *)levels, config->n_levels, 0);

cleanup:
    for (int i = 0; i < FRCNN_MAX_LEVELS; i++) frcnn_tensor_destroy(&levels[i]);
    return status;
}

/* One tensor a level, "level.0" and so on. */
static frcnn_status save_safetensors(const char *path, const frcnn_anchor_config *config,
                                     const frcnn_anchor_grids *grids)
{
    frcnn_tensor *levels[FRCNN_MAX_LEVELS] = {NULL};
    char names[FRCNN_MAX_LEVELS][24];
    const char *name_list[FRCNN_MAX_LEVELS];
    const char *const key = "convention";
    const char *const value = frcnn_anchor_convention_get_name(config->convention);
    frcnn_status status = FRCNN_OK;
    for (int i = 0; i < config->n_levels; i++) {
        FRCNN_TRY_CLEANUP(create_level(&levels[i], config, grids, i));
        snprintf(names[i], sizeof names[i], "level.%d", i);
        name_list[i] = names[i];
    }
    status = frcnn_safetensors_save(path, (size_t)config->n_levels, name_list, (const frcnn_tensor *const *)levels, 1,
                                    &key, &value);

cleanup:
    for (int i = 0; i < FRCNN_MAX_LEVELS; i++) frcnn_tensor_destroy(&levels[i]);
    return status;
}

frcnn_status frcnn_anchors_save(const char *path, const char *format_name, const frcnn_anchor_config *config,
                                const frcnn_anchor_grids *grids)
{
    dump_format format = FORMAT_CSV;
    FRCNN_TRY(find_format(&format, format_name, path));
    FRCNN_TRY(frcnn_anchor_config_check(config));
    if (format == FORMAT_SAFETENSORS) return save_safetensors(path, config, grids);
    if (format == FORMAT_NPY) {
        frcnn_tensor *anchors = NULL;
        FRCNN_TRY(create_all(&anchors, config, grids));
        const frcnn_status status = frcnn_npy_save(anchors, path);
        frcnn_tensor_destroy(&anchors);
        return status;
    }
    frcnn_atomic_file *file = NULL;
    FRCNN_TRY(frcnn_atomic_file_open(&file, path));
    const frcnn_status status = print_format(frcnn_atomic_file_get_stream(file), format, config, grids);
    if (status == FRCNN_OK) return frcnn_atomic_file_commit(&file);
    frcnn_atomic_file_abort(&file);
    return status;
}
