/** What makes detections, for the table of RoI operations. */
#ifndef FRCNN_CUDA_POSTPROCESS_H
#define FRCNN_CUDA_POSTPROCESS_H

#include "roi/roi_ops.h"

/** As roi_ops.h says of get_postprocess_workspace. */
size_t frcnn_postprocess_cuda_get_workspace(const frcnn_postprocess_run *run);
/** As roi_ops.h says of postprocess. */
frcnn_status frcnn_postprocess_cuda(const frcnn_postprocess_run *run, frcnn_stream *stream);

#endif
