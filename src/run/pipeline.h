/** Items through four steps at once: decode, detect and draw (many threads each) and write (the caller's), with a bounded
 *  number between them. What the steps do is the caller's; the pipeline keeps order, bounds and errors.
 */
#ifndef FRCNN_PIPELINE_H
#define FRCNN_PIPELINE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "frcnn/detector.h"
#include "frcnn/image.h"

enum { FRCNN_ITEM_NAME_BYTES = 32, FRCNN_ITEM_ERROR_BYTES = 2048 };

/** One input on its way. */
typedef struct frcnn_item {
    int64_t index; /**< of the input, from 0 */
    const char *name, *path;
    char own_name[FRCNN_ITEM_NAME_BYTES]; /**< where name may point */
    void *bytes;                          /**< of an image of a stream, freed when it is decoded; else NULL */
    size_t n_bytes;
    frcnn_image *image; /**< made by decode, destroyed when it is drawn */
    int height, width;
    frcnn_result result;
    double decode_ms, draw_ms;
    frcnn_status status; /**< what went wrong with this input alone; such an item skips the steps that are left */
    char error[FRCNN_ITEM_ERROR_BYTES];
} frcnn_item;

/** A status that a step returns is the end of the whole pipeline; what is wrong with one item is put into the item. */
typedef struct frcnn_pipeline_steps {
    /** Fills in the next input; *has_item is 0 behind the last. In order, by one thread at a time. May block. */
    frcnn_status (*next)(void *context, frcnn_item *item, int *has_item);
    /** Makes the image. Any thread. */
    void (*decode)(void *context, frcnn_item *item);
    /** Makes the results of n items, neighbours but for those that failed. By thread detector of n_detectors. */
    void (*detect)(void *context, int detector, frcnn_item *const *items, size_t n);
    /** Any thread. */
    frcnn_status (*draw)(void *context, frcnn_item *item);
    /** In order, by the thread that called frcnn_pipeline_run. */
    frcnn_status (*write)(void *context, frcnn_item *item);
} frcnn_pipeline_steps;

typedef struct frcnn_pipeline_options {
    int n_threads;          /**< that decode and draw; at least 1 */
    int n_detectors;        /**< threads that detect; at least 1 */
    size_t batch;           /**< items detected together, at most; at least 1 */
    size_t max_bytes;       /**< of images: no further input is taken while those on their way hold more */
    const atomic_int *stop; /**< not 0: take no further input, detect nothing further, write what is detected */
} frcnn_pipeline_options;

/** Returns when every item is written, when stop is set (OK too) or when a step failed. Items that are not written are
 *  dropped. Errors: a step's, with its message; NO_MEMORY (also threads that cannot be started). */
FRCNN_NODISCARD frcnn_status frcnn_pipeline_run(const frcnn_pipeline_steps *steps, void *context,
                                                const frcnn_pipeline_options *options);

/** Puts this thread's message and a status into an item that failed. */
void frcnn_item_fail(frcnn_item *item, frcnn_status status);

#endif
