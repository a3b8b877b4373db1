/* Tensors out of pickles: what they view, in which elements, and that all of it is there. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "checkpoint/pickle_node.h"
#include "tensor/error.h"
#include "tensor/memory.h"

enum { LEGACY_FIELDS = 6, NAME_BYTES = 80 };

static const char *get_source(const frcnn_pickle *pickle)
{
    return pickle->rules.source;
}

static int is_int(const frcnn_pickle_value *value)
{
    return value->kind == FRCNN_PICKLE_INT;
}

/* Fails for a value that should have been something else, by what it is. */
static frcnn_status refuse(const frcnn_pickle *pickle, const char *what, const frcnn_pickle_value *found)
{
    if (found->kind == FRCNN_PICKLE_OPAQUE)
        return frcnn_fail(FRCNN_ERROR_UNSUPPORTED, "%s: expected %s, found %.*s, which is not read", get_source(pickle),
                          what, (int)(found->as.text.n_bytes < 200 ? found->as.text.n_bytes : 200),
                          found->as.text.bytes);
    return frcnn_fail(FRCNN_ERROR_FORMAT, "%s: expected %s, found another value", get_source(pickle), what);
}

/* Numbers of a TUPLE (or LIST, as very old files have it), each at least 0. */
static frcnn_status read_numbers(const frcnn_pickle *pickle, int64_t out[FRCNN_MAX_DIMS], int *n,
                                 const frcnn_pickle_value *list, const char *what)
{
    if (list->kind != FRCNN_PICKLE_TUPLE && list->kind != FRCNN_PICKLE_LIST) return refuse(pickle, what, list);
    FRCNN_FAIL_IF(list->as.list.n_items > FRCNN_MAX_DIMS, FRCNN_ERROR_UNSUPPORTED,
                  "%s: expected tensors of at most %d dimensions, found %zu", get_source(pickle), FRCNN_MAX_DIMS,
                  list->as.list.n_items);
    *n = (int)list->as.list.n_items;
    for (int i = 0; i < *n; i++) {
        const frcnn_pickle_value *item = list->as.list.items[i];
        if (!is_int(item)) return refuse(pickle, what, item);
        FRCNN_FAIL_IF(item->as.integer < 0, FRCNN_ERROR_FORMAT, "%s: expected %s of at least 0, found %" PRId64,
                      get_source(pickle), what, item->as.integer);
        out[i] = item->as.integer;
    }
    return FRCNN_OK;
}

/* The elements behind the last one that a view reaches, -1 where that overflows; 0 where it has none. */
static int64_t get_end(const frcnn_pickle_tensor *tensor)
{
    int64_t end = tensor->offset, count = 1;
    for (int i = 0; i < tensor->n_dims; i++) {
        int64_t step = 0;
        if (!frcnn_mul_int64(count, tensor->shape[i], &count)) return -1;
        if (tensor->shape[i] > 0 &&
            (!frcnn_mul_int64(tensor->shape[i] - 1, tensor->strides[i], &step) || !frcnn_add_int64(end, step, &end)))
            return -1;
    }
    if (count == 0) return 0;
    return frcnn_add_int64(end, 1, &end) ? end : -1;
}

static frcnn_status add_tensor(frcnn_pickle *pickle, frcnn_pickle_tensor **out)
{
    void *memory = NULL;
    FRCNN_TRY(frcnn_pickle_take(pickle, &memory, sizeof(frcnn_pickle_tensor)));
    *out = memset(memory, 0, sizeof(frcnn_pickle_tensor));
    return FRCNN_OK;
}

frcnn_status frcnn_pickle_add_torch_tensor(frcnn_pickle *pickle, frcnn_pickle_node **out,
                                           const frcnn_pickle_value *arguments)
{
    const frcnn_pickle_value *const *items = arguments->as.list.items;
    frcnn_pickle_tensor *tensor = NULL;
    int n_strides = 0;
    FRCNN_FAIL_IF(arguments->as.list.n_items < 4, FRCNN_ERROR_FORMAT,
                  "%s: expected a tensor's storage, offset, size and stride, found %zu values", get_source(pickle),
                  arguments->as.list.n_items);
    if (items[0]->kind != FRCNN_PICKLE_STORAGE) return refuse(pickle, "a tensor's storage", items[0]);
    if (!is_int(items[1])) return refuse(pickle, "a tensor's offset", items[1]);
    FRCNN_TRY(add_tensor(pickle, &tensor));
    FRCNN_TRY(read_numbers(pickle, tensor->shape, &tensor->n_dims, items[2], "a tensor's sizes"));
    FRCNN_TRY(read_numbers(pickle, tensor->strides, &n_strides, items[3], "a tensor's strides"));
    const frcnn_pickle_storage *storage = items[0]->as.storage;
    tensor->storage = storage;
    tensor->dtype = storage->dtype;
    tensor->unknown_dtype = storage->is_known ? NULL : storage->class_name;
    FRCNN_FAIL_IF(n_strides != tensor->n_dims || items[1]->as.integer < 0, FRCNN_ERROR_FORMAT,
                  "%s: expected a stride for each of %d sizes and an offset of at least 0, found %d and %" PRId64,
                  get_source(pickle), tensor->n_dims, n_strides, items[1]->as.integer);
    tensor->offset = items[1]->as.integer;
    const int64_t end = get_end(tensor);
    FRCNN_FAIL_IF(end < 0 || (storage->is_known && end > storage->n_viewed), FRCNN_ERROR_FORMAT,
                  "%s: a tensor reaches beyond its storage, \"%.*s\", of %" PRId64 " elements", get_source(pickle),
                  (int)(storage->n_key_bytes < NAME_BYTES ? storage->n_key_bytes : NAME_BYTES), storage->key,
                  storage->n_viewed);
    tensor->offset = end > 0 && storage->is_known ? tensor->offset + storage->first : 0;
    FRCNN_TRY(frcnn_pickle_add(pickle, out, FRCNN_PICKLE_TENSOR));
    (*out)->value.as.tensor = tensor;
    return FRCNN_OK;
}

/* A view of a storage as old files have it: the view's key, its first element, its elements. */
static frcnn_status read_view(const frcnn_pickle *pickle, frcnn_pickle_storage *storage, const frcnn_pickle_value *view)
{
    if (view->kind == FRCNN_PICKLE_NONE) return FRCNN_OK;
    if (view->kind != FRCNN_PICKLE_TUPLE || view->as.list.n_items != 3 || !is_int(view->as.list.items[1]) ||
        !is_int(view->as.list.items[2]))
        return refuse(pickle, "a view of a storage", view);
    const int64_t first = view->as.list.items[1]->as.integer, n = view->as.list.items[2]->as.integer;
    FRCNN_FAIL_IF(first < 0 || n < 0 || first > storage->n_elements || n > storage->n_elements - first,
                  FRCNN_ERROR_FORMAT,
                  "%s: expected a view within a storage of %" PRId64 " elements, found %" PRId64 " from %" PRId64,
                  get_source(pickle), storage->n_elements, n, first);
    storage->first = first;
    storage->n_viewed = n;
    return FRCNN_OK;
}

frcnn_status frcnn_pickle_add_storage(frcnn_pickle *pickle, frcnn_pickle_node **out, const frcnn_pickle_value *id)
{
    const size_t n_fields = (size_t)pickle->rules.storage_fields;
    const frcnn_pickle_value *const *fields = id->as.list.items;
    void *memory = NULL;
    FRCNN_FAIL_IF(id->kind != FRCNN_PICKLE_TUPLE || id->as.list.n_items == 0 ||
                      !frcnn_pickle_is_text(fields[0], "storage"),
                  FRCNN_ERROR_UNSUPPORTED,
                  "%s: expected persistent ids of storages alone, found another (a whole module is not read: save its "
                  "state_dict)",
                  get_source(pickle));
    FRCNN_FAIL_IF(id->as.list.n_items != n_fields, FRCNN_ERROR_FORMAT,
                  "%s: expected %zu values in a storage's persistent id, found %zu", get_source(pickle), n_fields,
                  id->as.list.n_items);
    if (frcnn_pickle_get_node(fields[1])->name != FRCNN_NAME_STORAGE)
        return refuse(pickle, "a class of storages", fields[1]);
    if (fields[2]->kind != FRCNN_PICKLE_TEXT) return refuse(pickle, "a storage's key", fields[2]);
    if (!is_int(fields[4])) return refuse(pickle, "a storage's number of elements", fields[4]);
    FRCNN_FAIL_IF(fields[4]->as.integer < 0, FRCNN_ERROR_FORMAT,
                  "%s: expected a storage of at least 0 elements, found %" PRId64, get_source(pickle),
                  fields[4]->as.integer);
    FRCNN_TRY(frcnn_pickle_take(pickle, &memory, sizeof(frcnn_pickle_storage)));
    frcnn_pickle_storage *storage = memory;
    *storage = (frcnn_pickle_storage){
        .next = pickle->storages,
        .key = fields[2]->as.text.bytes,
        .n_key_bytes = fields[2]->as.text.n_bytes,
        .class_name = fields[1]->as.text.bytes,
        .is_known = frcnn_pickle_get_node(fields[1])->is_known_dtype,
        .dtype = frcnn_pickle_get_node(fields[1])->dtype,
        .n_elements = fields[4]->as.integer,
        .n_viewed = fields[4]->as.integer,
    };
    if (n_fields == LEGACY_FIELDS) FRCNN_TRY(read_view(pickle, storage, fields[5]));
    pickle->storages = storage;
    FRCNN_TRY(frcnn_pickle_add(pickle, out, FRCNN_PICKLE_STORAGE));
    (*out)->value.as.storage = storage;
    return FRCNN_OK;
}

/* Strides of elements that lie one after the other; the number of elements, or -1 where that overflows. */
static int64_t set_strides(frcnn_pickle_tensor *tensor, int is_fortran)
{
    int64_t count = 1;
    for (int i = 0; i < tensor->n_dims; i++) {
        const int d = is_fortran ? i : tensor->n_dims - 1 - i;
        tensor->strides[d] = count;
        if (!frcnn_mul_int64(count, tensor->shape[d], &count)) return -1;
    }
    return count;
}

frcnn_status frcnn_pickle_set_array(frcnn_pickle *pickle, frcnn_pickle_node *array, const frcnn_pickle_node *dtype,
                                    const frcnn_pickle_value *shape, int is_fortran, const frcnn_pickle_value *bytes)
{
    frcnn_pickle_tensor *tensor = NULL;
    if (dtype->name != FRCNN_NAME_NEW_DTYPE) return refuse(pickle, "an array's dtype", &dtype->value);
    FRCNN_TRY(add_tensor(pickle, &tensor));
    FRCNN_TRY(read_numbers(pickle, tensor->shape, &tensor->n_dims, shape, "an array's sizes"));
    tensor->dtype = dtype->dtype;
    tensor->is_big_endian = dtype->is_big_endian;
    const int64_t count = set_strides(tensor, is_fortran);
    FRCNN_FAIL_IF(count < 0, FRCNN_ERROR_FORMAT, "%s: expected an array whose elements can be counted, found more",
                  get_source(pickle));
    if (dtype->is_known_dtype) {
        if (bytes->kind != FRCNN_PICKLE_BYTES && bytes->kind != FRCNN_PICKLE_TEXT)
            return refuse(pickle, "an array's bytes", bytes);
        const size_t size = frcnn_dtype_get_size(tensor->dtype), n_bytes = bytes->as.text.n_bytes;
        FRCNN_FAIL_IF((uint64_t)count > SIZE_MAX / size || (size_t)count * size != n_bytes, FRCNN_ERROR_FORMAT,
                      "%s: expected %" PRId64 " elements of %zu bytes in an array, found %zu bytes", get_source(pickle),
                      count, size, n_bytes);
        tensor->bytes = (const unsigned char *)bytes->as.text.bytes;
        tensor->n_bytes = n_bytes;
    } else {
        tensor->unknown_dtype = dtype->value.as.text.bytes;
    }
    array->name = FRCNN_NAME_UNKNOWN;
    array->value.kind = FRCNN_PICKLE_TENSOR;
    array->value.as.tensor = tensor;
    return FRCNN_OK;
}
