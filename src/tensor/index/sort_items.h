/** Sorting of 64-bit keys that leave no room for an index in them: the index goes beside each. */
#ifndef FRCNN_SORT_ITEMS_H
#define FRCNN_SORT_ITEMS_H

#include <stdint.h>

typedef struct frcnn_sort_item {
    uint64_t key;
    int64_t index;
} frcnn_sort_item;

/** Sorts n items in place by key, ascending; equal keys keep their order. workspace has room for n more. Allocates
 *  nothing; one thread. */
void frcnn_sort_items(frcnn_sort_item *items, int64_t n, frcnn_sort_item *workspace);

/** Moves the k items with the smallest keys to the front, in the order in which they stood; of equal keys the first are
 *  taken. The other items are lost. Allocates nothing; one thread. */
void frcnn_select_items(frcnn_sort_item *items, int64_t n, int64_t k);

#endif
