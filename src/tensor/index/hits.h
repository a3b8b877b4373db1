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

/** How many elements that are not zero come before each block: starts [blocks + 1], the last of all. NaN is not zero, -0
 *  is. Allocates nothing; parallel over blocks. */
FRCNN_NODISCARD frcnn_status frcnn_hits_count_cpu(frcnn_dtype dtype, int64_t n, const void *src, int64_t *starts);

/** Writes the positions of those among n elements, at most FRCNN_HITS_BLOCK, and returns how many; positions has room for
 *  a block. */
int64_t frcnn_hits_find(frcnn_dtype dtype, int64_t n, const void *src, int32_t *positions);

#endif
