/** What pools RoIs, for the table of RoI operations. */
#ifndef FRCNN_CUDA_ROI_POOLING_H
#define FRCNN_CUDA_ROI_POOLING_H

extern "C" {
#include "roi/roi_ops.h"

/** As roi_ops.h says of align and of pool. */
frcnn_status frcnn_roi_align_cuda(const frcnn_roi_align_run *run, frcnn_stream *stream);
frcnn_status frcnn_roi_pool_cuda(const frcnn_roi_pool_run *run, frcnn_stream *stream);
}

#endif
