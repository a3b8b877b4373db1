/** Elements that are not zero: counted, and found. */
#ifndef FRCNN_HITS_H
#define FRCNN_HITS_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/status.h"
#include "frcnn/tensor.h"

enum { FRCNN_HITS_BLOCK = 4096 };

/** The blocks of FRCNN_HITS_BLOCK elements that n fill, the last one in part. */
int64_t frcnn_hits_get_n_blocks(int64_t n);

/** The bits that tell whether an element is zero: all but a float's sign. */
uint64_t frcnn_hits_get_kept(frcnn_dtype dtype);

/** How many elements that are not zero come before each block: starts [blocks + 1], the last of all; and in *n_hits, the
 *  CPU's memory, how many there are. NaN is not zero, -0 is. Allocates nothing; parallel over blocks. */
FRCNN_NODISCARD frcnn_status frcnn_hits_count_cpu(frcnn_dtype dtype, int64_t n, const void *src, int64_t *starts,
                                                  int64_t *n_hits);

/** Writes the positions of those among n elements, at most FRCNN_HITS_BLOCK, and returns how many; positions has room for
 *  a block. */
int64_t frcnn_hits_find(frcnn_dtype dtype, int64_t n, const void *src, int32_t *positions);

#endif
