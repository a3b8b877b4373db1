#include <string.h>

#include "tensor/index/sort_keys.h"
#include "tensor/index/topk.h"

enum { DIGIT_BITS = 11, N_VALUES = 1 << DIGIT_BITS };

static void make_keys(const float *values, int64_t n, int64_t stride, uint64_t *keys)
{
    if (stride == 1)
        for (int64_t i = 0; i < n; i++) keys[i] = frcnn_score_key(values[i], (uint32_t)i);
    else
        for (int64_t i = 0; i < n; i++) keys[i] = frcnn_score_key(values[i * stride], (uint32_t)i);
}

/* Moves the k smallest of n different keys to the front, in any order. Digit by digit from the top, the upper bits of
   the kth key are found; keys above them are dropped after each digit, so that the second pass sees few. */
static void select_keys(uint64_t *keys, int64_t n, int64_t k)
{
    uint64_t prefix = 0; /* the kth key's bits above shift */
    int shift = 64;
    int64_t rank = k; /* of the kth key among those that begin with prefix, from 1 */
    while (n > k) {
        const int bits = shift < DIGIT_BITS ? shift : DIGIT_BITS;
        const int above = shift;
        uint32_t counts[N_VALUES];
        memset(counts, 0, sizeof counts);
        shift -= bits;
        for (int64_t i = 0; i < n; i++)
            if (above == 64 || keys[i] >> above == prefix) counts[keys[i] >> shift & ((1u << bits) - 1)]++;
        uint64_t digit = 0;
        while (rank > counts[digit]) rank -= counts[digit++];
        prefix = prefix << bits | digit;
        int64_t n_kept = 0;
        for (int64_t i = 0; i < n; i++) {
            const uint64_t key = keys[i];
            keys[n_kept] = key;
            n_kept += key >> shift <= prefix;
        }
        n = n_kept;
    }
}

void frcnn_topk_cpu(const float *values, int64_t n, int64_t stride, int64_t k, uint64_t *keys, int64_t *indices)
{
    if (k == 0) return;
    make_keys(values, n, stride, keys);
    select_keys(keys, n, k);
    frcnn_sort_keys(keys, k, (uint64_t *)indices);
    for (int64_t i = 0; i < k; i++) indices[i] = frcnn_score_key_get_index(keys[i]);
}
