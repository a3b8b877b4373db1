/* All of the CUDA backend that plans run on. */
#include "kernel.h"

extern "C" {
#include "detector/backend.h"

extern const frcnn_network_ops frcnn_network_ops_cuda;
extern const frcnn_image_ops frcnn_image_ops_cuda;
extern const frcnn_anchor_ops frcnn_anchor_ops_cuda;
extern const frcnn_rpn_ops frcnn_rpn_ops_cuda;
extern const frcnn_roi_ops frcnn_roi_ops_cuda;
}

extern "C" const frcnn_backend *frcnn_cuda_get_backend(void)
{
    static const frcnn_backend backend = {&frcnn_stream_ops_cuda, &frcnn_network_ops_cuda, &frcnn_image_ops_cuda,
                                          &frcnn_anchor_ops_cuda, &frcnn_rpn_ops_cuda,     &frcnn_roi_ops_cuda};
    return &backend;
}
