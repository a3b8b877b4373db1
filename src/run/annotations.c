#include "frcnn/annotations.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "tensor/error.h"
#include "tensor/memory.h"

/* Fresh ids lie above the largest one, and doubles, which JSON readers use, are exact up to 2^53. */
#define MAX_IMAGE_ID (INT64_C(1) << 52)
enum { MAX_CATEGORY_ID = 1 << 30 };

typedef struct annotated_image {
    const char *file_name; /* in the annotations' names */
    const char *last_part; /* of file_name, behind its folders */
    int64_t id;
} annotated_image;

struct frcnn_annotations {
    size_t n_images, n_categories;
    annotated_image *by_name;      /* [n_images], ordered by file_name */
    annotated_image *by_last_part; /* the same, ordered by last_part */
    frcnn_category *categories;    /* [n_categories], ordered by id */
    char **names;                  /* every string above */
    size_t n_names;
    int64_t max_image_id;
};

static int compare_by_name(const void *a, const void *b)
{
    return strcmp(((const annotated_image *)a)->file_name, ((const annotated_image *)b)->file_name);
}

static int compare_by_last_part(const void *a, const void *b)
{
    return strcmp(((const annotated_image *)a)->last_part, ((const annotated_image *)b)->last_part);
}

static int compare_by_id(const void *a, const void *b)
{
    const annotated_image *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static int compare_categories(const void *a, const void *b)
{
    const frcnn_category *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static const char *get_last_part(const char *file_name)
{
    const char *slash = strrchr(file_name, '/');
    return slash == NULL ? file_name : slash + 1;
}

static int get_id(const cJSON *object, int64_t limit, int64_t *id)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, "id");
    if (!cJSON_IsNumber(item) || item->valuedouble < 0 || item->valuedouble > (double)limit ||
        item->valuedouble != floor(item->valuedouble))
        return 0;
    *id = (int64_t)item->valuedouble;
    return 1;
}

static frcnn_status keep_name(frcnn_annotations *self, const char *text, const char **out)
{
    FRCNN_TRY(frcnn_string_copy(&self->names[self->n_names], text));
    *out = self->names[self->n_names++];
    return FRCNN_OK;
}

static frcnn_status read_images(frcnn_annotations *self, const char *path, const cJSON *images)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, images)
    {
        annotated_image *image = &self->by_name[self->n_images];
        const char *file_name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "file_name"));
        FRCNN_FAIL_IF(file_name == NULL || !get_id(item, MAX_IMAGE_ID, &image->id), FRCNN_ERROR_FORMAT,
                      "%s: images[%zu]: expected an id from 0 to 2^52 and a file_name", path, self->n_images);
        FRCNN_TRY(keep_name(self, file_name, &image->file_name));
        image->last_part = get_last_part(image->file_name);
        if (image->id > self->max_image_id) self->max_image_id = image->id;
        self->n_images++;
    }
    qsort(self->by_name, self->n_images, sizeof *self->by_name, compare_by_id);
    for (size_t i = 1; i < self->n_images; i++)
        FRCNN_FAIL_IF(self->by_name[i - 1].id == self->by_name[i].id, FRCNN_ERROR_FORMAT,
                      "%s: expected each image id once, found %" PRId64 " twice", path, self->by_name[i].id);
    memcpy(self->by_last_part, self->by_name, self->n_images * sizeof *self->by_name);
    qsort(self->by_name, self->n_images, sizeof *self->by_name, compare_by_name);
    qsort(self->by_last_part, self->n_images, sizeof *self->by_last_part, compare_by_last_part);
    for (size_t i = 1; i < self->n_images; i++)
        FRCNN_FAIL_IF(strcmp(self->by_name[i - 1].file_name, self->by_name[i].file_name) == 0, FRCNN_ERROR_FORMAT,
                      "%s: expected each file_name once, found '%s' twice", path, self->by_name[i].file_name);
    return FRCNN_OK;
}

static frcnn_status read_categories(frcnn_annotations *self, const char *path, const cJSON *categories)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, categories)
    {
        frcnn_category *category = &self->categories[self->n_categories];
        int64_t id = 0;
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "name"));
        FRCNN_FAIL_IF(name == NULL || !get_id(item, MAX_CATEGORY_ID, &id), FRCNN_ERROR_FORMAT,
                      "%s: categories[%zu]: expected an id from 0 to 2^30 and a name", path, self->n_categories);
        category->id = (int32_t)id;
        FRCNN_TRY(keep_name(self, name, &category->name));
        self->n_categories++;
    }
    qsort(self->categories, self->n_categories, sizeof *self->categories, compare_categories);
    for (size_t i = 1; i < self->n_categories; i++)
        FRCNN_FAIL_IF(self->categories[i - 1].id == self->categories[i].id, FRCNN_ERROR_FORMAT,
                      "%s: expected each category id once, found %d twice", path, self->categories[i].id);
    return FRCNN_OK;
}

static frcnn_status read_json(frcnn_annotations *self, const char *path, const cJSON *json)
{
    const cJSON *images = cJSON_GetObjectItemCaseSensitive(json, "images");
    const cJSON *categories = cJSON_GetObjectItemCaseSensitive(json, "categories");
    FRCNN_FAIL_IF(!cJSON_IsArray(images) || !cJSON_IsArray(categories), FRCNN_ERROR_FORMAT,
                  "%s: expected a COCO file with images and categories, found %s", path,
                  json == NULL ? "no JSON" : "other JSON");
    const size_t n_images = (size_t)cJSON_GetArraySize(images);
    const size_t n_categories = (size_t)cJSON_GetArraySize(categories);
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, n_images, sizeof *self->by_name, "annotations"));
    self->by_name = block;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, n_images, sizeof *self->by_last_part, "annotations"));
    self->by_last_part = block;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, n_categories, sizeof *self->categories, "annotations"));
    self->categories = block;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, n_images + n_categories, sizeof *self->names, "annotations"));
    self->names = block;
    FRCNN_TRY(read_images(self, path, images));
    return read_categories(self, path, categories);
}

/* Parses a whole file, mapped rather than copied: such files are large. *json is NULL where it holds no JSON. */
static frcnn_status parse_file(const char *path, cJSON **json)
{
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    FRCNN_FAIL_IF(descriptor < 0, FRCNN_ERROR_IO, "%s: cannot read these annotations: %s", path, strerror(errno));
    struct stat info;
    void *bytes = MAP_FAILED;
    const int is_file = fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode);
    if (is_file && info.st_size > 0) bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    close(descriptor);
    FRCNN_FAIL_IF(!is_file, FRCNN_ERROR_IO, "%s: expected a file with annotations, found a folder or device", path);
    *json = NULL;
    if (bytes == MAP_FAILED) return FRCNN_OK;
    *json = cJSON_ParseWithLength(bytes, (size_t)info.st_size);
    munmap(bytes, (size_t)info.st_size);
    return FRCNN_OK;
}

frcnn_status frcnn_annotations_open(frcnn_annotations **out, const char *path)
{
    cJSON *json = NULL;
    frcnn_annotations *self = NULL;
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, 1, sizeof *self, "annotations"));
    self = block;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(parse_file(path, &json));
    FRCNN_TRY_CLEANUP(read_json(self, path, json));
    *out = self;
    self = NULL;

cleanup:
    cJSON_Delete(json);
    frcnn_annotations_close(&self);
    return status;
}

void frcnn_annotations_close(frcnn_annotations **handle)
{
    frcnn_annotations *self = *handle;
    if (self == NULL) return;
    for (size_t i = 0; i < self->n_names; i++) frcnn_free(self->names[i]);
    frcnn_free(self->names);
    frcnn_free(self->by_name);
    frcnn_free(self->by_last_part);
    frcnn_free(self->categories);
    frcnn_free(self);
    *handle = NULL;
}

size_t frcnn_annotations_get_n_images(const frcnn_annotations *annotations)
{
    return annotations->n_images;
}

size_t frcnn_annotations_get_n_categories(const frcnn_annotations *annotations)
{
    return annotations->n_categories;
}

int64_t frcnn_annotations_get_max_image_id(const frcnn_annotations *annotations)
{
    return annotations->max_image_id;
}

int frcnn_annotations_find_image(const frcnn_annotations *self, const char *name, int64_t *id)
{
    const annotated_image key = {name, get_last_part(name), 0};
    const annotated_image *found = bsearch(&key, self->by_name, self->n_images, sizeof key, compare_by_name);
    const int is_same = found != NULL;
    if (!is_same) {
        found = bsearch(&key, self->by_last_part, self->n_images, sizeof key, compare_by_last_part);
        if (found == NULL) return 0;
        const annotated_image *end = self->by_last_part + self->n_images;
        if (found > self->by_last_part && compare_by_last_part(found - 1, &key) == 0) return 0;
        if (found + 1 < end && compare_by_last_part(found + 1, &key) == 0) return 0;
    }
    *id = found->id;
    return is_same ? 2 : 1;
}

const char *frcnn_annotations_find_category(const frcnn_annotations *self, int32_t id)
{
    const frcnn_category key = {id, NULL};
    const frcnn_category *found = bsearch(&key, self->categories, self->n_categories, sizeof key, compare_categories);
    return found == NULL ? NULL : found->name;
}

static const frcnn_category *find_by_name(const frcnn_category *categories, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(categories[i].name, name) == 0) return &categories[i];
    return NULL;
}

void frcnn_annotations_match(const frcnn_annotations *self, const frcnn_category *classes, size_t n,
                             frcnn_category *matched, frcnn_category_match *how)
{
    int32_t max_id = self->n_categories == 0 ? 0 : self->categories[self->n_categories - 1].id;
    for (size_t i = 0; i < n; i++) {
        const frcnn_category *same = find_by_name(self->categories, self->n_categories, classes[i].name);
        const char *name_of_id = frcnn_annotations_find_category(self, classes[i].id);
        matched[i] = classes[i];
        if (same != NULL) {
            how[i] = FRCNN_MATCHED_BY_NAME;
            matched[i].id = same->id;
        } else if (name_of_id != NULL && find_by_name(classes, n, name_of_id) == NULL) {
            how[i] = FRCNN_MATCHED_BY_ID;
        } else {
            how[i] = FRCNN_NOT_MATCHED;
        }
    }
    for (size_t i = 0; i < n; i++)
        if (how[i] == FRCNN_NOT_MATCHED) matched[i].id = ++max_id;
}
