/** Rows of any dtype in order: from values to the indices that sort them. */
#ifndef FRCNN_ORDER_H
#define FRCNN_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/tensor.h"
#include "tensor/index/order_key_body.h"

/** The order of a dtype's values. */
frcnn_order frcnn_order_get(frcnn_dtype dtype, int is_descending);

/** Bytes of workspace that a row of n values takes, a multiple of 8. n is that of a row in memory: nothing overflows. */
size_t frcnn_order_get_workspace(frcnn_dtype dtype, int64_t n);

/** The indices of the first k of n values in their order; of equal values the lower index comes first.
 *  src       value i is src[i * stride], elements of dtype
 *  indices   index i goes to indices[i * index_stride]
 *  0 <= k <= n. Time grows with n + k. Allocates nothing; one thread. */
void frcnn_order_select(frcnn_dtype dtype, int is_descending, int64_t n, const void *src, int64_t stride, int64_t k,
                        int64_t *indices, int64_t index_stride, void *workspace);

#endif
