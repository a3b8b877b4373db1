#include "image/image_ops.h"

#include <string.h>

#include "image/resize_normalize.h"

static size_t get_transform_workspace(const frcnn_transform *transform)
{
    return frcnn_resize_normalize_get_workspace(transform->rule, transform->padded_height, transform->padded_width);
}

static frcnn_status transform_cpu(const frcnn_transform *transform, frcnn_stream *stream)
{
    const int64_t size = (int64_t)transform->padded_height * transform->padded_width * 3;
    (void)stream;
    for (int i = 0; i < transform->n; i++) {
        const frcnn_frame *frame = &transform->frames[i];
        frcnn_resize_normalize p = {
            .rule = transform->rule,
            .scale = frame->scale,
            .src_height = frame->src_height,
            .src_width = frame->src_width,
            .height = frame->height,
            .width = frame->width,
            .padded_height = transform->padded_height,
            .padded_width = transform->padded_width,
            .is_bgr = transform->is_bgr,
            .unit = transform->unit,
        };
        memcpy(p.mean, transform->mean, sizeof p.mean);
        memcpy(p.std, transform->std, sizeof p.std);
        frcnn_resize_normalize_cpu(&p, frame->pixels, transform->workspace, (float *)transform->dst + i * size);
    }
    return FRCNN_OK;
}

const frcnn_image_ops frcnn_image_ops_cpu = {
    .get_transform_workspace = get_transform_workspace,
    .transform = transform_cpu,
};
