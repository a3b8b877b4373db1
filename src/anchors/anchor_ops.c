#include "anchors/anchor_ops.h"

#include "anchors/anchor_grid.h"

static frcnn_status fill(float *out, const frcnn_anchor_config *config, const frcnn_anchor_grids *grids,
                         frcnn_stream *stream)
{
    (void)stream;
    return frcnn_anchors_fill(out, config, grids);
}

const frcnn_anchor_ops frcnn_anchor_ops_cpu = {
    .fill = fill,
};
