/** A backend: all that a detector's plans run on one kind of device. */
#ifndef FRCNN_BACKEND_H
#define FRCNN_BACKEND_H

#include "anchors/anchor_ops.h"
#include "frcnn/device.h"
#include "image/image_ops.h"
#include "roi/roi_ops.h"
#include "rpn/rpn_ops.h"
#include "tensor/network_ops.h"
#include "tensor/precision.h"
#include "tensor/stream_ops.h"

typedef struct frcnn_backend {
    const frcnn_stream_ops *stream;
    const frcnn_network_ops *network;
    const frcnn_image_ops *image;
    const frcnn_anchor_ops *anchors;
    const frcnn_rpn_ops *rpn;
    const frcnn_roi_ops *roi;
} frcnn_backend;

/** Where plans run: a device, what their convolutions compute in, and the stream that their work is put on. */
typedef struct frcnn_executor {
    const frcnn_backend *backend;
    frcnn_device device;
    frcnn_precision precision;
    frcnn_stream *stream;
} frcnn_executor;

/** The backend of a kind of device; NULL where this build has none. */
const frcnn_backend *frcnn_backend_find(frcnn_device_kind kind);

/** The CUDA backend's tables; NULL where this build has no CUDA. */
const frcnn_backend *frcnn_cuda_get_backend(void);

#endif
