/* Keys that span less than 2^32 carry their index in the lower half; others (doubles, wide integers) go beside it. */
#include "tensor/index/order.h"

#include <string.h>

#include "tensor/index/sort_items.h"
#include "tensor/index/sort_keys.h"

frcnn_order frcnn_order_get(frcnn_dtype dtype, int is_descending)
{
    const int n_bits = 8 * (int)frcnn_dtype_get_size(dtype);
    frcnn_order order = {.mask = UINT64_MAX >> (64 - n_bits)};
    switch (dtype) {
    case FRCNN_F32:
        order.infinity = 0x7f800000u;
        break;
    case FRCNN_F64:
        order.infinity = UINT64_C(0x7ff0000000000000);
        break;
    case FRCNN_F16:
        order.infinity = 0x7c00u;
        break;
    case FRCNN_BF16:
        order.infinity = 0x7f80u;
        break;
    case FRCNN_U8:
    case FRCNN_BOOL:
        break;
    case FRCNN_I8:
    case FRCNN_I16:
    case FRCNN_I32:
    case FRCNN_I64:
        order.flipped = order.mask ^ (order.mask >> 1);
        break;
    }
    if (is_descending) order.inverted = order.mask;
    return order;
}

/* Keys of n values that lie stride_bytes apart. */
#define DEFINE_MAKE_KEYS(name, type)                                                                                   \
    FRCNN_SIMD static void name(frcnn_order order, int64_t n, const unsigned char *src, int64_t stride_bytes,          \
                                uint64_t *keys)                                                                        \
    {                                                                                                                  \
        const int64_t size = (int64_t)sizeof(type);                                                                    \
        type bits;                                                                                                     \
        if (stride_bytes == size) {                                                                                    \
            for (int64_t i = 0; i < n; i++) {                                                                          \
                memcpy(&bits, src + i * size, sizeof bits);                                                            \
                keys[i] = frcnn_order_key(order, bits);                                                                \
            }                                                                                                          \
        } else {                                                                                                       \
            for (int64_t i = 0; i < n; i++) {                                                                          \
                memcpy(&bits, src + i * stride_bytes, sizeof bits);                                                    \
                keys[i] = frcnn_order_key(order, bits);                                                                \
            }                                                                                                          \
        }                                                                                                              \
    }

DEFINE_MAKE_KEYS(make_order_keys_1, uint8_t)
DEFINE_MAKE_KEYS(make_order_keys_2, uint16_t)
DEFINE_MAKE_KEYS(make_order_keys_4, uint32_t)
DEFINE_MAKE_KEYS(make_order_keys_8, uint64_t)

static void make_keys(frcnn_dtype dtype, int is_descending, int64_t n, const void *src, int64_t stride, uint64_t *keys)
{
    const frcnn_order order = frcnn_order_get(dtype, is_descending);
    const size_t size = frcnn_dtype_get_size(dtype);
    const int64_t stride_bytes = stride * (int64_t)size;
    switch (size) {
    case 1:
        make_order_keys_1(order, n, src, stride_bytes, keys);
        break;
    case 2:
        make_order_keys_2(order, n, src, stride_bytes, keys);
        break;
    case 4:
        make_order_keys_4(order, n, src, stride_bytes, keys);
        break;
    default:
        make_order_keys_8(order, n, src, stride_bytes, keys);
        break;
    }
}

FRCNN_SIMD static void find_key_range(int64_t n, const uint64_t *keys, uint64_t *least, uint64_t *most)
{
    uint64_t low = UINT64_MAX;
    uint64_t high = 0;
    for (int64_t i = 0; i < n; i++) {
        low = keys[i] < low ? keys[i] : low;
        high = keys[i] > high ? keys[i] : high;
    }
    *least = low;
    *most = high;
}

/* At most 63. */
static int count_leading_zeros(uint64_t bits)
{
    int n = 0;
    while (n < 63 && bits << n >> 63 == 0) n++;
    return n;
}

/* 1 where every row of n values packs, whatever they are. */
static int always_packs(frcnn_dtype dtype, int64_t n)
{
    return frcnn_dtype_get_size(dtype) <= 4 && n <= UINT32_MAX;
}

size_t frcnn_order_get_workspace(frcnn_dtype dtype, int64_t n)
{
    return (size_t)n * (always_packs(dtype, n) ? 2 * sizeof(uint64_t) : 2 * sizeof(frcnn_sort_item));
}

void frcnn_order_select(frcnn_dtype dtype, int is_descending, int64_t n, const void *src, int64_t stride, int64_t k,
                        int64_t *indices, int64_t index_stride, void *workspace)
{
    if (k == 0) return;
    /* Items fill the workspace's first half, packed keys its beginning; where there may be items, keys are behind. */
    frcnn_sort_item *const items = workspace;
    uint64_t *const packed = workspace;
    uint64_t *const keys = always_packs(dtype, n) ? packed : packed + 3 * n;
    uint64_t least = 0;
    uint64_t most = 0;
    make_keys(dtype, is_descending, n, src, stride, keys);
    find_key_range(n, keys, &least, &most);
    const int lead = count_leading_zeros(most - least); /* digits at the top tell keys apart soonest */
    if (lead >= 32 && n <= UINT32_MAX) {
        for (int64_t i = 0; i < n; i++) packed[i] = (keys[i] - least) << lead | (uint64_t)i;
        (void)frcnn_select_keys(packed, n, k, 0);
        /* Indices that lie side by side serve as workspace first: fewer pages are touched. */
        frcnn_sort_keys_from(packed, k, 32, index_stride == 1 ? (uint64_t *)indices : packed + n);
        for (int64_t i = 0; i < k; i++) indices[i * index_stride] = (int64_t)(packed[i] & UINT32_MAX);
    } else {
        int64_t n_kept = n;
        if (k < n && n <= UINT32_MAX) {
            /* The upper halves alone leave few keys, which take the room of two from the last one on. */
            for (int64_t i = 0; i < n; i++)
                packed[i] = ((keys[i] - least) << lead & ~(uint64_t)UINT32_MAX) | (uint64_t)i;
            n_kept = frcnn_select_keys(packed, n, k, 32);
            for (int64_t i = n_kept - 1; i >= 0; i--) {
                const int64_t index = (int64_t)(packed[i] & UINT32_MAX);
                items[i] = (frcnn_sort_item){(keys[index] - least) << lead, index};
            }
        } else {
            for (int64_t i = 0; i < n; i++) items[i] = (frcnn_sort_item){(keys[i] - least) << lead, i};
        }
        frcnn_select_items(items, n_kept, k);
        frcnn_sort_items(items, k, items + n);
        for (int64_t i = 0; i < k; i++) indices[i * index_stride] = items[i].index;
    }
}
