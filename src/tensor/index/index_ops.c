#include "tensor/index/index_ops.h"

const frcnn_index_ops frcnn_index_ops_cpu = {
    .count_hits = frcnn_hits_count_cpu,
    .gather = frcnn_gather_cpu,
    .index_range = frcnn_index_range_cpu,
    .index_select = frcnn_index_select_cpu,
    .masked_select = frcnn_masked_select_cpu,
    .nonzero = frcnn_nonzero_cpu,
    .one_hot = frcnn_one_hot_cpu,
    .sort = frcnn_sort_cpu,
    .unique_find = frcnn_unique_find_cpu,
    .unique_write = frcnn_unique_write_cpu,
};
