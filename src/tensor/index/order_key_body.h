/** One order of the values of any dtype, for every backend: unsigned keys that ascend with the values. */
#ifndef FRCNN_ORDER_KEY_BODY_H
#define FRCNN_ORDER_KEY_BODY_H

#include <stdint.h>

#include "tensor/body.h"

/** How a dtype's bits become keys. */
typedef struct frcnn_order {
    uint64_t mask;     /**< all bits of a value */
    uint64_t infinity; /**< a float's bits of infinity; 0: an integer */
    uint64_t flipped;  /**< a signed integer's sign bit */
    uint64_t inverted; /**< mask where keys descend with the values, else 0 */
} frcnn_order;

/** The key of a value's bits, at most mask. NaN is above all numbers, and all NaN are equal; -0 equals 0. */
FRCNN_HD uint64_t frcnn_order_key(frcnn_order order, uint64_t bits)
{
    const uint64_t sign = order.mask ^ (order.mask >> 1);
    const uint64_t magnitude = bits & (order.mask >> 1);
    uint64_t key = bits ^ order.flipped;
    if (order.infinity != 0) {
        key = bits ^ ((bits & sign) != 0 ? order.mask : sign);
        key = magnitude == 0 ? sign : key;
        key = magnitude > order.infinity ? order.mask : key;
    }
    return key ^ order.inverted;
}

/** 1 where a key is that of NaN. */
FRCNN_HD int frcnn_order_is_nan(frcnn_order order, uint64_t key)
{
    return order.infinity != 0 && (key ^ order.inverted) == order.mask;
}

#endif
