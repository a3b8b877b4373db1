/** What a backend brings to make the network's input of images. */
#ifndef FRCNN_IMAGE_OPS_H
#define FRCNN_IMAGE_OPS_H

#include "frcnn/tensor.h"
#include "image/resize_rule.h"
#include "tensor/frame.h"
#include "tensor/stream_ops.h"

/** As frcnn_resize_normalize, for n images at once. */
typedef struct frcnn_transform {
    int n;
    int padded_height, padded_width;
    frcnn_resize_rule rule;
    int is_bgr;
    float unit;
    float mean[3], std[3];
    frcnn_dtype dtype;         /**< of dst: f32, f16 or bf16 */
    const frcnn_frame *frames; /**< [n], in the device's memory */
    void *workspace;           /**< get_transform_workspace bytes */
    void *dst;                 /**< [n, padded_height, padded_width, 3] */
} frcnn_transform;

typedef struct frcnn_image_ops {
    /** For any frames of that padded size and rule; may be 0. */
    size_t (*get_transform_workspace)(const frcnn_transform *transform);
    /** Errors: BACKEND. */
    frcnn_status (*transform)(const frcnn_transform *transform, frcnn_stream *stream);
} frcnn_image_ops;

extern const frcnn_image_ops frcnn_image_ops_cpu;

#endif
