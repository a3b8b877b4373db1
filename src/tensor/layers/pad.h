/** Padding of any dimensions, on raw arrays. */
#ifndef FRCNN_PAD_H
#define FRCNN_PAD_H

#include <stddef.h>

#include "frcnn/layers.h"

/** src, a row-major array of shape in, to dst of shape out. A negative before cuts. */
typedef struct frcnn_pad_run {
    int n_dims;
    int64_t in[FRCNN_MAX_DIMS], out[FRCNN_MAX_DIMS], before[FRCNN_MAX_DIMS];
    frcnn_pad_mode mode;
    size_t element_bytes;
    unsigned char value[8]; /**< one element; constant mode */
    const unsigned char *src;
    unsigned char *dst;
} frcnn_pad_run;

/** Allocates nothing; parallel over rows. Errors: none. */
FRCNN_NODISCARD frcnn_status frcnn_pad_cpu(const frcnn_pad_run *run);

#endif
