#include "tensor/index/sort_keys.h"

#include <string.h>

enum { FEW = 48, N_DIGITS = 8, N_VALUES = 256, SELECT_BITS = 11, N_SELECT_VALUES = 1 << SELECT_BITS };

static void sort_few(uint64_t *keys, int64_t n)
{
    for (int64_t i = 1; i < n; i++) {
        const uint64_t key = keys[i];
        int64_t at = i;
        for (; at > 0 && keys[at - 1] > key; at--) keys[at] = keys[at - 1];
        keys[at] = key;
    }
}

/* Least significant byte first: one counting pass gives every byte's histogram, and a byte that all keys share (the
   upper half of indices, the exponent of like scores) costs no pass of its own. */
void frcnn_sort_keys_from(uint64_t *keys, int64_t n, int first_bit, uint64_t *workspace)
{
    const int first_digit = first_bit / 8;
    if (n <= FEW) {
        sort_few(keys, n);
        return;
    }
    int64_t counts[N_DIGITS][N_VALUES];
    memset(counts, 0, sizeof counts);
    for (int64_t i = 0; i < n; i++)
        for (int digit = first_digit; digit < N_DIGITS; digit++) counts[digit][keys[i] >> (8 * digit) & 255]++;

    uint64_t *from = keys;
    uint64_t *to = workspace;
    for (int digit = first_digit; digit < N_DIGITS; digit++) {
        const int shift = 8 * digit;
        if (counts[digit][keys[0] >> shift & 255] == n) continue;
        int64_t starts[N_VALUES];
        int64_t start = 0;
        for (int value = 0; value < N_VALUES; value++) {
            starts[value] = start;
            start += counts[digit][value];
        }
        for (int64_t i = 0; i < n; i++) to[starts[from[i] >> shift & 255]++] = from[i];
        uint64_t *const swapped = from;
        from = to;
        to = swapped;
    }
    if (from != keys) memcpy(keys, from, (size_t)n * sizeof *keys);
}

void frcnn_sort_keys(uint64_t *keys, int64_t n, uint64_t *workspace)
{
    frcnn_sort_keys_from(keys, n, 0, workspace);
}

/* Digit by digit from the top, the upper bits of the kth key are found; keys above them are dropped after each digit, so
   that the second pass sees few. */
int64_t frcnn_select_keys(uint64_t *keys, int64_t n, int64_t k, int first_bit)
{
    uint64_t prefix = 0; /* the kth key's bits above shift */
    int shift = 64;
    int64_t rank = k; /* of the kth key among those that begin with prefix, from 1 */
    while (n > k && shift > first_bit) {
        const int bits = shift - first_bit < SELECT_BITS ? shift - first_bit : SELECT_BITS;
        const int above = shift;
        uint32_t counts[N_SELECT_VALUES];
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
    return n;
}
