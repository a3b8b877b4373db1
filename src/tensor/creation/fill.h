/** One value in many places, on raw memory. */
#ifndef FRCNN_FILL_H
#define FRCNN_FILL_H

#include "tensor/creation/scalar_element.h"

typedef struct frcnn_fill {
    void *dst;
    int64_t n;
    int64_t step; /**< elements from one place to the next, 1 or more */
    size_t element_bytes;
    frcnn_element value;
} frcnn_fill;

FRCNN_NODISCARD frcnn_status frcnn_fill_cpu(const frcnn_fill *fill);

#endif
