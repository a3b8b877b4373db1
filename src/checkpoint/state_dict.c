#include "checkpoint/state_dict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint/file_notes.h"
#include "checkpoint/stored_tensor.h"
#include "tensor/error.h"
#include "tensor/memory.h"

enum { MAX_DICTS = 16, PREFIX_BYTES = 48, MAX_DEPTH = 2 };

/* What state dicts are found under, alone or one in the other. */
static const char *const wrappers[] = {"model",     "state_dict", "model_state_dict", "model_state", "ema",
                                       "ema_model", "blobs"};

/* A dict of tensors, and the names on the way to it, as "ema.". */
typedef struct found_dict {
    const frcnn_pickle_value *dict;
    char prefix[PREFIX_BYTES];
} found_dict;

typedef struct found_dicts {
    found_dict dicts[MAX_DICTS];
    int n;
} found_dicts;

static int has_tensors(const frcnn_pickle_value *value)
{
    for (size_t i = 1; value->kind == FRCNN_PICKLE_DICT && i < value->as.list.n_items; i += 2)
        if (value->as.list.items[i]->kind == FRCNN_PICKLE_TENSOR) return 1;
    return 0;
}

/* Dicts of tensors under the wrappers' names in value; one that holds tensors is not looked into. */
static void find_wrapped(found_dicts *found, const frcnn_pickle_value *value, const char *prefix, int depth)
{
    for (size_t i = 0; i < sizeof wrappers / sizeof wrappers[0]; i++) {
        const frcnn_pickle_value *inner = frcnn_pickle_find(value, wrappers[i]);
        char name[PREFIX_BYTES];
        if (inner == NULL || found->n == MAX_DICTS) continue;
        if (snprintf(name, sizeof name, "%s%s.", prefix, wrappers[i]) >= PREFIX_BYTES) continue;
        if (has_tensors(inner)) {
            found_dict *dict = &found->dicts[found->n++];
            dict->dict = inner;
            memcpy(dict->prefix, name, sizeof name);
        } else if (depth > 1) {
            find_wrapped(found, inner, name, depth - 1);
        }
    }
}

/* A module that was pickled as a whole. */
static frcnn_status refuse_whole(const frcnn_checkpoint *checkpoint, const frcnn_pickle_value *value)
{
    const char *name = value->as.text.bytes;
    const size_t n = value->as.text.n_bytes;
    const int is_yolo =
        (n > 12 && memcmp(name, "ultralytics.", 12) == 0) || (n > 12 && memcmp(name, "models.yolo.", 12) == 0);
    return frcnn_fail(FRCNN_ERROR_UNSUPPORTED, "%s: expected tensors by name, found a whole %.*s: %s", checkpoint->path,
                      (int)(n < 200 ? n : 200), name,
                      is_yolo ? "a YOLO model, which is no Faster R-CNN" : "save its state_dict()");
}

static frcnn_status find_dicts(found_dicts *found, const frcnn_checkpoint *checkpoint, const frcnn_pickle_value *root)
{
    memset(found, 0, sizeof *found);
    find_wrapped(found, root, "", MAX_DEPTH);
    if (found->n == 0 && has_tensors(root)) found->dicts[found->n++].dict = root;
    if (found->n == 1) found->dicts[0].prefix[0] = '\0';
    if (found->n > 0) return FRCNN_OK;
    for (size_t i = 0; i < sizeof wrappers / sizeof wrappers[0]; i++) {
        const frcnn_pickle_value *inner = frcnn_pickle_find(root, wrappers[i]);
        if (inner != NULL && inner->kind == FRCNN_PICKLE_OPAQUE) return refuse_whole(checkpoint, inner);
    }
    if (root->kind == FRCNN_PICKLE_OPAQUE) return refuse_whole(checkpoint, root);
    return frcnn_fail(FRCNN_ERROR_UNSUPPORTED,
                      "%s: expected a dict of tensors by name, or one under \"model\" or \"state_dict\", found none",
                      checkpoint->path);
}

static frcnn_status make_tensor(frcnn_tensor **out, const frcnn_checkpoint *checkpoint, const char *name,
                                const frcnn_pickle_tensor *tensor, const frcnn_storage_source *source)
{
    FRCNN_FAIL_IF(tensor->unknown_dtype != NULL, FRCNN_ERROR_UNSUPPORTED,
                  "%s: tensor \"%.200s\": tensors of %.100s are not read", checkpoint->path, name,
                  tensor->unknown_dtype);
    frcnn_stored_tensor stored = {
        .dtype = tensor->dtype,
        .is_big_endian = tensor->is_big_endian,
        .n_dims = tensor->n_dims,
        .elements = tensor->bytes,
    };
    memcpy(stored.shape, tensor->shape, sizeof stored.shape);
    memcpy(stored.strides, tensor->strides, sizeof stored.strides);
    if (tensor->storage != NULL) {
        FRCNN_TRY(source->find(source->context, tensor->storage, &stored.elements));
        if (tensor->offset > 0) stored.elements += (size_t)tensor->offset * frcnn_dtype_get_size(tensor->dtype);
        stored.is_big_endian = source->is_big_endian;
    }
    return frcnn_stored_tensor_create(out, &stored, checkpoint->mapping);
}

static frcnn_status add_entry(frcnn_checkpoint *checkpoint, const found_dict *found, const frcnn_pickle_value *key,
                              const frcnn_pickle_tensor *tensor, const frcnn_storage_source *source)
{
    FRCNN_FAIL_IF(key->kind != FRCNN_PICKLE_TEXT || key->as.text.n_bytes == 0 ||
                      memchr(key->as.text.bytes, '\0', key->as.text.n_bytes) != NULL,
                  FRCNN_ERROR_FORMAT, "%s: expected a name for each tensor, found another key", checkpoint->path);
    frcnn_checkpoint_entry *entry = &checkpoint->entries[checkpoint->n_entries++];
    const size_t n_prefix = strlen(found->prefix), n_key = key->as.text.n_bytes;
    void *name = NULL;
    *entry = (frcnn_checkpoint_entry){NULL, NULL};
    FRCNN_TRY(frcnn_alloc(&name, n_prefix + n_key + 1, 1, "a tensor's name"));
    entry->name = name;
    memcpy(entry->name, found->prefix, n_prefix);
    memcpy(entry->name + n_prefix, key->as.text.bytes, n_key);
    entry->name[n_prefix + n_key] = '\0';
    return make_tensor(&entry->tensor, checkpoint, entry->name, tensor, source);
}

/* Caffe2 kept its solver's state among the weights. */
static int is_momentum(const frcnn_pickle_value *key)
{
    static const char end[] = "_momentum";
    const size_t n = sizeof end - 1;
    return key->kind == FRCNN_PICKLE_TEXT && key->as.text.n_bytes > n &&
           memcmp(key->as.text.bytes + key->as.text.n_bytes - n, end, n) == 0;
}

static int compare_entries(const void *a, const void *b)
{
    const frcnn_checkpoint_entry *x = a, *y = b;
    return strcmp(x->name, y->name);
}

/* A name that was set twice would be found at chance. */
static frcnn_status check_names(const frcnn_checkpoint *checkpoint)
{
    for (size_t i = 1; i < checkpoint->n_entries; i++)
        FRCNN_FAIL_IF(strcmp(checkpoint->entries[i - 1].name, checkpoint->entries[i].name) == 0, FRCNN_ERROR_FORMAT,
                      "%s: tensor \"%.200s\" is there twice", checkpoint->path, checkpoint->entries[i].name);
    return FRCNN_OK;
}

frcnn_status frcnn_state_dict_read(frcnn_checkpoint *checkpoint, const frcnn_pickle_value *root,
                                   const frcnn_storage_source *source)
{
    found_dicts found;
    size_t n_items = 0;
    void *entries = NULL;
    FRCNN_TRY(find_dicts(&found, checkpoint, root));
    for (int i = 0; i < found.n; i++) n_items += found.dicts[i].dict->as.list.n_items / 2;
    FRCNN_TRY(frcnn_alloc(&entries, n_items, sizeof *checkpoint->entries, "a checkpoint's tensors"));
    checkpoint->entries = entries;
    for (int i = 0; i < found.n; i++) {
        const frcnn_pickle_value *dict = found.dicts[i].dict;
        for (size_t k = 0; k < dict->as.list.n_items; k += 2) {
            const frcnn_pickle_value *key = dict->as.list.items[k], *value = dict->as.list.items[k + 1];
            if (value->kind == FRCNN_PICKLE_TENSOR && !is_momentum(key))
                FRCNN_TRY(add_entry(checkpoint, &found.dicts[i], key, value->as.tensor, source));
        }
    }
    FRCNN_TRY(frcnn_file_notes_read(checkpoint, root));
    qsort(checkpoint->entries, checkpoint->n_entries, sizeof *checkpoint->entries, compare_entries);
    return check_names(checkpoint);
}
