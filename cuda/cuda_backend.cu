/* All of the CUDA backend that plans run on. */
#include "network_kernels.h"

extern "C" {
#include "detector/backend.h"

extern const frcnn_image_ops frcnn_image_ops_cuda;
extern const frcnn_anchor_ops frcnn_anchor_ops_cuda;
extern const frcnn_rpn_ops frcnn_rpn_ops_cuda;
extern const frcnn_roi_ops frcnn_roi_ops_cuda;
}

/* A grid on the CPU takes times that say nothing about a GPU. */
static frcnn_network_ops make_network_ops()
{
    frcnn_network_ops ops = frcnn_network_ops_cuda;
#if defined(FRCNN_HOST_GRID)
    ops.tune = nullptr;
#endif
    return ops;
}

extern "C" const frcnn_backend *frcnn_cuda_get_backend(void)
{
    static const frcnn_network_ops network = make_network_ops();
    static const frcnn_backend backend = {&frcnn_stream_ops_cuda, &network,
                                          &frcnn_image_ops_cuda,  &frcnn_anchor_ops_cuda,
                                          &frcnn_rpn_ops_cuda,    &frcnn_roi_ops_cuda};
    return &backend;
}
