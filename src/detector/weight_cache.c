#include "detector/weight_cache.h"

#include <string.h>

#include "tensor/error.h"
#include "tensor/memory.h"

void frcnn_weight_cache_deinit(frcnn_weight_cache *cache)
{
    for (int i = 0; i < cache->count; i++) frcnn_packed_destroy(&cache->entries[i].packed);
    frcnn_free(cache->entries);
    memset(cache, 0, sizeof *cache);
}

static frcnn_weight_entry *find(const frcnn_weight_cache *cache, const frcnn_layer *layer,
                                const frcnn_primitive *primitive)
{
    for (int i = 0; i < cache->count; i++)
        if (cache->entries[i].layer == layer && frcnn_packed_fits(cache->entries[i].packed, primitive))
            return &cache->entries[i];
    return NULL;
}

size_t frcnn_weight_cache_get_cost(const frcnn_weight_cache *cache, const frcnn_layer *layer,
                                   const frcnn_primitive *primitive)
{
    return find(cache, layer, primitive) != NULL ? 0 : frcnn_primitive_get_packed_bytes(primitive);
}

/* The plain weights live only while they are packed: a model has no second copy in memory beside the mapped file. */
static frcnn_status pack(frcnn_packed **out, const frcnn_layer *layer, const frcnn_primitive *primitive)
{
    void *weight = NULL, *bias = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_alloc(&weight, (size_t)frcnn_layer_get_n_weights(layer), sizeof(float), layer->name));
    FRCNN_TRY_CLEANUP(frcnn_alloc(&bias, (size_t)layer->out_c, sizeof(float), layer->name));
    FRCNN_TRY_CLEANUP(frcnn_layer_read(layer, weight, bias));
    status = frcnn_packed_create(out, primitive, weight, bias);
cleanup:
    frcnn_free(weight);
    frcnn_free(bias);
    return status;
}

frcnn_status frcnn_weight_cache_acquire(frcnn_weight_cache *cache, const frcnn_packed **out, const frcnn_layer *layer,
                                        const frcnn_primitive *primitive)
{
    frcnn_weight_entry *entry = find(cache, layer, primitive);
    if (entry == NULL) {
        if (cache->count == cache->capacity) {
            void *entries = cache->entries;
            const int wanted = cache->capacity == 0 ? 64 : 2 * cache->capacity;
            FRCNN_TRY(frcnn_realloc(&entries, (size_t)cache->count, (size_t)wanted, sizeof *entry, "weight cache"));
            cache->entries = entries;
            cache->capacity = wanted;
        }
        entry = &cache->entries[cache->count];
        memset(entry, 0, sizeof *entry);
        FRCNN_TRY(pack(&entry->packed, layer, primitive));
        entry->layer = layer;
        entry->bytes = frcnn_primitive_get_packed_bytes(primitive);
        cache->bytes += entry->bytes;
        cache->count++;
    }
    entry->n_users++;
    *out = entry->packed;
    return FRCNN_OK;
}

void frcnn_weight_cache_release(frcnn_weight_cache *cache, const frcnn_packed *packed)
{
    for (int i = 0; i < cache->count; i++)
        if (cache->entries[i].packed == packed) cache->entries[i].n_users--;
}

void frcnn_weight_cache_trim(frcnn_weight_cache *cache)
{
    int kept = 0;
    for (int i = 0; i < cache->count; i++) {
        frcnn_weight_entry *entry = &cache->entries[i];
        if (entry->n_users > 0) {
            cache->entries[kept++] = *entry;
        } else {
            cache->bytes -= entry->bytes;
            frcnn_packed_destroy(&entry->packed);
        }
    }
    cache->count = kept;
}
