#include <string.h>

#include "tensor/error.h"
#include "tensor/index/element.h"
#include "tensor/index/order.h"
#include "tensor/index/unique.h"
#include "tensor/memory.h"

FRCNN_HD uint64_t get_bits(size_t size, const void *src, int64_t i)
{
    uint8_t byte = 0;
    uint16_t two = 0;
    uint32_t four = 0;
    uint64_t eight = 0;
    switch (size) {
    case 1:
        frcnn_element_copy(1, &byte, 0, src, i);
        return byte;
    case 2:
        frcnn_element_copy(2, &two, 0, src, i);
        return two;
    case 4:
        frcnn_element_copy(4, &four, 0, src, i);
        return four;
    default:
        frcnn_element_copy(8, &eight, 0, src, i);
        return eight;
    }
}

/* Where in the order a value differs from the one before. */
FRCNN_HD void find_starts(size_t size, frcnn_unique *unique)
{
    const frcnn_order order = frcnn_order_get(unique->dtype, 0);
    uint64_t before = 0;
    for (int64_t i = 0; i < unique->n; i++) {
        const uint64_t key = frcnn_order_key(order, get_bits(size, unique->src, unique->order[i]));
        if (i == 0 || key != before || frcnn_order_is_nan(order, key)) unique->starts[unique->n_groups++] = i;
        before = key;
    }
}

frcnn_status frcnn_unique_find_cpu(frcnn_unique *unique)
{
    void *workspace = NULL;
    FRCNN_TRY(frcnn_alloc(&workspace, 1, frcnn_order_get_workspace(unique->dtype, unique->n), "unique"));
    frcnn_order_select(unique->dtype, 0, unique->n, unique->src, 1, unique->n, unique->order, 1, workspace);
    frcnn_free(workspace);
    unique->n_groups = 0;
    FRCNN_ELEMENT_DISPATCH(frcnn_dtype_get_size(unique->dtype), find_starts(size, unique));
    unique->starts[unique->n_groups] = unique->n;
    return FRCNN_OK;
}

frcnn_status frcnn_unique_write_cpu(const frcnn_unique *unique, void *values, int64_t *inverse, int64_t *counts)
{
    const int64_t *starts = unique->starts;
    FRCNN_ELEMENT_DISPATCH(
        frcnn_dtype_get_size(unique->dtype), for (int64_t g = 0; g < unique->n_groups; g++) {
            frcnn_element_copy(size, values, g, unique->src, unique->order[starts[g]]);
        });
    for (int64_t g = 0; g < unique->n_groups; g++) {
        if (counts != NULL) counts[g] = starts[g + 1] - starts[g];
        if (inverse == NULL) continue;
        for (int64_t i = starts[g]; i < starts[g + 1]; i++) inverse[unique->order[i]] = g;
    }
    return FRCNN_OK;
}
