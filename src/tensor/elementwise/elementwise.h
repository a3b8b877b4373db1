/** Functions of single values, on raw arrays. */
#ifndef FRCNN_ELEMENTWISE_H
#define FRCNN_ELEMENTWISE_H

#include <stdint.h>

/** Each is written out in elementwise_body.h. */
typedef enum frcnn_elementwise {
    FRCNN_ELEMENTWISE_RELU,
    FRCNN_ELEMENTWISE_RELU6,
    FRCNN_ELEMENTWISE_HARDSWISH,
    FRCNN_ELEMENTWISE_HARDSIGMOID,
    FRCNN_ELEMENTWISE_SIGMOID
} frcnn_elementwise;

/** n values of src to dst, which is src or apart from it. NaN passes through. Allocates nothing; parallel over stretches. */
void frcnn_elementwise_cpu(frcnn_elementwise function, int64_t n, const float *src, float *dst);

#endif
