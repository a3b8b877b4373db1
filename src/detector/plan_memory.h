/** What a run of a plan works in. One serves all plans of a detector, since only one runs at a time. */
#ifndef FRCNN_PLAN_MEMORY_H
#define FRCNN_PLAN_MEMORY_H

#include <stddef.h>

#include "detector/backend.h"

/** Every value of a plan; the images' pixels where the device does not read the CPU's memory; and what goes to the device
 *  and comes back from it. */
typedef struct frcnn_plan_memory {
    void *arena, *pixels, *staging;
    size_t arena_bytes, pixels_bytes, staging_bytes;
} frcnn_plan_memory;

/** Makes each part at least that large; what was in them is lost where they grow. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_plan_memory_reserve(frcnn_plan_memory *memory, const frcnn_executor *executor,
                                                       size_t arena_bytes, size_t pixels_bytes, size_t staging_bytes);
/** Frees all parts. */
void frcnn_plan_memory_free(frcnn_plan_memory *memory, const frcnn_executor *executor);

#endif
