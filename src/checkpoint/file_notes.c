#include "checkpoint/file_notes.h"

#include <string.h>

#include <cjson/cJSON.h>

#include "tensor/error.h"
#include "tensor/memory.h"

enum { MAX_TEXTS = 3 };

static frcnn_status add_text(frcnn_checkpoint *checkpoint, const char *key, const char *value)
{
    void *block = NULL;
    if (checkpoint->metadata == NULL) {
        FRCNN_TRY(frcnn_alloc_zeroed(&block, MAX_TEXTS, sizeof *checkpoint->metadata, "a checkpoint's metadata"));
        checkpoint->metadata = block;
    }
    frcnn_checkpoint_text *text = &checkpoint->metadata[checkpoint->n_metadata++];
    FRCNN_TRY(frcnn_string_copy(&text->key, key));
    return frcnn_string_copy(&text->value, value);
}

/* A pickle's text with a NUL behind it. */
static frcnn_status copy_text(char **out, const frcnn_pickle_value *value)
{
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc(&block, value->as.text.n_bytes + 1, 1, "a checkpoint's metadata"));
    memcpy(block, value->as.text.bytes, value->as.text.n_bytes);
    ((char *)block)[value->as.text.n_bytes] = '\0';
    *out = block;
    return FRCNN_OK;
}

static frcnn_status add_config(frcnn_checkpoint *checkpoint, const frcnn_pickle_value *meta)
{
    const frcnn_pickle_value *config = frcnn_pickle_find(meta, "cfg");
    char *text = NULL;
    if (config == NULL) config = frcnn_pickle_find(meta, "config");
    if (config == NULL || config->kind != FRCNN_PICKLE_TEXT) return FRCNN_OK;
    FRCNN_TRY(copy_text(&text, config));
    const frcnn_status status = add_text(checkpoint, FRCNN_MMDET_CONFIG_KEY, text);
    frcnn_free(text);
    return status;
}

/* Version 3 keeps them in "dataset_meta". */
static const frcnn_pickle_value *find_classes(const frcnn_pickle_value *meta)
{
    const frcnn_pickle_value *dataset = frcnn_pickle_find(meta, "dataset_meta");
    const frcnn_pickle_value *classes = dataset != NULL ? frcnn_pickle_find(dataset, "classes") : NULL;
    if (classes == NULL && dataset != NULL) classes = frcnn_pickle_find(dataset, "CLASSES");
    if (classes == NULL) classes = frcnn_pickle_find(meta, "CLASSES");
    const int is_list = classes != NULL && (classes->kind == FRCNN_PICKLE_TUPLE || classes->kind == FRCNN_PICKLE_LIST);
    return is_list && classes->as.list.n_items > 0 ? classes : NULL;
}

static frcnn_status add_classes(frcnn_checkpoint *checkpoint, const frcnn_pickle_value *meta)
{
    const frcnn_pickle_value *classes = find_classes(meta);
    if (classes == NULL) return FRCNN_OK;
    cJSON *settings = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(settings, "classes");
    char *json = NULL;
    frcnn_status status = FRCNN_OK;
    for (size_t i = 0; i < classes->as.list.n_items; i++) {
        char *name = NULL;
        if (classes->as.list.items[i]->kind != FRCNN_PICKLE_TEXT) goto cleanup;
        FRCNN_TRY_CLEANUP(copy_text(&name, classes->as.list.items[i]));
        cJSON_AddItemToArray(list, cJSON_CreateString(name));
        frcnn_free(name);
    }
    json = cJSON_PrintUnformatted(settings);
    status = json == NULL ? frcnn_fail(FRCNN_ERROR_NO_MEMORY, "%s: out of memory for class names", checkpoint->path)
                          : add_text(checkpoint, FRCNN_MMDET_CLASSES_KEY, json);
cleanup:
    cJSON_free(json);
    cJSON_Delete(settings);
    return status;
}

/* Its trainer saves all options under "config". */
static frcnn_status add_caffe(frcnn_checkpoint *checkpoint, const frcnn_pickle_value *root)
{
    const frcnn_pickle_value *config = frcnn_pickle_find(root, "config");
    const frcnn_pickle_value *is_caffe = config != NULL ? frcnn_pickle_find(config, "caffe_pretrain") : NULL;
    if (is_caffe == NULL || is_caffe->kind != FRCNN_PICKLE_BOOL) return FRCNN_OK;
    return add_text(checkpoint, FRCNN_SIMPLE_CAFFE_KEY, is_caffe->as.integer ? "true" : "false");
}

frcnn_status frcnn_file_notes_read(frcnn_checkpoint *checkpoint, const frcnn_pickle_value *root)
{
    const frcnn_pickle_value *meta = frcnn_pickle_find(root, "meta");
    FRCNN_TRY(add_caffe(checkpoint, root));
    if (meta == NULL) return FRCNN_OK;
    FRCNN_TRY(add_config(checkpoint, meta));
    return add_classes(checkpoint, meta);
}
