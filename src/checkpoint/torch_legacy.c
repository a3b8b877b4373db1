/* torch.save before PyTorch 1.6: five pickles (a magic number, a version, facts of the system, the object, the keys of the
   storages), then each storage in the order of the keys: a count of 64 bits, and the elements. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint/state_dict.h"
#include "tensor/error.h"
#include "tensor/memory.h"

enum { VERSION = 1001, STORAGE_FIELDS = 6, COUNT_BYTES = 8 };

/* A storage that the pickle names, and where its elements are once they were met. */
typedef struct place {
    const frcnn_pickle_storage *storage;
    const unsigned char *elements;
} place;

typedef struct reader {
    frcnn_checkpoint *checkpoint;
    const unsigned char *data;
    size_t size, at;
    place *places; /* by key */
    size_t n_places;
} reader;

static frcnn_status read_pickle(reader *r, frcnn_pickle **out)
{
    const frcnn_pickle_rules rules = {r->checkpoint->path, STORAGE_FIELDS};
    size_t n_read = 0;
    FRCNN_TRY(frcnn_pickle_read(out, &n_read, r->data + r->at, r->size - r->at, &rules));
    r->at += n_read;
    return FRCNN_OK;
}

/* What comes before the object; the magic number is known already. */
static frcnn_status read_head(reader *r)
{
    frcnn_pickle *parts[3] = {NULL};
    frcnn_status status = FRCNN_OK;
    for (int i = 0; i < 3 && status == FRCNN_OK; i++) status = read_pickle(r, &parts[i]);
    if (status == FRCNN_OK) {
        const frcnn_pickle_value *version = frcnn_pickle_get_root(parts[1]);
        const frcnn_pickle_value *is_little = frcnn_pickle_find(frcnn_pickle_get_root(parts[2]), "little_endian");
        if (version->kind != FRCNN_PICKLE_INT || version->as.integer != VERSION)
            status = frcnn_fail(FRCNN_ERROR_UNSUPPORTED, "%s: expected version %d of PyTorch's old format",
                                r->checkpoint->path, VERSION);
        else if (is_little == NULL || is_little->kind != FRCNN_PICKLE_BOOL || !is_little->as.integer)
            status = frcnn_fail(FRCNN_ERROR_UNSUPPORTED, "%s: expected a file of a little-endian machine",
                                r->checkpoint->path);
    }
    for (int i = 0; i < 3; i++) frcnn_pickle_destroy(&parts[i]);
    return status;
}

static int compare_keys(const char *a, size_t n_a, const char *b, size_t n_b)
{
    const int order = memcmp(a, b, n_a < n_b ? n_a : n_b);
    return order != 0 ? order : (n_a > n_b) - (n_a < n_b);
}

static int compare_places(const void *a, const void *b)
{
    const frcnn_pickle_storage *x = ((const place *)a)->storage, *y = ((const place *)b)->storage;
    return compare_keys(x->key, x->n_key_bytes, y->key, y->n_key_bytes);
}

/* The pickle's storages by key, each once; the same key means the same elements. */
static frcnn_status list_places(reader *r, const frcnn_pickle *object)
{
    void *places = NULL;
    size_t n = 0;
    for (const frcnn_pickle_storage *s = frcnn_pickle_get_storages(object); s != NULL; s = s->next) n++;
    FRCNN_TRY(frcnn_alloc(&places, n, sizeof *r->places, "storages"));
    r->places = places;
    for (const frcnn_pickle_storage *s = frcnn_pickle_get_storages(object); s != NULL; s = s->next)
        r->places[r->n_places++] = (place){s, NULL};
    qsort(r->places, n, sizeof *r->places, compare_places);
    n = 0;
    for (size_t i = 0; i < r->n_places; i++) {
        const frcnn_pickle_storage *s = r->places[i].storage;
        if (n == 0 || compare_places(&r->places[i], &r->places[n - 1]) != 0) {
            r->places[n++] = r->places[i];
            continue;
        }
        const frcnn_pickle_storage *first = r->places[n - 1].storage;
        FRCNN_FAIL_IF(s->is_known != first->is_known || s->dtype != first->dtype || s->n_elements != first->n_elements,
                      FRCNN_ERROR_FORMAT, "%s: storage \"%.*s\" is there twice, in different ways", r->checkpoint->path,
                      (int)(s->n_key_bytes < 80 ? s->n_key_bytes : 80), s->key);
    }
    r->n_places = n;
    return FRCNN_OK;
}

static int compare_to_place(const void *key, const void *element)
{
    const frcnn_pickle_value *text = key;
    const frcnn_pickle_storage *storage = ((const place *)element)->storage;
    return compare_keys(text->as.text.bytes, text->as.text.n_bytes, storage->key, storage->n_key_bytes);
}

/* The next storage in the file. */
static frcnn_status read_storage(reader *r, const frcnn_pickle_value *key)
{
    const char *path = r->checkpoint->path;
    place *found = key->kind != FRCNN_PICKLE_TEXT || r->n_places == 0
                       ? NULL
                       : bsearch(key, r->places, r->n_places, sizeof *r->places, compare_to_place);
    FRCNN_FAIL_IF(found == NULL || found->elements != NULL, FRCNN_ERROR_FORMAT,
                  "%s: expected keys of the storages that its tensors view, found another", path);
    const frcnn_pickle_storage *storage = found->storage;
    FRCNN_FAIL_IF(!storage->is_known, FRCNN_ERROR_UNSUPPORTED, "%s: elements of a %.100s are not read", path,
                  storage->class_name);
    const size_t item = frcnn_dtype_get_size(storage->dtype);
    uint64_t count = 0;
    FRCNN_FAIL_IF(r->size - r->at < COUNT_BYTES, FRCNN_ERROR_FORMAT,
                  "%s: the file is cut short: it ends before its storages do", path);
    memcpy(&count, r->data + r->at, COUNT_BYTES);
    r->at += COUNT_BYTES;
    FRCNN_FAIL_IF(count != (uint64_t)storage->n_elements, FRCNN_ERROR_FORMAT,
                  "%s: storage \"%.*s\": expected %" PRId64 " elements, found %" PRIu64, path,
                  (int)(storage->n_key_bytes < 80 ? storage->n_key_bytes : 80), storage->key, storage->n_elements,
                  count);
    FRCNN_FAIL_IF(count > (r->size - r->at) / item, FRCNN_ERROR_FORMAT,
                  "%s: the file is cut short: a storage of %" PRIu64 " elements begins at byte %zu of %zu", path, count,
                  r->at, r->size);
    found->elements = r->data + r->at;
    r->at += (size_t)count * item;
    return FRCNN_OK;
}

static frcnn_status read_storages(reader *r, const frcnn_pickle_value *keys)
{
    FRCNN_FAIL_IF(keys->kind != FRCNN_PICKLE_LIST, FRCNN_ERROR_FORMAT, "%s: expected a list of its storages' keys",
                  r->checkpoint->path);
    for (size_t i = 0; i < keys->as.list.n_items; i++) FRCNN_TRY(read_storage(r, keys->as.list.items[i]));
    FRCNN_FAIL_IF(r->at != r->size, FRCNN_ERROR_FORMAT,
                  "%s: expected the end of the file after its storages, found %zu more bytes", r->checkpoint->path,
                  r->size - r->at);
    return FRCNN_OK;
}

static frcnn_status find_storage(void *context, const frcnn_pickle_storage *storage, const unsigned char **elements)
{
    const reader *r = context;
    const place key = {storage, NULL};
    const place *found =
        r->n_places == 0 ? NULL : bsearch(&key, r->places, r->n_places, sizeof *r->places, compare_places);
    FRCNN_FAIL_IF(found == NULL || found->elements == NULL, FRCNN_ERROR_FORMAT,
                  "%s: storage \"%.*s\" is not in the file", r->checkpoint->path,
                  (int)(storage->n_key_bytes < 80 ? storage->n_key_bytes : 80), storage->key);
    *elements = found->elements;
    return FRCNN_OK;
}

frcnn_status frcnn_torch_legacy_read(frcnn_checkpoint *checkpoint)
{
    reader r = {.checkpoint = checkpoint,
                .data = frcnn_file_mapping_get_data(checkpoint->mapping),
                .size = frcnn_file_mapping_get_size(checkpoint->mapping)};
    const frcnn_storage_source source = {find_storage, &r, 0};
    frcnn_pickle *object = NULL, *keys = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(read_head(&r));
    FRCNN_TRY_CLEANUP(read_pickle(&r, &object));
    FRCNN_TRY_CLEANUP(read_pickle(&r, &keys));
    FRCNN_TRY_CLEANUP(list_places(&r, object));
    FRCNN_TRY_CLEANUP(read_storages(&r, frcnn_pickle_get_root(keys)));
    FRCNN_TRY_CLEANUP(frcnn_state_dict_read(checkpoint, frcnn_pickle_get_root(object), &source));
cleanup:
    frcnn_pickle_destroy(&object);
    frcnn_pickle_destroy(&keys);
    frcnn_free(r.places);
    return status;
}
