#include "checkpoint/pickle.h"

#include <stdalign.h>
#include <string.h>

#include "checkpoint/pickle_node.h"
#include "tensor/error.h"
#include "tensor/memory.h"

enum { BLOCK_BYTES = 1 << 16, MAX_NODES = 1 << 22, ALIGNMENT = alignof(max_align_t) };

typedef struct frcnn_pickle_block {
    struct frcnn_pickle_block *next;
    alignas(max_align_t) unsigned char bytes[];
} frcnn_pickle_block;

frcnn_status frcnn_pickle_take(frcnn_pickle *pickle, void **out, size_t n_bytes)
{
    const size_t whole = (n_bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (whole < n_bytes || whole > SIZE_MAX / 2)
        return frcnn_fail(FRCNN_ERROR_NO_MEMORY, "%s: %zu bytes are asked for", pickle->rules.source, n_bytes);
    if (whole > pickle->n_free) {
        const size_t size = whole > BLOCK_BYTES ? whole : BLOCK_BYTES;
        void *memory = NULL;
        FRCNN_TRY(frcnn_alloc(&memory, 1, sizeof(frcnn_pickle_block) + size, "a pickle's values"));
        frcnn_pickle_block *block = memory;
        block->next = pickle->blocks;
        pickle->blocks = block;
        pickle->n_free = size;
    }
    /* Blocks are handed out from their ends. */
    pickle->n_free -= whole;
    *out = pickle->blocks->bytes + pickle->n_free;
    return FRCNN_OK;
}

frcnn_status frcnn_pickle_count_copied(frcnn_pickle *pickle, size_t n)
{
    FRCNN_FAIL_IF(n > pickle->size - pickle->n_copied, FRCNN_ERROR_UNSUPPORTED,
                  "%s: the pickle copies the same values again and again", pickle->rules.source);
    pickle->n_copied += n;
    return FRCNN_OK;
}

frcnn_status frcnn_pickle_add(frcnn_pickle *pickle, frcnn_pickle_node **out, frcnn_pickle_kind kind)
{
    void *memory = NULL;
    FRCNN_FAIL_IF(pickle->n_nodes == MAX_NODES, FRCNN_ERROR_UNSUPPORTED, "%s: expected at most %d values in the pickle",
                  pickle->rules.source, MAX_NODES);
    FRCNN_TRY(frcnn_pickle_take(pickle, &memory, sizeof(frcnn_pickle_node)));
    pickle->n_nodes++;
    frcnn_pickle_node *node = memory;
    memset(node, 0, sizeof *node);
    node->value.kind = kind;
    *out = node;
    return FRCNN_OK;
}

frcnn_status frcnn_pickle_add_opaque(frcnn_pickle *pickle, frcnn_pickle_node **out, const char *text)
{
    void *copy = NULL;
    const size_t n_bytes = strlen(text);
    FRCNN_TRY(frcnn_pickle_take(pickle, &copy, n_bytes + 1));
    memcpy(copy, text, n_bytes + 1);
    FRCNN_TRY(frcnn_pickle_add(pickle, out, FRCNN_PICKLE_OPAQUE));
    (*out)->value.as.text.bytes = copy;
    (*out)->value.as.text.n_bytes = n_bytes;
    return FRCNN_OK;
}

frcnn_status frcnn_pickle_append(frcnn_pickle *pickle, frcnn_pickle_node *list, const frcnn_pickle_value *item)
{
    const size_t n = list->value.as.list.n_items;
    if (n == list->capacity) {
        const size_t capacity = n == 0 ? 4 : 2 * n;
        void *items = NULL;
        FRCNN_TRY(frcnn_pickle_take(pickle, &items, capacity * sizeof *list->value.as.list.items));
        if (n > 0) memcpy(items, list->value.as.list.items, n * sizeof *list->value.as.list.items);
        list->value.as.list.items = items;
        list->capacity = capacity;
    }
    list->value.as.list.items[list->value.as.list.n_items++] = item;
    return FRCNN_OK;
}

void frcnn_pickle_destroy(frcnn_pickle **handle)
{
    if (handle == NULL || *handle == NULL) return;
    frcnn_pickle *pickle = *handle;
    while (pickle->blocks != NULL) {
        frcnn_pickle_block *next = pickle->blocks->next;
        frcnn_free(pickle->blocks);
        pickle->blocks = next;
    }
    frcnn_free(pickle);
    *handle = NULL;
}

const frcnn_pickle_value *frcnn_pickle_get_root(const frcnn_pickle *pickle)
{
    return pickle->root;
}

const frcnn_pickle_storage *frcnn_pickle_get_storages(const frcnn_pickle *pickle)
{
    return pickle->storages;
}

int frcnn_pickle_is_text(const frcnn_pickle_value *value, const char *text)
{
    return value->kind == FRCNN_PICKLE_TEXT && value->as.text.n_bytes == strlen(text) &&
           memcmp(value->as.text.bytes, text, value->as.text.n_bytes) == 0;
}

const frcnn_pickle_value *frcnn_pickle_find(const frcnn_pickle_value *value, const char *key)
{
    if (value->kind != FRCNN_PICKLE_DICT) return NULL;
    for (size_t i = value->as.list.n_items; i >= 2; i -= 2)
        if (frcnn_pickle_is_text(value->as.list.items[i - 2], key)) return value->as.list.items[i - 1];
    return NULL;
}
