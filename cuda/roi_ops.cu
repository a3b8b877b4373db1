#include "roi_pooling.h"

extern "C" {
#include "cuda_postprocess.h"
}

extern "C" const frcnn_roi_ops frcnn_roi_ops_cuda = {frcnn_roi_align_cuda, frcnn_roi_pool_cuda,
                                                     frcnn_postprocess_cuda_get_workspace, frcnn_postprocess_cuda};
