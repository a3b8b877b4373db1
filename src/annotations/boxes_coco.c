#include "annotations/boxes_coco.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "annotations/boxes_build.h"
#include "checkpoint/json_text.h"
#include "checkpoint/labels.h"
#include "tensor/error.h"
#include "tensor/memory.h"

/* The largest whole number that doubles, which JSON readers use, tell from its neighbours. */
#define MAX_ID ((INT64_C(1) << 53) - 1)

/* Ids in order, with the place of what they name. */
typedef struct id_table {
    struct id_entry {
        int64_t id;
        size_t place;
    } * entries;
    size_t n;
} id_table;

static int compare_ids(const void *a, const void *b)
{
    const struct id_entry *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static const struct id_entry *find_id(const id_table *table, int64_t id)
{
    const struct id_entry key = {id, 0};
    return bsearch(&key, table->entries, table->n, sizeof key, compare_ids);
}

/* A whole number, or a message with its key. */
static frcnn_status get_integer(const cJSON *object, const char *key, int64_t lowest, int64_t highest,
                                const frcnn_box_place *place, int64_t *out)
{
    char found[FRCNN_JSON_DESCRIPTION];
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    FRCNN_FAIL_IF(!frcnn_json_get_integer(item, lowest, highest, out), FRCNN_ERROR_FORMAT,
                  "%s: %s%zu%s.%s: expected a whole number from %" PRId64 " to %" PRId64 ", found %s", place->path,
                  place->before, place->number, place->after, key, lowest, highest, frcnn_json_describe(item, found));
    return FRCNN_OK;
}

static frcnn_status get_string(const cJSON *object, const char *key, const frcnn_box_place *place, const char **out)
{
    char found[FRCNN_JSON_DESCRIPTION];
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    *out = cJSON_GetStringValue(item);
    FRCNN_FAIL_IF(*out == NULL, FRCNN_ERROR_FORMAT, "%s: %s%zu%s.%s: expected a string, found %s", place->path,
                  place->before, place->number, place->after, key, frcnn_json_describe(item, found));
    return FRCNN_OK;
}

static frcnn_status get_list(const cJSON *json, const char *key, const char *path, const cJSON **list)
{
    char found[FRCNN_JSON_DESCRIPTION];
    *list = cJSON_GetObjectItemCaseSensitive(json, key);
    FRCNN_FAIL_IF(!cJSON_IsArray(*list), FRCNN_ERROR_FORMAT, "%s: %s: expected a list as COCO files have it, found %s",
                  path, key, frcnn_json_describe(*list, found));
    return FRCNN_OK;
}

static frcnn_status make_table(id_table *table, const cJSON *list, const frcnn_box_place *first, int64_t max_id)
{
    const cJSON *item = NULL;
    frcnn_box_place place = *first;
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc(&block, (size_t)cJSON_GetArraySize(list), sizeof *table->entries, "annotations"));
    table->entries = block;
    cJSON_ArrayForEach(item, list)
    {
        struct id_entry *entry = &table->entries[place.number];
        FRCNN_TRY(get_integer(item, "id", 0, max_id, &place, &entry->id));
        entry->place = place.number++;
    }
    table->n = place.number;
    qsort(table->entries, table->n, sizeof *table->entries, compare_ids);
    for (size_t i = 1; i < table->n; i++)
        FRCNN_FAIL_IF(table->entries[i - 1].id == table->entries[i].id, FRCNN_ERROR_FORMAT,
                      "%s: %s…%s.id: expected each id once, found %" PRId64 " twice", place.path, place.before,
                      place.after, table->entries[i].id);
    return FRCNN_OK;
}

static frcnn_status read_categories(frcnn_boxes *self, const cJSON *list, id_table *table, const char *path)
{
    frcnn_box_place place = {path, "categories[", "]", 0};
    const cJSON *item = NULL;
    FRCNN_TRY(make_table(table, list, &place, INT32_MAX));
    cJSON_ArrayForEach(item, list)
    {
        const char *name = NULL;
        int64_t id = 0;
        FRCNN_TRY(get_integer(item, "id", 0, INT32_MAX, &place, &id));
        FRCNN_TRY(get_string(item, "name", &place, &name));
        const char *fault = frcnn_labels_check(name, strlen(name));
        FRCNN_FAIL_IF(fault != NULL, FRCNN_ERROR_FORMAT, "%s: categories[%zu].name: expected a class name, found %s",
                      path, place.number, fault);
        FRCNN_TRY(frcnn_boxes_add_category(self, (int32_t)id, name));
        place.number++;
    }
    return FRCNN_OK;
}

static frcnn_status read_images(frcnn_boxes *self, const cJSON *list, id_table *table, const char *path)
{
    frcnn_box_place place = {path, "images[", "]", 0};
    const cJSON *item = NULL;
    FRCNN_TRY(make_table(table, list, &place, MAX_ID));
    cJSON_ArrayForEach(item, list)
    {
        const char *name = NULL;
        int64_t height = 0, width = 0;
        FRCNN_TRY(get_string(item, "file_name", &place, &name));
        FRCNN_TRY(get_integer(item, "height", 1, FRCNN_MAX_ANNOTATED_SIDE, &place, &height));
        FRCNN_TRY(get_integer(item, "width", 1, FRCNN_MAX_ANNOTATED_SIDE, &place, &width));
        FRCNN_TRY(frcnn_boxes_add_image(self, name, (int)height, (int)width));
        place.number++;
    }
    return FRCNN_OK;
}

static frcnn_status get_bbox(const cJSON *object, const frcnn_box_place *place, double bbox[4])
{
    char found[FRCNN_JSON_DESCRIPTION];
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, "bbox");
    const cJSON *item = NULL;
    int n = 0;
    cJSON_ArrayForEach(item, list)
    {
        if (n == 4 || !cJSON_IsNumber(item)) break;
        bbox[n++] = item->valuedouble;
    }
    FRCNN_FAIL_IF(!cJSON_IsArray(list) || n != 4 || item != NULL, FRCNN_ERROR_FORMAT,
                  "%s: annotations[%zu].bbox: expected a list of four numbers, found %s", place->path, place->number,
                  cJSON_IsArray(list) ? "another list" : frcnn_json_describe(list, found));
    return FRCNN_OK;
}

static frcnn_status read_annotations(frcnn_boxes *self, const cJSON *list, const id_table *images,
                                     const id_table *categories, const char *path)
{
    frcnn_box_place place = {path, "annotations[", "]", 0};
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, list)
    {
        int64_t image_id = 0, category_id = 0, is_crowd = 0;
        double bbox[4];
        FRCNN_TRY(get_integer(item, "image_id", 0, MAX_ID, &place, &image_id));
        FRCNN_TRY(get_integer(item, "category_id", 0, INT32_MAX, &place, &category_id));
        if (cJSON_HasObjectItem(item, "iscrowd")) FRCNN_TRY(get_integer(item, "iscrowd", 0, 1, &place, &is_crowd));
        FRCNN_TRY(get_bbox(item, &place, bbox));
        const struct id_entry *image = find_id(images, image_id);
        const struct id_entry *category = find_id(categories, category_id);
        FRCNN_FAIL_IF(image == NULL, FRCNN_ERROR_FORMAT,
                      "%s: annotations[%zu].image_id: expected the id of an image, found %" PRId64, path, place.number,
                      image_id);
        FRCNN_FAIL_IF(category == NULL, FRCNN_ERROR_FORMAT,
                      "%s: annotations[%zu].category_id: expected the id of a category, found %" PRId64, path,
                      place.number, category_id);
        const double corners[4] = {bbox[0], bbox[1], bbox[0] + bbox[2], bbox[1] + bbox[3]};
        const frcnn_box box = {.category = (int)category->place, .is_crowd = (int)is_crowd};
        FRCNN_TRY(frcnn_boxes_add(self, image->place, corners, &box, &place));
        place.number++;
    }
    return FRCNN_OK;
}

/* Not by frcnn_json_parse, whose bound on values is a checkpoint's: the outlines in these files have millions. */
static frcnn_status parse(cJSON **json, const char *text, size_t n_bytes, const char *path)
{
    const char *end = text;
    cJSON *value = cJSON_ParseWithLengthOpts(text, n_bytes, &end, 0);
    if (value != NULL)
        while (end < text + n_bytes && strchr(" \t\r\n", *end) != NULL && *end != '\0') end++;
    if (value == NULL || end < text + n_bytes) {
        size_t line = 1;
        for (const char *c = text; c < end; c++) line += *c == '\n';
        cJSON_Delete(value);
        return frcnn_fail(FRCNN_ERROR_FORMAT, "%s: line %zu: expected JSON, found something else at byte %zu", path,
                          line, (size_t)(end - text));
    }
    *json = value;
    return FRCNN_OK;
}

frcnn_status frcnn_boxes_read_coco(frcnn_boxes *self, const char *text, size_t n_bytes, const char *path)
{
    frcnn_status status = FRCNN_OK;
    cJSON *json = NULL;
    const cJSON *list = NULL;
    id_table images = {0}, categories = {0};
    FRCNN_TRY(parse(&json, text, n_bytes, path));
    FRCNN_TRY_CLEANUP(get_list(json, "categories", path, &list));
    FRCNN_TRY_CLEANUP(read_categories(self, list, &categories, path));
    FRCNN_TRY_CLEANUP(get_list(json, "images", path, &list));
    FRCNN_TRY_CLEANUP(read_images(self, list, &images, path));
    FRCNN_TRY_CLEANUP(get_list(json, "annotations", path, &list));
    FRCNN_TRY_CLEANUP(read_annotations(self, list, &images, &categories, path));

cleanup:
    cJSON_Delete(json);
    frcnn_free(images.entries);
    frcnn_free(categories.entries);
    return status;
}
