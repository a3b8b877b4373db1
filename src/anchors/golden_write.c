/* A golden file as text that people read: what fits stands on one line. */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "anchors/anchor_config.h"
#include "anchors/golden_file.h"
#include "tensor/atomic_file.h"
#include "tensor/error.h"
#include "tensor/float_text.h"

enum { BOX = 4, MAX_COLUMNS = 100, INDENT = 2 };

/* The shortest of 15 to 17 digits that reads back to the same double; cJSON's own may be an ulp off. */
static cJSON *create_double(double value)
{
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break;
    }
    frcnn_float_text_restore_point(text);
    return cJSON_CreateRaw(text);
}

static cJSON *create_int64(int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)value);
    return cJSON_CreateRaw(text);
}

/* Takes item, which may be NULL; 0 where memory ran out. */
static int add(cJSON *object, const char *name, cJSON *item)
{
    if (item != NULL && cJSON_AddItemToObject(object, name, item)) return 1;
    cJSON_Delete(item);
    return 0;
}

static int append(cJSON *array, cJSON *item)
{
    if (item != NULL && cJSON_AddItemToArray(array, item)) return 1;
    cJSON_Delete(item);
    return 0;
}

/* The array where all of it could be made; else deletes it. */
static cJSON *keep_if(cJSON *item, int is_made)
{
    if (is_made) return item;
    cJSON_Delete(item);
    return NULL;
}

static cJSON *create_doubles(const double *values, int n)
{
    cJSON *array = cJSON_CreateArray();
    int is_made = array != NULL;
    for (int i = 0; i < n && is_made; i++) is_made = append(array, create_double(values[i]));
    return keep_if(array, is_made);
}

static cJSON *create_pair(int first, int second)
{
    const int values[] = {first, second};
    return cJSON_CreateIntArray(values, 2);
}

static cJSON *create_box(const float *box)
{
    cJSON *array = cJSON_CreateArray();
    int is_made = array != NULL;
    for (int i = 0; i < BOX && is_made; i++) {
        char text[FRCNN_FLOAT_TEXT_BYTES];
        frcnn_float_text(text, box[i]);
        is_made = append(array, cJSON_CreateRaw(text));
    }
    return keep_if(array, is_made);
}

static cJSON *create_sample(const frcnn_golden_sample *sample)
{
    cJSON *object = cJSON_CreateObject();
    return keep_if(object, add(object, "index", create_int64(sample->index)) &&
                               add(object, "cell", create_pair(sample->y, sample->x)) &&
                               add(object, "anchor", create_int64(sample->anchor)) &&
                               add(object, "box", create_box(sample->box)));
}

static cJSON *create_level(const frcnn_anchor_golden *golden, int i)
{
    const frcnn_anchor_level_config *config = &golden->config.levels[i];
    const frcnn_anchor_grids *grids = &golden->grids;
    const frcnn_golden_level *level = &golden->levels[i];
    cJSON *object = cJSON_CreateObject();
    cJSON *base = cJSON_CreateArray();
    cJSON *samples = cJSON_CreateArray();
    int is_made = base != NULL && samples != NULL;
    for (int k = 0; k < level->n_base && is_made; k++)
        is_made = append(base, create_box(level->base + (ptrdiff_t)k * BOX));
    for (int k = 0; k < level->n_samples && is_made; k++) is_made = append(samples, create_sample(&level->samples[k]));
    is_made = is_made && add(object, "sizes", create_doubles(config->sizes, config->n_sizes)) &&
              add(object, "ratios", create_doubles(config->ratios, config->n_ratios)) &&
              add(object, "nominal_stride", create_pair(config->stride_y, config->stride_x)) &&
              add(object, "grid", create_pair(grids->grid_h[i], grids->grid_w[i])) &&
              add(object, "stride", create_pair(grids->stride_y[i], grids->stride_x[i])) &&
              add(object, "count", create_int64(level->count));
    if (is_made) {
        is_made = add(object, "base", base);
        base = NULL;
    }
    if (is_made) {
        is_made = add(object, "samples", samples);
        samples = NULL;
    }
    cJSON_Delete(base);
    cJSON_Delete(samples);
    return keep_if(object, is_made && add(object, "sha256", cJSON_CreateString(level->sha256)));
}

static cJSON *create_root(const frcnn_anchor_golden *golden)
{
    const frcnn_anchor_config *config = &golden->config;
    cJSON *root = cJSON_CreateObject();
    cJSON *levels = NULL;
    int is_made = add(root, "frcnn_anchors", create_int64(FRCNN_GOLDEN_VERSION)) &&
                  add(root, "convention", cJSON_CreateString(frcnn_anchor_convention_get_name(config->convention))) &&
                  add(root, "order", cJSON_CreateString(frcnn_anchor_config_is_size_major(config) ? "size" : "ratio"));
    if (frcnn_anchor_convention_has_offset(config->convention))
        is_made = is_made && add(root, "offset", create_double(config->offset));
    if (frcnn_anchor_convention_has_base_size(config->convention))
        is_made = is_made && add(root, "base_size", create_double(config->base_size));
    is_made = is_made && add(root, "image", create_pair(golden->grids.image_h, golden->grids.image_w));
    levels = is_made ? cJSON_AddArrayToObject(root, "levels") : NULL;
    is_made = levels != NULL;
    for (int i = 0; i < config->n_levels && is_made; i++) is_made = append(levels, create_level(golden, i));
    return keep_if(root, is_made && add(root, "total", create_int64(golden->total)) &&
                             add(root, "sha256", cJSON_CreateString(golden->sha256)));
}

/* Returns 0 where memory ran out. */
static int print(FILE *stream, const cJSON *item, size_t indent, size_t used)
{
    char *line = cJSON_PrintUnformatted(item);
    if (line == NULL) return 0;
    int is_printed = 1;
    if (item->child == NULL || used + strlen(line) <= MAX_COLUMNS) {
        fputs(line, stream);
    } else {
        fputc(cJSON_IsArray(item) ? '[' : '{', stream);
        for (const cJSON *child = item->child; child != NULL && is_printed; child = child->next) {
            fprintf(stream, "\n%*s", (int)(indent + INDENT), "");
            if (child->string != NULL) fprintf(stream, "\"%s\": ", child->string);
            const size_t n_key = child->string != NULL ? strlen(child->string) + 4 : 0;
            is_printed = print(stream, child, indent + INDENT, indent + INDENT + n_key);
            if (child->next != NULL) fputc(',', stream);
        }
        fprintf(stream, "\n%*s%c", (int)indent, "", cJSON_IsArray(item) ? ']' : '}');
    }
    cJSON_free(line);
    return is_printed;
}

static frcnn_status print_golden(FILE *stream, const frcnn_anchor_golden *golden)
{
    cJSON *root = create_root(golden);
    const int is_printed = root != NULL && print(stream, root, 0, 0);
    cJSON_Delete(root);
    FRCNN_FAIL_IF(!is_printed, FRCNN_ERROR_NO_MEMORY, "golden file: no memory for the JSON");
    fputc('\n', stream);
    return FRCNN_OK;
}

frcnn_status frcnn_anchor_golden_save(const char *path, const frcnn_anchor_config *config,
                                      const frcnn_anchor_grids *grids)
{
    frcnn_anchor_golden *golden = NULL;
    frcnn_atomic_file *file = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY(frcnn_golden_make(&golden, config, grids, NULL));
    FRCNN_TRY_CLEANUP(frcnn_atomic_file_open(&file, path));
    FRCNN_TRY_CLEANUP(print_golden(frcnn_atomic_file_get_stream(file), golden));
    status = frcnn_atomic_file_commit(&file);

cleanup:
    frcnn_atomic_file_abort(&file);
    frcnn_anchor_golden_close(&golden);
    return status;
}
