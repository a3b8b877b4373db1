#include "detector/weight_cache.h"

#include <string.h>

#include "checkpoint/checkpoint_pages.h"
#include "tensor/error.h"
#include "tensor/memory.h"

void frcnn_weight_cache_init(frcnn_weight_cache *cache, const frcnn_checkpoint *checkpoint)
{
    memset(cache, 0, sizeof *cache);
    cache->checkpoint = checkpoint;
    pthread_mutex_init(&cache->mutex, NULL);
}

void frcnn_weight_cache_deinit(frcnn_weight_cache *cache)
{
    for (int i = 0; i < cache->count; i++) cache->entries[i].network->destroy_packed(&cache->entries[i].packed);
    frcnn_free(cache->entries);
    pthread_mutex_destroy(&cache->mutex);
}

static int is_on(const frcnn_weight_entry *entry, frcnn_device device)
{
    return entry->device.kind == device.kind && entry->device.index == device.index;
}

static frcnn_weight_entry *find(const frcnn_weight_cache *cache, const frcnn_layer *layer,
                                const frcnn_primitive *primitive, const frcnn_executor *executor)
{
    for (int i = 0; i < cache->count; i++) {
        frcnn_weight_entry *entry = &cache->entries[i];
        if (entry->layer == layer && is_on(entry, executor->device) && entry->network->fits(entry->packed, primitive))
            return entry;
    }
    return NULL;
}

size_t frcnn_weight_cache_get_bytes(frcnn_weight_cache *cache, frcnn_device device)
{
    size_t bytes = 0;
    pthread_mutex_lock(&cache->mutex);
    for (int i = 0; i < cache->count; i++)
        if (is_on(&cache->entries[i], device)) bytes += cache->entries[i].bytes;
    pthread_mutex_unlock(&cache->mutex);
    return bytes;
}

size_t frcnn_weight_cache_get_cost(frcnn_weight_cache *cache, const frcnn_layer *layer,
                                   const frcnn_primitive *primitive, const frcnn_executor *executor)
{
    pthread_mutex_lock(&cache->mutex);
    const int is_there = find(cache, layer, primitive, executor) != NULL;
    pthread_mutex_unlock(&cache->mutex);
    return is_there ? 0 : executor->backend->network->get_packed_bytes(primitive);
}

/* The plain weights live only while they are packed: a model has no second copy in memory, nor the pages
   of the file that they were read from. */
static frcnn_status pack(const frcnn_weight_cache *cache, frcnn_packed **out, const frcnn_layer *layer,
                         const frcnn_primitive *primitive, const frcnn_executor *executor)
{
    void *weight = NULL, *bias = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_alloc(&weight, (size_t)frcnn_layer_get_n_weights(layer), sizeof(float), layer->name));
    FRCNN_TRY_CLEANUP(frcnn_alloc(&bias, (size_t)layer->out_c, sizeof(float), layer->name));
    FRCNN_TRY_CLEANUP(frcnn_layer_read(layer, weight, bias));
    frcnn_checkpoint_drop_pages(cache->checkpoint);
    status = executor->backend->network->create_packed(out, primitive, weight, bias, executor->stream);
cleanup:
    frcnn_free(weight);
    frcnn_free(bias);
    return status;
}

/* The entry for layer as primitive takes it, added where it is missing. Called with the mutex: whoever needs the same
   weights meanwhile waits for them instead of packing them again. */
static frcnn_status find_or_add(frcnn_weight_cache *cache, frcnn_weight_entry **out, const frcnn_layer *layer,
                                const frcnn_primitive *primitive, const frcnn_executor *executor)
{
    *out = find(cache, layer, primitive, executor);
    if (*out != NULL) return FRCNN_OK;
    if (cache->count == cache->capacity) {
        void *entries = cache->entries;
        const int wanted = cache->capacity == 0 ? 64 : 2 * cache->capacity;
        FRCNN_TRY(frcnn_realloc(&entries, (size_t)cache->count, (size_t)wanted, sizeof **out, "weight cache"));
        cache->entries = entries;
        cache->capacity = wanted;
    }
    frcnn_weight_entry *entry = &cache->entries[cache->count];
    memset(entry, 0, sizeof *entry);
    FRCNN_TRY(pack(cache, &entry->packed, layer, primitive, executor));
    entry->layer = layer;
    entry->network = executor->backend->network;
    entry->device = executor->device;
    entry->bytes = entry->network->get_packed_bytes(primitive);
    cache->count++;
    *out = entry;
    return FRCNN_OK;
}

frcnn_status frcnn_weight_cache_acquire(frcnn_weight_cache *cache, const frcnn_packed **out, const frcnn_layer *layer,
                                        const frcnn_primitive *primitive, const frcnn_executor *executor)
{
    frcnn_weight_entry *entry = NULL;
    pthread_mutex_lock(&cache->mutex);
    const frcnn_status status = find_or_add(cache, &entry, layer, primitive, executor);
    if (status == FRCNN_OK) {
        entry->n_users++;
        *out = entry->packed;
    }
    pthread_mutex_unlock(&cache->mutex);
    return status;
}

void frcnn_weight_cache_release(frcnn_weight_cache *cache, const frcnn_packed *packed)
{
    pthread_mutex_lock(&cache->mutex);
    for (int i = 0; i < cache->count; i++)
        if (cache->entries[i].packed == packed) cache->entries[i].n_users--;
    pthread_mutex_unlock(&cache->mutex);
}

void frcnn_weight_cache_trim(frcnn_weight_cache *cache)
{
    int kept = 0;
    pthread_mutex_lock(&cache->mutex);
    for (int i = 0; i < cache->count; i++) {
        frcnn_weight_entry *entry = &cache->entries[i];
        if (entry->n_users > 0) {
            cache->entries[kept++] = *entry;
        } else {
            entry->network->destroy_packed(&entry->packed);
        }
    }
    cache->count = kept;
    pthread_mutex_unlock(&cache->mutex);
}
