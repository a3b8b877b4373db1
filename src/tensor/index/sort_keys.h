/** Sorting, always of unsigned 64-bit keys: whatever is to be ordered is written as one (score_key_body.h). */
#ifndef FRCNN_SORT_KEYS_H
#define FRCNN_SORT_KEYS_H

#include <stdint.h>

#include "tensor/index/score_key_body.h"

/** Sorts n keys in place, ascending; workspace has room for n more. Allocates nothing; one thread. */
void frcnn_sort_keys(uint64_t *keys, int64_t n, uint64_t *workspace);

#endif
