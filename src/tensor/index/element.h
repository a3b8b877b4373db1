/** Elements that are moved but not looked at: only their size matters, and they need no alignment. */
#ifndef FRCNN_ELEMENT_H
#define FRCNN_ELEMENT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tensor/body.h"

/** Copies element src_at of src to element dst_at of dst. size is a constant where this is inlined into a loop for it. */
FRCNN_HD void frcnn_element_copy(size_t size, void *dst, int64_t dst_at, const void *src, int64_t src_at)
{
    memcpy((unsigned char *)dst + (size_t)dst_at * size, (const unsigned char *)src + (size_t)src_at * size, size);
}

/** Runs a statement with `size` as a constant of 1, 2, 4 or 8, so that copies of single elements are moves. */
#define FRCNN_ELEMENT_DISPATCH(n_bytes, statement)                                                                     \
    do {                                                                                                               \
        if ((n_bytes) == 1) {                                                                                          \
            enum { size = 1 };                                                                                         \
            statement;                                                                                                 \
        } else if ((n_bytes) == 2) {                                                                                   \
            enum { size = 2 };                                                                                         \
            statement;                                                                                                 \
        } else if ((n_bytes) == 4) {                                                                                   \
            enum { size = 4 };                                                                                         \
            statement;                                                                                                 \
        } else {                                                                                                       \
            enum { size = 8 };                                                                                         \
            statement;                                                                                                 \
        }                                                                                                              \
    } while (0)

#endif
