#include "tensor_index.h"

extern "C" const frcnn_index_ops frcnn_index_ops_cuda = {
    frcnn_hits_count_cuda,    frcnn_gather_cuda,       frcnn_index_range_cuda, frcnn_index_select_cuda,
    frcnn_masked_select_cuda, frcnn_nonzero_cuda,      frcnn_one_hot_cuda,     frcnn_sort_cuda,
    frcnn_unique_find_cuda,   frcnn_unique_write_cuda,
};
