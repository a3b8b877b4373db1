/** Copies whose source lies in another order than the output: NCHW to NHWC, a transposed matrix. */
#ifndef FRCNN_TRANSPOSE_H
#define FRCNN_TRANSPOSE_H

#include "tensor/elementwise/map.h"

/** Does the map and returns 1 where it is a copy within one dtype whose last dimension is not the one that is next to each
 *  other in the source; else touches nothing and returns 0. */
int frcnn_transpose_cpu(const frcnn_map *map);

#endif
