#include "detector/backend.h"

#include <stddef.h>

static const frcnn_backend backend_cpu = {
    .stream = &frcnn_stream_ops_cpu,
    .network = &frcnn_network_ops_cpu,
    .image = &frcnn_image_ops_cpu,
    .anchors = &frcnn_anchor_ops_cpu,
    .rpn = &frcnn_rpn_ops_cpu,
    .roi = &frcnn_roi_ops_cpu,
};

const frcnn_backend *frcnn_backend_find(frcnn_device_kind kind)
{
    return kind == FRCNN_CPU ? &backend_cpu : frcnn_cuda_get_backend();
}
