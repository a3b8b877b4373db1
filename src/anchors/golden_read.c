#include <math.h>
#include <stdarg.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "anchors/anchor_config.h"
#include "anchors/golden_file.h"
#include "checkpoint/json_text.h"
#include "image/file_bytes.h"
#include "tensor/error.h"
#include "tensor/memory.h"

enum { BOX = 4, MAX_SIDE = 65535, MAX_KEYS = 16, KEY_BYTES = 64 };

/* Where in the file a value stands, for messages: "levels[2].samples". */
typedef struct place {
    const char *path;
    char key[KEY_BYTES];
} place;

static place at(const place *parent, const char *format, ...) __attribute__((format(printf, 2, 3)));

static place at(const place *parent, const char *format, ...)
{
    char name[KEY_BYTES];
    place result = {parent->path, ""};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(name, sizeof name, format, arguments);
    va_end(arguments);
    const char *separator = parent->key[0] != '\0' && name[0] != '[' ? "." : "";
    snprintf(result.key, sizeof result.key, "%.30s%s%.30s", parent->key, separator, name);
    return result;
}

static frcnn_status fail(const place *where, const char *expected, const cJSON *found)
{
    char text[FRCNN_JSON_DESCRIPTION];
    return frcnn_fail(FRCNN_ERROR_FORMAT, "%s: %s: expected %s, found %s", where->path,
                      where->key[0] != '\0' ? where->key : "the file", expected, frcnn_json_describe(found, text));
}

/* Members of an object by name: all of keys, which ends with NULL, and no others. */
static frcnn_status get_members(const cJSON **members, const cJSON *object, const char *const *keys, const place *where)
{
    if (!cJSON_IsObject(object)) return fail(where, "an object", object);
    for (int i = 0; keys[i] != NULL; i++) members[i] = NULL;
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, object)
    {
        int i = 0;
        while (keys[i] != NULL && strcmp(keys[i], item->string) != 0) i++;
        FRCNN_FAIL_IF(keys[i] == NULL, FRCNN_ERROR_FORMAT, "%s: %s: a key that golden files do not have, '%.40s'",
                      where->path, where->key[0] != '\0' ? where->key : "the file", item->string);
        members[i] = item;
    }
    for (int i = 0; keys[i] != NULL; i++) {
        const place member = at(where, "%s", keys[i]);
        if (members[i] == NULL) return fail(&member, "a value", NULL);
    }
    return FRCNN_OK;
}

static frcnn_status get_int(int64_t *out, const cJSON *item, int64_t lowest, int64_t highest, const place *where)
{
    char expected[80];
    if (frcnn_json_get_integer(item, lowest, highest, out)) return FRCNN_OK;
    if (lowest == highest)
        snprintf(expected, sizeof expected, "%lld", (long long)lowest);
    else
        snprintf(expected, sizeof expected, "a whole number from %lld to %lld", (long long)lowest, (long long)highest);
    return fail(where, expected, item);
}

static frcnn_status get_pair(int *first, int *second, const cJSON *item, const place *where)
{
    int64_t values[2];
    if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) != 2 ||
        !frcnn_json_get_integer(item->child, 1, MAX_SIDE, &values[0]) ||
        !frcnn_json_get_integer(item->child->next, 1, MAX_SIDE, &values[1]))
        return fail(where, "[height, width] of whole numbers from 1 to 65535", item);
    *first = (int)values[0];
    *second = (int)values[1];
    return FRCNN_OK;
}

static frcnn_status get_number(double *out, const cJSON *item, const place *where)
{
    if (!cJSON_IsNumber(item) || !isfinite(item->valuedouble)) return fail(where, "a number", item);
    *out = item->valuedouble;
    return FRCNN_OK;
}

static frcnn_status get_numbers(double *out, int *n, const cJSON *item, const place *where)
{
    if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) < 1 || cJSON_GetArraySize(item) > FRCNN_MAX_SIZES)
        return fail(where, "a list of 1 to 16 numbers", item);
    *n = 0;
    const cJSON *value = NULL;
    cJSON_ArrayForEach(value, item)
    {
        const place element = at(where, "[%d]", *n);
        FRCNN_TRY(get_number(&out[*n], value, &element));
        (*n)++;
    }
    return FRCNN_OK;
}

static frcnn_status get_box(float *out, const cJSON *item, const place *where)
{
    if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) != BOX) return fail(where, "a box of four numbers", item);
    const cJSON *value = item->child;
    for (int i = 0; i < BOX; i++, value = value->next) {
        const place element = at(where, "[%d]", i);
        double number = 0;
        FRCNN_TRY(get_number(&number, value, &element));
        out[i] = (float)number;
        if (!isfinite(out[i])) return fail(&element, "a float32 number", value);
    }
    return FRCNN_OK;
}

static frcnn_status get_sha256(char *out, const cJSON *item, const place *where)
{
    const char *text = cJSON_IsString(item) ? item->valuestring : "";
    if (strlen(text) != FRCNN_SHA256_HEX - 1 || strspn(text, "0123456789abcdef") != FRCNN_SHA256_HEX - 1)
        return fail(where, "64 lower-case hexadecimal digits", item);
    memcpy(out, text, FRCNN_SHA256_HEX);
    return FRCNN_OK;
}

static frcnn_status read_sample(frcnn_golden_sample *out, const frcnn_anchor_golden *golden, int level,
                                const cJSON *item, const place *where)
{
    enum { INDEX, CELL, ANCHOR, BOX_KEY };
    static const char *const keys[] = {"index", "cell", "anchor", "box", NULL};
    const cJSON *members[MAX_KEYS];
    int64_t value = 0;
    FRCNN_TRY(get_members(members, item, keys, where));
    const place index = at(where, "index");
    FRCNN_TRY(get_int(&out->index, members[INDEX], 0, golden->levels[level].count - 1, &index));
    frcnn_golden_sample_place(out, &golden->config, &golden->grids, level);
    const place cell = at(where, "cell");
    if (!cJSON_IsArray(members[CELL]) || cJSON_GetArraySize(members[CELL]) != 2)
        return fail(&cell, "[y, x]", members[CELL]);
    const place y = at(where, "cell[0]");
    FRCNN_TRY(get_int(&value, members[CELL]->child, out->y, out->y, &y));
    const place x = at(where, "cell[1]");
    FRCNN_TRY(get_int(&value, members[CELL]->child->next, out->x, out->x, &x));
    const place anchor = at(where, "anchor");
    FRCNN_TRY(get_int(&value, members[ANCHOR], out->anchor, out->anchor, &anchor));
    const place box = at(where, "box");
    return get_box(out->box, members[BOX_KEY], &box);
}

enum { SIZES, RATIOS, NOMINAL_STRIDE, GRID, STRIDE, COUNT, BASE, SAMPLES, LEVEL_SHA256 };
static const char *const level_keys[] = {"sizes", "ratios", "nominal_stride", "grid",   "stride",
                                         "count", "base",   "samples",        "sha256", NULL};

/* What anchors are made from. */
static frcnn_status read_level_parameters(frcnn_anchor_golden *golden, int i, const cJSON **members, const place *where)
{
    frcnn_anchor_level_config *config = &golden->config.levels[i];
    frcnn_anchor_grids *grids = &golden->grids;
    const place sizes = at(where, "sizes");
    FRCNN_TRY(get_numbers(config->sizes, &config->n_sizes, members[SIZES], &sizes));
    const place ratios = at(where, "ratios");
    FRCNN_TRY(get_numbers(config->ratios, &config->n_ratios, members[RATIOS], &ratios));
    const place nominal = at(where, "nominal_stride");
    FRCNN_TRY(get_pair(&config->stride_y, &config->stride_x, members[NOMINAL_STRIDE], &nominal));
    const place grid = at(where, "grid");
    FRCNN_TRY(get_pair(&grids->grid_h[i], &grids->grid_w[i], members[GRID], &grid));
    const place stride = at(where, "stride");
    return get_pair(&grids->stride_y[i], &grids->stride_x[i], members[STRIDE], &stride);
}

/* What came out of that. */
static frcnn_status read_level_results(frcnn_anchor_golden *golden, int i, const cJSON **members, const place *where)
{
    frcnn_golden_level *level = &golden->levels[i];
    const int64_t n_cells = (int64_t)golden->grids.grid_h[i] * golden->grids.grid_w[i];
    level->n_base = frcnn_anchor_config_get_n_base(&golden->config, i);
    const place count = at(where, "count");
    FRCNN_TRY(get_int(&level->count, members[COUNT], n_cells * level->n_base, n_cells * level->n_base, &count));
    const place base = at(where, "base");
    FRCNN_FAIL_IF(!cJSON_IsArray(members[BASE]) || cJSON_GetArraySize(members[BASE]) != level->n_base,
                  FRCNN_ERROR_FORMAT, "%s: %s: expected a list of %d boxes, one for each size and ratio", where->path,
                  base.key, level->n_base);
    int n = 0;
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, members[BASE])
    {
        const place element = at(&base, "[%d]", n);
        FRCNN_TRY(get_box(level->base + (ptrdiff_t)n * BOX, item, &element));
        n++;
    }
    const place samples = at(where, "samples");
    if (!cJSON_IsArray(members[SAMPLES]) || cJSON_GetArraySize(members[SAMPLES]) < 1 ||
        cJSON_GetArraySize(members[SAMPLES]) > FRCNN_GOLDEN_MAX_SAMPLES)
        return fail(&samples, "a list of 1 to 64 rows", members[SAMPLES]);
    cJSON_ArrayForEach(item, members[SAMPLES])
    {
        const place element = at(&samples, "[%d]", level->n_samples);
        FRCNN_TRY(read_sample(&level->samples[level->n_samples], golden, i, item, &element));
        level->n_samples++;
    }
    const place sha256 = at(where, "sha256");
    return get_sha256(level->sha256, members[LEVEL_SHA256], &sha256);
}

static frcnn_status check_parameters(const frcnn_anchor_golden *golden, const char *path)
{
    int64_t total = 0;
    if (frcnn_anchors_count(&total, &golden->config, &golden->grids, golden->config.n_levels) == FRCNN_OK)
        return FRCNN_OK;
    char message[512];
    snprintf(message, sizeof message, "%s", frcnn_error_message());
    return frcnn_fail(FRCNN_ERROR_FORMAT, "%s: %s", path, message);
}

static frcnn_status read_levels(frcnn_anchor_golden *golden, const cJSON *list, const place *where)
{
    const cJSON *members[FRCNN_MAX_LEVELS][MAX_KEYS];
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) < 1 || cJSON_GetArraySize(list) > FRCNN_MAX_LEVELS)
        return fail(where, "a list of 1 to 8 levels", list);
    const int n_levels = cJSON_GetArraySize(list);
    const cJSON *item = list->child;
    for (int i = 0; i < n_levels; i++, item = item->next) {
        const place element = at(where, "[%d]", i);
        FRCNN_TRY(get_members(members[i], item, level_keys, &element));
        FRCNN_TRY(read_level_parameters(golden, i, members[i], &element));
    }
    golden->config.n_levels = golden->grids.n_levels = n_levels;
    FRCNN_TRY(check_parameters(golden, where->path));
    for (int i = 0; i < n_levels; i++) {
        const place element = at(where, "[%d]", i);
        FRCNN_TRY(read_level_results(golden, i, members[i], &element));
    }
    return FRCNN_OK;
}

static frcnn_status read_version(const cJSON *root, const place *where)
{
    const cJSON *item = cJSON_IsObject(root) ? cJSON_GetObjectItemCaseSensitive(root, "frcnn_anchors") : NULL;
    int64_t version = 0;
    const place key = at(where, "frcnn_anchors");
    FRCNN_TRY(get_int(&version, item, 1, INT32_MAX, &key));
    FRCNN_FAIL_IF(version != FRCNN_GOLDEN_VERSION, FRCNN_ERROR_UNSUPPORTED,
                  "%s: frcnn_anchors: expected version %d, found %lld", where->path, FRCNN_GOLDEN_VERSION,
                  (long long)version);
    return FRCNN_OK;
}

static frcnn_status read_convention(frcnn_anchor_config *config, const cJSON *root, const place *where)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, "convention");
    const place key = at(where, "convention");
    frcnn_anchor_convention convention = FRCNN_ANCHORS_TORCHVISION;
    char names[256] = "one of";
    size_t n = strlen(names);
    if (cJSON_IsString(item) && frcnn_anchor_convention_parse(&convention, item->valuestring) == FRCNN_OK) {
        frcnn_anchor_config_default(config, convention);
        config->offset = 0;
        return FRCNN_OK;
    }
    for (int i = 0; i < FRCNN_N_ANCHOR_CONVENTIONS; i++)
        n += (size_t)snprintf(names + n, sizeof names - n, "%s %s", i > 0 ? "," : "",
                              frcnn_anchor_convention_get_name((frcnn_anchor_convention)i));
    return fail(&key, names, item);
}

static frcnn_status read_root(frcnn_anchor_golden *golden, const cJSON *root, const place *where)
{
    enum { VERSION, CONVENTION, ORDER, IMAGE, LEVELS, TOTAL, SHA256, N_KEYS };
    const char *keys[MAX_KEYS] = {"frcnn_anchors", "convention", "order", "image", "levels", "total", "sha256"};
    const cJSON *members[MAX_KEYS];
    frcnn_anchor_config *config = &golden->config;
    int n_keys = N_KEYS;
    FRCNN_TRY(read_version(root, where));
    FRCNN_TRY(read_convention(config, root, where));
    const int has_offset = frcnn_anchor_convention_has_offset(config->convention);
    const int has_base_size = frcnn_anchor_convention_has_base_size(config->convention);
    const int offset_key = n_keys;
    if (has_offset) keys[n_keys++] = "offset";
    const int base_size_key = n_keys;
    if (has_base_size) keys[n_keys++] = "base_size";
    FRCNN_TRY(get_members(members, root, keys, where));

    const place order = at(where, "order");
    const char *name = cJSON_IsString(members[ORDER]) ? members[ORDER]->valuestring : "";
    if (strcmp(name, "ratio") != 0 && strcmp(name, "size") != 0)
        return fail(&order, "\"ratio\" or \"size\"", members[ORDER]);
    config->order = name[0] == 'r' ? FRCNN_ANCHOR_ORDER_RATIO_MAJOR : FRCNN_ANCHOR_ORDER_SIZE_MAJOR;
    const place offset = at(where, "offset");
    if (has_offset) FRCNN_TRY(get_number(&config->offset, members[offset_key], &offset));
    const place base_size = at(where, "base_size");
    if (has_base_size) FRCNN_TRY(get_number(&config->base_size, members[base_size_key], &base_size));
    const place image = at(where, "image");
    FRCNN_TRY(get_pair(&golden->grids.image_h, &golden->grids.image_w, members[IMAGE], &image));
    const place levels = at(where, "levels");
    FRCNN_TRY(read_levels(golden, members[LEVELS], &levels));
    for (int i = 0; i < config->n_levels; i++) golden->total += golden->levels[i].count;
    const place total = at(where, "total");
    FRCNN_TRY(get_int(&golden->total, members[TOTAL], golden->total, golden->total, &total));
    const place sha256 = at(where, "sha256");
    return get_sha256(golden->sha256, members[SHA256], &sha256);
}

frcnn_status frcnn_anchor_golden_open(frcnn_anchor_golden **out, const char *path)
{
    uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    cJSON *root = NULL;
    void *block = NULL;
    const place where = {path, ""};
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_file_read(&bytes, &n_bytes, path));
    FRCNN_TRY_CLEANUP(frcnn_json_parse(&root, (const char *)bytes, n_bytes, path));
    FRCNN_TRY_CLEANUP(frcnn_alloc_zeroed(&block, 1, sizeof **out, "golden file"));
    FRCNN_TRY_CLEANUP(read_root(block, root, &where));
    *out = block;
    block = NULL;

cleanup:
    frcnn_free(block);
    cJSON_Delete(root);
    frcnn_free(bytes);
    return status;
}
