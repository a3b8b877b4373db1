#include <string.h>

#include "tensor/body.h"
#include "tensor/compute.h"
#include "tensor/index/hits.h"
#include "tensor/parallel.h"

enum { MIN_PARALLEL_BLOCKS = 8 };

#define DEFINE_HITS(size, type)                                                                                        \
    FRCNN_SIMD static int64_t count_hits_##size(type kept, int64_t n, const unsigned char *src)                        \
    {                                                                                                                  \
        int32_t n_hits = 0;                                                                                            \
        for (int64_t i = 0; i < n; i++) {                                                                              \
            type bits;                                                                                                 \
            memcpy(&bits, src + i * (int64_t)sizeof bits, sizeof bits);                                                \
            n_hits += (bits & kept) != 0;                                                                              \
        }                                                                                                              \
        return n_hits;                                                                                                 \
    }                                                                                                                  \
                                                                                                                       \
    static int64_t find_hits_##size(type kept, int64_t n, const unsigned char *src, int32_t *positions)                \
    {                                                                                                                  \
        int64_t n_hits = 0;                                                                                            \
        for (int64_t i = 0; i < n; i++) {                                                                              \
            type bits;                                                                                                 \
            memcpy(&bits, src + i * (int64_t)sizeof bits, sizeof bits);                                                \
            positions[n_hits] = (int32_t)i;                                                                            \
            n_hits += (bits & kept) != 0;                                                                              \
        }                                                                                                              \
        return n_hits;                                                                                                 \
    }

DEFINE_HITS(1, uint8_t)
DEFINE_HITS(2, uint16_t)
DEFINE_HITS(4, uint32_t)
DEFINE_HITS(8, uint64_t)

uint64_t frcnn_hits_get_kept(frcnn_dtype dtype)
{
    const int n_bits = 8 * (int)frcnn_dtype_get_size(dtype) - frcnn_compute_is_float(dtype);
    return UINT64_MAX >> (64 - n_bits);
}

static int64_t count(frcnn_dtype dtype, int64_t n, const unsigned char *src)
{
    const uint64_t kept = frcnn_hits_get_kept(dtype);
    switch (frcnn_dtype_get_size(dtype)) {
    case 1:
        return count_hits_1((uint8_t)kept, n, src);
    case 2:
        return count_hits_2((uint16_t)kept, n, src);
    case 4:
        return count_hits_4((uint32_t)kept, n, src);
    default:
        return count_hits_8(kept, n, src);
    }
}

int64_t frcnn_hits_find(frcnn_dtype dtype, int64_t n, const void *src, int32_t *positions)
{
    const uint64_t kept = frcnn_hits_get_kept(dtype);
    switch (frcnn_dtype_get_size(dtype)) {
    case 1:
        return find_hits_1((uint8_t)kept, n, src, positions);
    case 2:
        return find_hits_2((uint16_t)kept, n, src, positions);
    case 4:
        return find_hits_4((uint32_t)kept, n, src, positions);
    default:
        return find_hits_8(kept, n, src, positions);
    }
}

int64_t frcnn_hits_get_n_blocks(int64_t n)
{
    return n / FRCNN_HITS_BLOCK + (n % FRCNN_HITS_BLOCK != 0);
}

static int64_t count_block(frcnn_dtype dtype, int64_t n, const void *src, int64_t block)
{
    const int64_t first = block * FRCNN_HITS_BLOCK;
    const int64_t left = n - first;
    return count(dtype, left < FRCNN_HITS_BLOCK ? left : FRCNN_HITS_BLOCK,
                 (const unsigned char *)src + (size_t)first * frcnn_dtype_get_size(dtype));
}

frcnn_status frcnn_hits_count_cpu(frcnn_dtype dtype, int64_t n, const void *src, int64_t *starts, int64_t *n_hits)
{
    const int64_t n_blocks = frcnn_hits_get_n_blocks(n);
    if (n_blocks < MIN_PARALLEL_BLOCKS) {
        for (int64_t block = 0; block < n_blocks; block++) starts[block + 1] = count_block(dtype, n, src, block);
    } else {
        FRCNN_PARALLEL_FOR
        for (int64_t block = 0; block < n_blocks; block++) starts[block + 1] = count_block(dtype, n, src, block);
    }
    starts[0] = 0;
    for (int64_t block = 0; block < n_blocks; block++) starts[block + 1] += starts[block];
    *n_hits = starts[n_blocks];
    return FRCNN_OK;
}
