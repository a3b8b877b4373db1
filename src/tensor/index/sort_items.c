#include "tensor/index/sort_items.h"

#include <string.h>

enum { FEW = 48, N_DIGITS = 8, N_VALUES = 256, DIGIT_BITS = 8 };

static void sort_few(frcnn_sort_item *items, int64_t n)
{
    for (int64_t i = 1; i < n; i++) {
        const frcnn_sort_item item = items[i];
        int64_t at = i;
        for (; at > 0 && items[at - 1].key > item.key; at--) items[at] = items[at - 1];
        items[at] = item;
    }
}

/* As frcnn_sort_keys: least significant byte first, and none for a byte that all keys share. */
void frcnn_sort_items(frcnn_sort_item *items, int64_t n, frcnn_sort_item *workspace)
{
    if (n <= FEW) {
        sort_few(items, n);
        return;
    }
    int64_t counts[N_DIGITS][N_VALUES];
    memset(counts, 0, sizeof counts);
    for (int64_t i = 0; i < n; i++)
        for (int digit = 0; digit < N_DIGITS; digit++) counts[digit][items[i].key >> (DIGIT_BITS * digit) & 255]++;

    frcnn_sort_item *from = items;
    frcnn_sort_item *to = workspace;
    for (int digit = 0; digit < N_DIGITS; digit++) {
        const int shift = DIGIT_BITS * digit;
        if (counts[digit][items[0].key >> shift & 255] == n) continue;
        int64_t starts[N_VALUES];
        int64_t start = 0;
        for (int value = 0; value < N_VALUES; value++) {
            starts[value] = start;
            start += counts[digit][value];
        }
        for (int64_t i = 0; i < n; i++) to[starts[from[i].key >> shift & 255]++] = from[i];
        frcnn_sort_item *const swapped = from;
        from = to;
        to = swapped;
    }
    if (from != items) memcpy(items, from, (size_t)n * sizeof *items);
}

/* As frcnn_select_keys; at the end, only items with the kth key itself may be too many. */
void frcnn_select_items(frcnn_sort_item *items, int64_t n, int64_t k)
{
    uint64_t prefix = 0; /* the kth key's bits from shift on */
    int shift = 64;
    int64_t rank = k; /* of the kth key among those that begin with prefix, from 1 */
    while (n > k && shift > 0) {
        const int above = shift;
        int64_t counts[N_VALUES] = {0};
        shift -= DIGIT_BITS;
        for (int64_t i = 0; i < n; i++)
            if (above == 64 || items[i].key >> above == prefix) counts[items[i].key >> shift & 255]++;
        uint64_t digit = 0;
        while (rank > counts[digit]) rank -= counts[digit++];
        prefix = prefix << DIGIT_BITS | digit;
        int64_t n_kept = 0;
        for (int64_t i = 0; i < n; i++) {
            const frcnn_sort_item item = items[i];
            items[n_kept] = item;
            n_kept += item.key >> shift <= prefix;
        }
        n = n_kept;
    }
    int64_t n_kept = 0;
    for (int64_t i = 0; n > k && i < n; i++) {
        const frcnn_sort_item item = items[i];
        if (item.key == prefix && rank-- <= 0) continue;
        items[n_kept++] = item;
    }
}
