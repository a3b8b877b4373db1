/** Sorting, always of unsigned 64-bit keys: whatever is to be ordered is written as one (score_key_body.h). */
#ifndef FRCNN_SORT_KEYS_H
#define FRCNN_SORT_KEYS_H

#include <stdint.h>

#include "tensor/index/score_key_body.h"

/** Sorts n keys in place, ascending; workspace has room for n more. Allocates nothing; one thread. */
void frcnn_sort_keys(uint64_t *keys, int64_t n, uint64_t *workspace);

/** The same for keys whose bits below first_bit, 0, 8, … 56, ascend already, as indices do: they are not looked at. */
void frcnn_sort_keys_from(uint64_t *keys, int64_t n, int first_bit, uint64_t *workspace);

/** Moves the k smallest of n different keys to the front, in the order in which they stood; 0 < k <= n < 2^32. With
 *  first_bit above 0 only the bits from there on are looked at, and all keys that they don't tell from the kth stay too.
 *  Returns how many are kept; the other keys are lost. Allocates nothing; one thread. */
int64_t frcnn_select_keys(uint64_t *keys, int64_t n, int64_t k, int first_bit);

#endif
