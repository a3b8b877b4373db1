/** The memory of a kind of device, as tensors and their operations use it.
 *
 *  What is done to the tensors of a GPU is put on one stream of that GPU, in order, by all threads; a call returns before it
 *  is done. So memory may be used as soon as it is allocated, and freed while work on it is still to come. What goes
 *  wrong in such work is reported by the next call that waits. The CPU's work is done when a call returns.
 */
#ifndef FRCNN_MEMORY_OPS_H
#define FRCNN_MEMORY_OPS_H

#include <stddef.h>

#include "frcnn/status.h"

/** index is the device's; it is there. */
typedef struct frcnn_memory_ops {
    /** The operations of the backend's tables, called by this thread, work on this device from now on. Errors: BACKEND. */
    frcnn_status (*select)(int index);
    /** Uninitialised, as aligned as any dtype needs, also where bytes is 0. what names it in the message.
     *  Errors: NO_MEMORY, BACKEND. */
    frcnn_status (*alloc)(int index, void **out, size_t bytes, const char *what);
    /** Takes NULL. */
    void (*free)(int index, void *memory);
    /** Zeros. Errors: BACKEND. */
    frcnn_status (*clear)(int index, void *memory, size_t bytes);
    /** From the CPU's memory, which may be used again at once. Errors: BACKEND. */
    frcnn_status (*upload)(int index, void *dst, const void *src, size_t bytes);
    /** To the CPU's memory. Waits. Errors: BACKEND, with what went wrong in any work before. */
    frcnn_status (*download)(int index, void *dst, const void *src, size_t bytes);
    /** From another device of this kind. Waits. Errors: BACKEND. */
    frcnn_status (*fetch)(int index, void *dst, int src_index, const void *src, size_t bytes);
} frcnn_memory_ops;

extern const frcnn_memory_ops frcnn_memory_ops_cpu;

#endif
