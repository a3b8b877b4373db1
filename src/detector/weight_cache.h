/** Packed weights, made once per layer, device and layout and shared by all plans of all detectors of a model. Any thread may
 *  call any function but init and deinit. */
#ifndef FRCNN_WEIGHT_CACHE_H
#define FRCNN_WEIGHT_CACHE_H

#include <pthread.h>

#include "detector/backend.h"
#include "frcnn/checkpoint.h"
#include "tensor/layer.h"

typedef struct frcnn_weight_entry {
    const frcnn_layer *layer;
    const frcnn_network_ops *network;
    frcnn_device device;
    frcnn_packed *packed;
    size_t bytes;
    int n_users; /**< nodes of living plans */
} frcnn_weight_entry;

typedef struct frcnn_weight_cache {
    const frcnn_checkpoint *checkpoint; /**< that layers lie in: its pages are given back as they are packed */
    pthread_mutex_t mutex;              /**< guards the rest */
    frcnn_weight_entry *entries;
    int count, capacity;
} frcnn_weight_cache;

/** checkpoint outlives the cache. */
void frcnn_weight_cache_init(frcnn_weight_cache *cache, const frcnn_checkpoint *checkpoint);
void frcnn_weight_cache_deinit(frcnn_weight_cache *cache);

/** layer's weights in the order that primitive takes, made where no plan had them yet; *out is borrowed until the
 *  release. Errors: BACKEND, NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_weight_cache_acquire(frcnn_weight_cache *cache, const frcnn_packed **out,
                                                        const frcnn_layer *layer, const frcnn_primitive *primitive,
                                                        const frcnn_executor *executor);
void frcnn_weight_cache_release(frcnn_weight_cache *cache, const frcnn_packed *packed);

/** Bytes of all weights that are packed on a device now. */
size_t frcnn_weight_cache_get_bytes(frcnn_weight_cache *cache, frcnn_device device);
/** Bytes that acquiring would add: 0 where the weights are there. */
size_t frcnn_weight_cache_get_cost(frcnn_weight_cache *cache, const frcnn_layer *layer,
                                   const frcnn_primitive *primitive, const frcnn_executor *executor);

/** Frees what no plan uses. */
void frcnn_weight_cache_trim(frcnn_weight_cache *cache);

#endif
