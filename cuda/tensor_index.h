/** The family index of the tensor core on a GPU. All work on the device that this thread has selected; elements lie at
 *  multiples of their size. */
#ifndef FRCNN_TENSOR_INDEX_H
#define FRCNN_TENSOR_INDEX_H

extern "C" {
#include "tensor/index/index_ops.h"
}

/** As the CPU's of the same names. Errors: BACKEND, and NO_MEMORY where they need memory of their own. */
FRCNN_NODISCARD frcnn_status frcnn_gather_cuda(const frcnn_gather *gather);
FRCNN_NODISCARD frcnn_status frcnn_index_select_cuda(const frcnn_index_select *select);
FRCNN_NODISCARD frcnn_status frcnn_masked_select_cuda(const frcnn_masked_select *select);
FRCNN_NODISCARD frcnn_status frcnn_nonzero_cuda(const frcnn_nonzero *nonzero);
FRCNN_NODISCARD frcnn_status frcnn_one_hot_cuda(int64_t n, int64_t n_classes, const int64_t *classes, int64_t *dst);
FRCNN_NODISCARD frcnn_status frcnn_unique_write_cuda(const frcnn_unique *unique, void *values, int64_t *inverse,
                                                     int64_t *counts);
/** values NULL: only the indices are wanted. Errors: BACKEND, NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_sort_cuda(const frcnn_sort *sort);
/** These also wait, for what they tell the CPU. */
FRCNN_NODISCARD frcnn_status frcnn_hits_count_cuda(frcnn_dtype dtype, int64_t n, const void *src, int64_t *starts,
                                                   int64_t *n_hits);
FRCNN_NODISCARD frcnn_status frcnn_index_range_cuda(int64_t n, const int64_t *indices, int64_t *least, int64_t *most);
FRCNN_NODISCARD frcnn_status frcnn_unique_find_cuda(frcnn_unique *unique);

extern "C" const frcnn_index_ops frcnn_index_ops_cuda;

#endif
