/** The innermost loops of element-wise functions. */
#ifndef FRCNN_MAP_LOOPS_H
#define FRCNN_MAP_LOOPS_H

#include "tensor/elementwise/map.h"

/** n values of each input, in the type that is computed in and next to each other, to n of the output; the output is one
 *  of the inputs or apart from all. */
typedef void (*frcnn_map_loop)(int64_t n, const void *const *inputs, void *output);

/** NULL where the function is not defined for the type. */
frcnn_map_loop frcnn_map_loop_find(frcnn_map_function function, frcnn_lane lane);

#endif
