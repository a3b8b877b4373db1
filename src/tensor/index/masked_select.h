/** Elements that a mask names, on raw arrays. */
#ifndef FRCNN_MASKED_SELECT_H
#define FRCNN_MASKED_SELECT_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/status.h"

/** src and mask, row-major and of one shape -> dst [hits], in row-major order. */
typedef struct frcnn_masked_select {
    size_t element_bytes;
    int64_t n_elements;
    const void *src;
    const uint8_t *mask;
    const int64_t *starts; /**< of mask, as frcnn_hits_count_cpu gives them */
    void *dst;
} frcnn_masked_select;

/** Allocates nothing; parallel over blocks. */
FRCNN_NODISCARD frcnn_status frcnn_masked_select_cpu(const frcnn_masked_select *select);

#endif
