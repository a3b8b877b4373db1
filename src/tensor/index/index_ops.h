/** What a backend brings for include/frcnn/index.h; each entry is described where the CPU's is declared. */
#ifndef FRCNN_INDEX_OPS_H
#define FRCNN_INDEX_OPS_H

#include "tensor/index/gather.h"
#include "tensor/index/hits.h"
#include "tensor/index/index_range.h"
#include "tensor/index/index_select.h"
#include "tensor/index/masked_select.h"
#include "tensor/index/nonzero.h"
#include "tensor/index/one_hot.h"
#include "tensor/index/sort.h"
#include "tensor/index/unique.h"

typedef struct frcnn_index_ops {
    frcnn_status (*count_hits)(frcnn_dtype dtype, int64_t n, const void *src, int64_t *starts, int64_t *n_hits);
    frcnn_status (*gather)(const frcnn_gather *gather);
    frcnn_status (*index_range)(int64_t n, const int64_t *indices, int64_t *least, int64_t *most);
    frcnn_status (*index_select)(const frcnn_index_select *select);
    frcnn_status (*masked_select)(const frcnn_masked_select *select);
    frcnn_status (*nonzero)(const frcnn_nonzero *nonzero);
    frcnn_status (*one_hot)(int64_t n, int64_t n_classes, const int64_t *classes, int64_t *dst);
    frcnn_status (*sort)(const frcnn_sort *sort);
    frcnn_status (*unique_find)(frcnn_unique *unique);
    frcnn_status (*unique_write)(const frcnn_unique *unique, void *values, int64_t *inverse, int64_t *counts);
} frcnn_index_ops;

extern const frcnn_index_ops frcnn_index_ops_cpu;

#endif
