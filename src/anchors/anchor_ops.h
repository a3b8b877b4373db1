/** What a backend brings to make anchors. */
#ifndef FRCNN_ANCHOR_OPS_H
#define FRCNN_ANCHOR_OPS_H

#include "frcnn/anchors.h"
#include "tensor/stream_ops.h"

typedef struct frcnn_anchor_ops {
    /** out [frcnn_anchors_count, 4] in the device's memory, as frcnn_anchors_create. Errors: INVALID, NO_MEMORY, BACKEND. */
    frcnn_status (*fill)(float *out, const frcnn_anchor_config *config, const frcnn_anchor_grids *grids,
                         frcnn_stream *stream);
} frcnn_anchor_ops;

extern const frcnn_anchor_ops frcnn_anchor_ops_cpu;

#endif
